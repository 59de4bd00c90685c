/** In what language a report is told: as asked for, else, in a terminal, as the environment says (POSIX locales). */
import type { Language } from '../report/language/catalogue.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of the categories of a locale the first that is not empty decides for messages (POSIX.1-2017 8.2). */
export const environmentLanguage = ({ LC_ALL, LC_MESSAGES, LANG }: Environment): Language =>
  /^zh(?![a-z])/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh-CN' : 'en';

/** Chinese has no ASCII: who wants ASCII and asks for no language reads English. */
export const terminalLanguage = (asked: Language | undefined, ascii: boolean, environment: Environment): Language =>
  asked ?? (ascii ? 'en' : environmentLanguage(environment));
