/**
 * The wording of the rules about TCP in Chinese: handshakes, loss, path MTU, refusals. Keys and {placeholders} are
 * those of each rule's `meta`.
 */
import type { RuleTexts } from '../../catalogue.js';

export const TCP_RULES: Readonly<Record<string, RuleTexts>> = {
  'tcp/early-close': {
    title: '连接被接受后尚无数据就断开',
    messages: {
      reset: '连接被接受，{after} 后被服务器重置，此前双方都没有发送任何数据。',
      closed: '连接被接受，{after} 后被服务器关闭，此前双方都没有发送任何数据。',
    },
    notes: { established: '握手完成', reset: 'RST', fin: 'FIN' },
    remedies: {
      proxy:
        '接受连接后发现背后没有服务的代理或端口转发就是这样：查看它在端口 {port} 背后的后端是否在运行，并查看它的日志。',
      access:
        '接受之后才检查地址的程序（TCP wrappers、允许列表、连接数限制）也会这样：在服务器日志中查找客户端 {client}。',
    },
  },
  'tcp/frequent-retransmission': {
    title: '数据包需要重传',
    messages: {
      lossy: '{side}发送的 {packets} 个数据包中有 {retransmissions} 个需要重传 ({percent} %)：网络丢包，消息因此迟到。',
      outage: '{side}的数据有 {lasted} 完全不通：同样的字节重发了 {repeats} 次，之后恢复。这段时间发送的内容因此迟到。',
      unreachable:
        '{side}的数据有 {lasted} 完全不通：同样的字节重发了 {repeats} 次，{router} 应答“{name}”；之后恢复。这段时间发送的内容因此迟到。',
    },
    notes: {
      last: '这一侧的最后一个数据包',
      since: '已发送并丢失',
      until: '终于得到确认',
      icmp: '路由器说明了原因',
    },
    remedies: {
      path: '找出丢包的链路：与另一端的抓包文件对比，向对端运行 mtr --tcp，查看网卡的错误计数 (ip -s link)。',
      link: '查看当时途中发生了什么：链路中断、路由变化、主机切换网络（路由器日志、ip monitor）。',
    },
  },
  'tcp/incomplete-handshake': {
    title: 'SYN-ACK 始终未被确认',
    messages: {
      unacknowledged:
        '服务器在 {waited} 内用 SYN-ACK 应答了 {synAcks} 次，客户端始终没有确认：数据包只有一个方向能通过。',
    },
    notes: { syn: 'SYN', synAck: 'SYN-ACK', repeat: '再次发送的 SYN-ACK' },
    remedies: {
      way: '找出返回的路径在哪里中断：在两端抓包，看 SYN-ACK 是否到达 {client}。经过有状态防火墙的非对称路由，以及 NAT 之后错误的源地址，都是这种表现。',
      rpfilter: '在有多个网卡的 Linux 主机上检查反向路径过滤：sysctl net.ipv4.conf.all.rp_filter',
    },
  },
  'tcp/path-mtu-blackhole': {
    title: '满尺寸数据包无法到达',
    messages: {
      tooBig:
        '{side}发送的 {unacked} 始终没有得到确认，并重复发送了 {repeats} 次，而 {router} 已经应答说这些数据包对它的下一段链路来说太大。较小的数据包此前可以通过。',
      smallPassed:
        '{side}分几个报文段发送了 {unacked}；{peer}应答了靠后的一个，却始终没有确认第一个，它被重复发送了 {repeats} 次：满尺寸的数据包到不了，较小的可以。',
      sacked:
        '{side}以 {stuck} 的报文段发送，第一个重发了 {repeats} 次仍无确认，而{peer}报告已收到其后的 {passed}：满尺寸的数据包到不了，较小的可以。',
      hole: '{side}的 {lost} 始终没有到达这里，尽管{peer}已报告缺失、又过了 {waited}；不超过 {passed} 的报文段则能到达：满尺寸的数据包在途中丢失，较小的可以通过。',
      shrunk:
        '{side}以每段 {from} 重发了 {tries} 次都没有结果；{waited} 后改以每段 {to} 发送，同样的字节立即到达：满尺寸的数据包到不了，较小的可以。',
    },
    notes: {
      large: '始终未被确认的大报文段',
      icmp: '数据包过大 (packet too big)',
      answer: '对靠后较小报文段的应答',
      report: '报告已收到其后发送的数据',
      repeat: '再次发送',
      behind: '缺失数据之后发送的较小报文段',
      heard: '发送方仍有数据包到来',
      arrived: '改用较小报文段后到达',
    },
    remedies: {
      mss: '在路由器上限制报文段大小：iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
      icmp: '让 ICMP type 3 code 4（IPv6：ICMPv6 type 2）能到达发送方；丢弃所有 ICMP 的防火墙会破坏路径 MTU 发现。',
      mtu: '或者降低发送主机的 MTU：ip link set dev eth0 mtu 1400。Linux 也可以自行探测：sysctl -w net.ipv4.tcp_mtu_probing=1',
    },
  },
  'tcp/refused-connection': {
    title: '连接被拒绝',
    messages: {
      refused: 'SYN 得到的应答是 RST：{server} 拒绝了连接。那里没有程序监听端口 {port}，或者被防火墙拒绝。',
    },
    notes: { syn: 'SYN', reset: '应答 SYN 的 RST' },
    remedies: {
      listen:
        "在服务器上查看程序是否在运行、监听哪个地址：ss -ltnp 'sport = :{port}'（127.0.0.1 只能从本机访问；应监听 0.0.0.0 或 [::]）。",
      firewall: '如果它确实在监听，请查找以重置来拒绝的防火墙规则：nft list ruleset | grep -i reject',
      port: '如果本来要连接的是别的端口，请更正客户端的 URL。',
    },
  },
  'tcp/unanswered-syn': {
    title: '连接请求无应答',
    messages: {
      dropped:
        '客户端在 {waited} 内发送了 {syns} 次 SYN，没有任何返回，连拒绝也没有：数据包在途中被丢弃，或者 {address} 不存在。',
      full: '客户端在 {waited} 内发送了 {syns} 次 SYN，没有任何返回，但 {address} 在{near}曾在端口 {port} 上应答过它的另一个 SYN：很可能该端口的 accept 队列已满，程序接受连接太慢或已停住。',
      arrived:
        '客户端的 SYN 在 {waited} 内 {syns} 次经过这里（靠近服务器处），始终没有应答，但端口 {port} 在{near}应答过另一个连接：很可能它的 accept 队列已满，程序接受连接太慢或已停住。',
      others:
        '客户端在 {waited} 内发送了 {syns} 次 SYN，没有任何返回，但 {address} 在{near}曾在端口 {port} 上应答过另一个客户端：它的数据包在途中被丢弃，或者该端口的 accept 队列已满。',
      since:
        '客户端在 {waited} 内发送了 {syns} 次 SYN，没有任何返回，但 {address} 在{near}曾在端口 {port} 上有过应答：主机或通往它的路径此后中断，或者该端口的 accept 队列已满。',
      raced:
        '发往 {address} 的 SYN 在 {delay} 内没有应答；客户端随后改连 {winner}（会话 {other}）并得到应答，此后不再向 {address} 发送 SYN：它放弃了这个地址 (RFC 8305)。只要 {address} 不应答，每个新连接都要多等这么久。',
    },
    notes: {
      syn: '第一个 SYN',
      repeat: '再次发送的 SYN',
      answer: '同一端口应答了另一个连接',
      next: '发往下一个地址的 SYN',
    },
    remedies: {
      queue:
        "在服务器上比较监听套接字的 Recv-Q 与 Send-Q（即 backlog）：ss -ltn 'sport = :{port}'，并查看这些计数是否增长：nstat -az TcpExtListenOverflows TcpExtListenDrops。找出是什么让程序无法 accept（事件循环被阻塞、进程被停住、连接数或打开文件数达到上限）；然后再调大它的 backlog 和 net.core.somaxconn。",
      limit:
        '悄悄丢弃新连接的限制也是这种表现：防火墙的速率限制 (nft list ruleset)，已满的连接跟踪表 (dmesg: nf_conntrack: table full)。',
      filter:
        '在丢弃数据包的地方放行该端口：主机防火墙、安全组、网络策略。在服务器上查看 SYN 是否到达：tcpdump -ni any "tcp port {port} and tcp[tcpflags] & tcp-syn != 0"',
      family:
        '查明 {address} 为何不应答：程序是否监听该地址（IPv6 也要：ss -ltn），防火墙或路由是否丢弃了它的数据包。在此之前，先从 DNS 中去掉对应的 AAAA 或 A 记录。',
      address: '检查 {address} 是否正确、是否为当前地址，以及有没有到它的路由：ip route get {address}',
    },
  },
  'tcp/unreachable-host': {
    title: '目标不可达',
    messages: {
      unreachable: '发往 {server} 的 SYN 得到 {router} 的 ICMP 错误应答：{name}。',
    },
    notes: { syn: 'SYN', icmp: '引用该 SYN 的 ICMP 错误' },
    remedies: {
      prohibited: '{router} 上的防火墙禁止这个连接：在那里放行到 {address} 的 TCP 端口 {port}。',
      route: '查看路径在哪里中断：ip route get {address}; traceroute -T -p {port} {address}',
      host: '查看 {address} 是否在线，以及它是不是该域名的正确地址。',
    },
  },
};
