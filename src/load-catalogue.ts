/** Catalogues by language. Only English is always there: whoever asks for no other does not wait for one. */
import type { Catalogue, Language } from './report/language/catalogue.js';
import { ENGLISH } from './report/language/english/english.js';

export const loadCatalogue = async (language: Language = 'en'): Promise<Catalogue> =>
  language === 'zh-CN' ? (await import('./report/language/zh-cn/chinese.js')).CHINESE : ENGLISH;
