/** The wording of the rules about name lookups in Chinese. Keys and {placeholders} are those of each rule's `meta`. */
import type { RuleTexts } from '../../catalogue.js';

export const DNS_RULES: Readonly<Record<string, RuleTexts>> = {
  'dns/slow-lookup': {
    title: '域名查询缓慢',
    messages: {
      repeated:
        '客户端用了 {took} 才得到 {name} 的地址：它向 {resolver} 的查询在重复之后才得到应答（重复次数：{repeats}）。',
      late: '客户端用了 {took} 才得到 {name} 的地址：{resolver} 的应答来得太晚。',
    },
    notes: { query: '第一次查询', repeat: '再次查询', answer: '带有地址的应答' },
    remedies: {
      loss: '发往 {resolverAddress} 的查询或它的应答在途中丢失，或者它过载：多问几次并看用时：for n in 1 2 3 4 5; do dig {name} @{resolverAddress} | grep time; done',
      order:
        '排在前面而不应答的解析器每次都要耗掉一个超时：把它从 /etc/resolv.conf 中去掉，或设置 options timeout:1 rotate。',
      cache:
        '在主机上使用缓存（systemd-resolved、unbound、nscd；Kubernetes 中用 NodeLocal DNSCache）可以省去大部分查询。',
    },
  },
  'dns/error-answer': {
    title: '域名无法解析',
    messages: {
      noSuchName: '解析器 {resolver} 应答说域名 {name} 不存在 (NXDOMAIN)。客户端没有得到地址，也没有建立连接。',
      noSuchNames: '客户端尝试的域名都不存在（{resolver} 应答 NXDOMAIN）：{tried}。它没有得到地址，也没有建立连接。',
      error: '解析器 {resolver} 无法解析 {name}：它应答 {code}。客户端没有得到地址，也没有建立连接。',
      explained:
        '解析器 {resolver} 无法解析 {name}：它应答 {code}，原因是 {reason}。客户端没有得到地址，也没有建立连接。',
    },
    notes: { query: '查询', answer: '报告错误的应答' },
    remedies: {
      spelling: '检查 URL 中的域名有没有拼写错误，以及从这个网络是否本来就应当能访问它。',
      zone: '自己查询该域名：dig {name} @{resolverAddress}；再从该域的权威服务器查起：dig +trace {name}',
      split:
        '内部域的域名需要内部解析器：查看客户端使用的是哪一个（resolvectl status、cat /etc/resolv.conf；Kubernetes 中看 pod 的 dnsPolicy）。',
      upstream:
        '在 {resolverAddress} 的日志中查看它为什么无法继续查询：权威服务器不可达、DNSSEC 出错，或客户端被拒绝。',
      dnssec: '不做校验再查一次：dig +cd {name} @{resolverAddress}。如果这样能得到应答，说明该域的签名有问题。',
    },
  },
  'dns/missing-address': {
    title: '域名没有地址',
    messages: {
      empty: '解析器 {resolver} 应答说 {name} 存在，但没有给出地址（查询的类型：{types}）。客户端没有建立连接。',
      alias: '域名 {name} 指向 {target}，后者没有地址（查询的类型：{types}）。客户端没有建立连接。',
    },
    notes: { query: '查询', answer: '没有地址的应答' },
    remedies: {
      record:
        '为该域名添加 A 或 AAAA 记录，或添加指向有地址的域名的 CNAME：dig {name} A @{resolverAddress}; dig {name} AAAA @{resolverAddress}',
      service: '在 Kubernetes 和 Consul 中，没有就绪端点的服务就没有地址：查看它的实例是否在运行。',
      name: '检查这是不是主机的域名：www.example.com 有地址时，域本身 (example.com) 不一定有。',
    },
  },
  'dns/unanswered-query': {
    title: '解析器没有应答',
    messages: {
      silent:
        '客户端在 {waited} 内就 {name} 向 {resolver} 发出 {queries} 次查询，既没有得到应答，也没有得到错误。它没有建立连接。',
      several: '客户端在 {waited} 内就 {name} 向 {resolvers} 发出 {queries} 次查询，没有一个应答。它没有建立连接。',
    },
    notes: { query: '第一次查询', repeat: '再次查询' },
    remedies: {
      reach: '在同一台主机上自己询问解析器：dig {name} @{resolverAddress}; dig +tcp {name} @{resolverAddress}',
      filter: '放行到 {resolverAddress} 的 UDP 和 TCP 53 端口以及返回的应答：防火墙、安全组、网络策略、VPN。',
      address: '查看 {resolverAddress} 是否仍是正确的解析器：resolvectl status、cat /etc/resolv.conf',
    },
  },
  'dns/unreachable-resolver': {
    title: '无法到达解析器',
    messages: {
      unreachable:
        '就 {name} 发往 {resolver} 的查询得到 {router} 的 ICMP 错误应答：{error}。客户端没有得到地址，也没有建立连接。',
    },
    notes: { query: '查询', icmp: '引用该查询的 ICMP 错误' },
    remedies: {
      service: '在 {resolverAddress} 上查看解析器是否在运行、监听哪个地址：ss -lunp "sport = :53"',
      route: '查看路径在哪里中断：ip route get {resolverAddress}; traceroute -U -p 53 {resolverAddress}',
      filter: '如果是防火墙禁止，请放行到 {resolverAddress} 的 UDP 和 TCP 53 端口。',
      address: '查看 {resolverAddress} 是否是正确的解析器：resolvectl status、cat /etc/resolv.conf',
    },
  },
};
