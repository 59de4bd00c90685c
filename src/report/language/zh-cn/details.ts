/** The facts of a stage in one line, in Chinese. */
import type { Catalogue } from '../catalogue.js';

export const CHINESE_DETAILS: Catalogue['details'] = {
  dns: '[{name}][：{addresses}][，别名 {aliases}][，解析器 {resolver}]',
  tcp: '[握手往返时延 RTT {rtt|ns}][，被 {refused} 拒绝][，ICMP {icmp|word}][，SYN 发送 {syns} 次]',
  tls: '[{version}][，{cipher}][，ALPN {alpn}][，{hello|ns} 后 ServerHello][，{finished|ns} 后 Finished][，{data|ns} 后首个数据][，{alertFrom|word}发出 alert {alert}][，ICMP {icmp|word}]',
  proxy:
    '[PROXY protocol {preamble|plain}][，来源 {source}][，{protocol}][，目标 {target}][，用户 {user}][：{code|plain}][ {reply|word}][，ICMP {icmp|word}]',
  upgrade:
    '[{status|plain}][ {reason}][，子协议 {subprotocol}][，{extensions}][，等待 {waited|ns}，其中服务器占 {server|ns}][，ICMP {icmp|word}]',
  subprotocol:
    '[{name}][ {version}][，{event}][ {code}][，{error}][，客户端心跳 {client|ns}][，服务器心跳 {server|ns}][，ICMP {icmp|word}]',
  open: '[客户端 {clientMessages|messages}][ {clientBytes|bytes}][，服务器 {serverMessages|messages}][ {serverBytes|bytes}][，客户端每 {clientPings|ns} 发送 ping][，服务器每 {serverPings|ns} 发送 ping][，已加密：客户端 {clientSealed|bytes}，服务器 {serverSealed|bytes}][，ICMP {icmp|word}]',
  close:
    '[{closer|word}发出 {code|plain}][，{answered|word}][，随后{ender|word}发出 {end}][{ender|word}发出 {ended}，没有 Close][，ICMP {icmp|word}]',
  lookup: '{names}[，尝试 {attempts} 次]',
};
