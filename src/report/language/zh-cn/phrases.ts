/** Phrases of findings in Chinese, by the keys of PHRASES. */
import type { PhraseKey } from '../../../diagnosis/measures/phrases.js';

export const PHRASES_ZH_CN: Readonly<Record<PhraseKey, string>> = {
  network: '网络',
  'the-network': '网络',
  'the-client': '客户端',
  'the-server': '服务器',
  'the-clients-side': '客户端一侧',
  'the-servers-side': '服务器一侧',
};
