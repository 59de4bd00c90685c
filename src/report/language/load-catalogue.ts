/** Catalogues by language. Only English is always there: whoever asks for no other does not wait for one. */
import type { Catalogue, Language } from './catalogue.js';
import { ENGLISH } from './english/english.js';

export const loadCatalogue = async (language: Language = 'en'): Promise<Catalogue> =>
  language === 'zh-CN' ? (await import('./zh-cn/chinese.js')).CHINESE : ENGLISH;
