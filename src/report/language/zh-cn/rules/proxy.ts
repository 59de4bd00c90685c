/**
 * The wording of the rules about forward proxies and PROXY preambles in Chinese. Keys and {placeholders} are those of
 * each rule's `meta`.
 */
import type { RuleTexts } from '../../catalogue.js';

export const PROXY_RULES: Readonly<Record<string, RuleTexts>> = {
  'proxy/missing-preamble': {
    title: '服务器要求 PROXY 前导',
    messages: {
      ended:
        '{server} 在收到第一批字节 {after} 后没有任何应答就结束了连接。本抓包文件中有 {others} 个连接以 PROXY 前导开始并且正常，不带前导的没有一个正常：它要求前导。',
    },
    notes: { first: '客户端的第一批字节，没有前导', end: '连接结束' },
    remedies: {
      through: '通过会发送前导的代理连接，或连接服务器上不要求前导的端口。',
      send: '或者让这个客户端发送前导：HAProxy server … send-proxy-v2；nginx proxy_protocol on；curl --haproxy-protocol。',
      check: '负载均衡器的健康检查也会这样失败：HAProxy 用 check-send-proxy，AWS NLB 的健康检查带上前导。',
    },
  },
  'proxy/refused-tunnel': {
    title: '正向代理拒绝建立隧道',
    messages: {
      'auth-required': '正向代理 {proxy} 要求凭据，才会连接 {target}：它应答 {answer}{challenge}{rounds}。',
      refused: '正向代理 {proxy} 拒绝连接 {target}：它应答 {answer}{remark}。',
      unreachable: '正向代理 {proxy} 无法连接 {target}，{took} 后作出应答：{answer}{remark}。',
    },
    notes: { asked: '向代理提出的请求', reply: '代理的应答' },
    remedies: {
      credentials:
        '给客户端配置该代理的凭据（Proxy-Authorization 头字段，或 http://user:password@proxy）。浏览器会询问用户或自行登录；WebSocket 库需要配置了凭据的代理对象：Node 用 https-proxy-agent，Python websockets 用 proxy="http://user:password@proxy:port"。',
      wrong: '凭据已发送但未被接受：检查它们是否正确，以及是不是代理接受的那一种。',
      allow:
        '让代理允许连接这个主机和端口。Squid：acl SSL_ports port 443，而 http_access deny CONNECT !SSL_ports 会拒绝其他所有端口；SOCKS 服务器有自己的规则。',
      direct: '或者让客户端对该主机不走代理：NO_PROXY、PAC 文件，或客户端的设置。',
      target: '在代理所在的机器上查看 {target} 能否解析、是否在监听、是否可达：它的域名服务器和防火墙与客户端的不同。',
      encrypted: '禁止对 80 端口使用 CONNECT 的代理会放行 443 端口上的 wss。',
    },
  },
  'proxy/unanswered-tunnel': {
    title: '正向代理没有应答',
    messages: {
      'gave-up': '正向代理 {proxy} 对 {protocol} {target} 没有作出任何应答；客户端在 {waited} 后放弃。',
      acknowledged: '正向代理 {proxy} 在 {waited} 内对 {protocol} {target} 没有作出任何应答。',
      repeated: '建立隧道的请求 ({protocol} {target}) 在 {waited} 内反复发送，{proxy} 始终没有确认。',
      ended: '{by}在 {protocol} {target} 发出 {waited} 后结束了连接，没有作出应答。',
    },
    notes: { asked: '向代理提出的请求', end: '连接结束' },
    remedies: {
      port: '查看端口 {proxy} 是不是该代理、是否使用 {protocol}：HTTP 代理对 SOCKS 会保持沉默或关闭连接，反之亦然。',
      target:
        '在代理所在的机器上查看 {target} 是否应答：目标丢弃数据包时，等待它的代理会在整个连接超时内保持沉默（Squid：connect_timeout 1 分钟）。',
    },
  },
  'proxy/unexpected-preamble': {
    title: '服务器不认识 PROXY 前导',
    messages: {
      answer:
        '连接以 PROXY 前导开始（版本 {version}，来自 {source}），{server} 应答 {answer}：它把前导当成了请求的开头{elsewhere}。',
      ended:
        '连接以 PROXY 前导开始（版本 {version}，来自 {source}），{server} 没有任何应答就结束了连接：它不认识这个前导{elsewhere}。',
    },
    notes: { preamble: 'PROXY 前导', answer: '应答', end: '连接结束' },
    remedies: {
      expect:
        '让服务器接受前导：nginx 用 listen 8080 proxy_protocol; 配合 set_real_ip_from 和 real_ip_header proxy_protocol；HAProxy 用 bind :8080 accept-proxy；Apache 用 RemoteIPProxyProtocol On；Traefik 用 proxyProtocol.trustedIPs。',
      omit: '或者让前面的代理不发送前导：HAProxy 的 server 行不写 send-proxy；AWS NLB 目标组设置 proxy_protocol_v2.enabled false。',
    },
  },
};
