/** One sentence in Chinese for each session that no finding speaks for. */
import type { Catalogue } from '../catalogue.js';

export const CHINESE_VERDICTS: Catalogue['verdicts'] = {
  failed: '在 {stage} 阶段失败。',
  'ok-closed': '{age|ns} 后由{side|word}正常关闭[，关闭码 {code|plain}]。',
  'ok-encrypted': '已加密，{age|ns} 后[由{ender|word}]正常结束。',
  ok: '{age|ns} 后[由{ender|word}]正常结束。',
  open: '抓包结束时仍处于打开状态且一切健康，已持续 {age|ns}。',
  'open-encrypted': '已加密，抓包结束时仍处于打开状态，已持续 {age|ns}，未见异常。',
  'open-midstream': '抓包开始前就已打开，{age|ns} 后抓包结束时仍然健康。',
  'partial-encrypted':
    '已加密：{age|ns} 内客户端发送 {client|bytes}，服务器发送 {server|bytes}；从外部未见异常，通信内容不可见。',
  'partial-in-progress': '抓包结束时 {stage} 阶段仍在进行；到此为止未见异常。',
  'partial-without-data':
    '{ender|word}在 {age|ns} 后以 {ending} 结束了连接，但通信内容没有被捕获：{unseen|bytes} 已被确认，携带它们的数据包一个都不在这里。抓包过滤器可能只保留了 SYN、FIN 和 RST。',
  'partial-one-side': '只捕获到{seen|word}发出的数据包：信息太少，无法判断。',
  partial: '捕获到的内容太少，无法判断[；未捕获：{missing}]。',
  unresolved: '域名 {host} 无法解析。',
};
