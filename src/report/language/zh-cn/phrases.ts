/** Phrases of findings in Chinese, by the keys of PHRASES. */
import type { PhraseKey } from '../../../diagnosis/measures/phrases.js';

export const PHRASES_ZH_CN: Readonly<Record<PhraseKey, string>> = {
  network: '网络',
  'the-network': '网络',
  'the-client': '客户端',
  'the-server': '服务器',
  'the-clients-side': '客户端一侧',
  'the-servers-side': '服务器一侧',
  'left-unasked': '没有提出任何请求就离开了',
  'refused-by-alert': '以告警 {alert} 拒绝了它',
  'the-name': '该域名',
  'no-name': '无域名',
  'the-proxy': '该代理',
  'the-target': '目标',
  'requested-path': '所请求的路径',
  'invalid-data': '无效数据',
  'invalid-bytes': '无效字节',
  'no-reason': '未说明原因',
};
