/**
 * The wording of the rules about silence in Chinese: idle timers, ages, vanished peers, pings. Keys and {placeholders}
 * are those of each rule's `meta`.
 */
import type { RuleTexts } from '../../catalogue.js';

export const KEEPALIVE_RULES: Readonly<Record<string, RuleTexts>> = {
  'keepalive/idle-timeout': {
    title: '静默之后结束',
    messages: {
      timer:
        '双方有 {silence} 没有发送任何数据，随后{by}结束了连接，没有 Close 帧。{timer} 的空闲超时就是这种表现；已知的定时器，最接近的在前：{candidates}。程序库将此报告为 1006。',
      shared:
        '双方有 {silence} 没有发送任何数据，随后{by}结束了连接，没有 Close 帧。与这台服务器的另外 {others} 个会话在同样长的静默之后结束：是一个约 {timer} 的定时器。程序库将此报告为 1006。',
      closed: '双方有 {silence} 没有发送任何数据，随后{by}以 1001 关闭：是会道别的空闲超时。',
    },
    notes: { last: '静默之前的最后一帧', end: '连接结束' },
    remedies: {
      ping: '发送 WebSocket Ping 的间隔要短于该定时器，例如每 {half} 一次：ws 用 setInterval(() => socket.ping(), ms)；python websockets 用 ping_interval=20；浏览器无法发送 Ping，由服务器来发。',
      nginx: 'nginx：调高该 location 的定时器：proxy_read_timeout 3600s; proxy_send_timeout 3600s;',
      haproxy:
        'HAProxy：timeout tunnel 1h。AWS ALB：idle_timeout.timeout_seconds。Envoy：在路由上设置 stream_idle_timeout 0s。',
      find: '要查明是谁结束了它，请在每个代理背后抓包：第一个自己的后端没有结束连接的代理，就是定时器所在。',
    },
  },
  'keepalive/late-ping': {
    title: 'Ping 被耽搁在途中',
    messages: {
      outage:
        '{pinger}因为没有及时收到 Pong 而放弃，但它的 Ping 当时并未到达：重发了 {repeats} 次，{late} 后才得到确认。这段时间里是路径或{peer}的主机不可达；{peer}的程序不可能更早应答。',
      queue:
        '{pinger}以 Ping 超时为由关闭，但路径已被占满：它发送的数据要 {median}（中位数，最长 {longest}）才得到确认，而握手只用了 {handshake}。Ping 排在{pinger}先前发送的数据后面。',
      late: '{pinger}以 Ping 超时为由关闭，但它的 Ping 到达这里（靠近{peer}）时距该 Close 只有 {before}：Ping 因丢包或排队而在途中延误，{peer}没有时间应答。',
    },
    notes: { ping: 'Ping', lost: '已发送并丢失', acknowledged: '终于得到确认', left: '发送方离开' },
    remedies: {
      way: '查明当时通往{peer}的路径上发生了什么：链路中断、切换网络、主机休眠。',
      queue:
        '发送速度不要超过对方的接收速度（浏览器和 ws 看 bufferedAmount，其他库等待 drain() 或 send()），使 Ping 不会排在几秒钟的数据后面；在最窄的链路上保持短队列：tc qdisc replace dev eth0 root fq_codel',
      patience: '给 Pong 更多时间：python websockets ping_timeout=60；Socket.IO pingTimeout；uWebSockets idleTimeout。',
      between: '在{pinger}附近抓包可以看出是哪一种。',
    },
  },
  'keepalive/lifetime-limit': {
    title: '到达固定时长后结束',
    messages: {
      age: '连接在存续 {age} 时被结束，而直到 {silence} 之前它还在使用。与这台服务器的另外 {others} 个会话在同样的时长结束：是连接的生存期上限。程序库将此报告为 1006。',
      known:
        '连接在存续 {age} 时被结束，而直到 {silence} 之前它还在使用。与这台服务器的另外 {others} 个会话在同样的时长结束：是连接的生存期上限。已知的上限，最接近的在前：{candidates}。程序库将此报告为 1006。',
    },
    notes: { opened: '会话打开', last: '结束之前的最后一帧', end: '连接结束' },
    remedies: {
      limit:
        '调高前面负载均衡器的生存期上限：Google Cloud 后端服务的 timeoutSec（默认 30 s）对 WebSocket 计算整个连接；Envoy：max_connection_duration；HAProxy：timeout tunnel 只计算静默。',
      reconnect: '或者让客户端在到达该时长之前不久重连，并从中断处继续。',
    },
  },
  'keepalive/lost-peer': {
    title: '数据不再得到确认',
    messages: {
      vanished:
        '{peer}完全停止了应答：{sender}的 {unacked} 在 {waited} 内重复发送了 {repeats} 次，没有收到它的任何返回，连确认或重置也没有{refusal}{between}。',
      halfOpen:
        '只有一个方向还能通：{sender}的 {unacked} 在 {waited} 内重复发送了 {repeats} 次而没有得到确认，同时{peer}还在继续发送{refusal}{between}。',
      gaveUp:
        '{peer}完全停止了应答：{sender}的 {unacked} 在 {waited} 内重复发送了 {repeats} 次，没有收到它的任何返回{refusal}；{sender}随后不声不响地放弃了连接。{peer}在最后一次重发 {late} 之后才发来的数据已无人接收。',
      filtered:
        '{sender}有一个数据包始终无法通过：{stuck} 在 {waited} 内重复发送了 {repeats} 次，而{peer}报告已收到在它之后发送的 {passed}。原因不在大小，也不在连接{refusal}{between}：途中有设备专门丢弃这个数据包，或把它损坏以致被丢弃。',
      keepAlives:
        '{peer}完全停止了应答：{sender}在 {waited} 内发送的 {probes} 个 TCP keep-alive 没有得到应答，{silence} 内也没有收到它的任何其他数据包{refusal}。',
      keepAlivesEnd:
        '{peer}完全停止了应答：{sender}在 {waited} 内发送的 {probes} 个 TCP keep-alive 没有得到应答，随后{sender}放弃了连接{refusal}。',
    },
    notes: {
      lastHeard: '另一方的最后一个数据包',
      unacked: '第一份始终未被确认的数据',
      repeat: '再次发送',
      stillSends: '另一方仍在发送',
      late: '另一方再次出现，但为时已晚',
      refused: '针对该侧数据包的 ICMP 错误',
      report: '报告已收到其后发送的数据',
      keepAlive: '没有得到应答的 keep-alive',
      gaveUp: '发送方放弃',
      forgotten: '发送方已不认识这个连接',
    },
    remedies: {
      refused:
        '查看 {router} 在这一时刻的情况：它的防火墙规则（或路由）不让这些数据包通过，它的 ICMP 就是这个意思。如果它跟踪连接状态，可能在静默之后忘记了这个连接；发送 Ping 的间隔短于它的超时，连接就不会被忘记。',
      gone: '查看{peer}的主机是否在运行、地址是否未变：{router} 并没有禁止这些数据包。它的 ICMP 来得晚而且成批，这是最后一段链路上的路由器用 ARP（邻居发现）找不到主机时的表现：主机断电、休眠、迁移或断开了链路。在 {router} 上运行：ip neigh',
      silent:
        '有设备悄悄丢弃了连接：静默之后忘记连接的 NAT 或负载均衡器、变更的网络、断电的主机。双向每 20 s 到 30 s 的 Ping 能保持连接并发现它失效。',
      notice: '要更早发现：在套接字上设置 20 s 的 TCP_USER_TIMEOUT，或在 Pong 没有及时到来时终止连接。',
      between:
        '查看抓包文件 {home} 与 {other} 的抓包点之间的设备（防火墙、NAT、路由器）及其在这一时刻的日志：这些数据包在文件 {home} 中有，在文件 {other} 中没有。',
      betweenLikely:
        '抓包文件 {other} 中没有这些数据包；如果它当时仍在抓包，那么它们是在文件 {home} 与 {other} 的抓包点之间被丢弃的：查看那里的设备（防火墙、NAT、路由器）。',
      path: '对比两端的抓包文件：数据包丢失在最后一个看得到它们的地方与第一个看不到的地方之间。',
      filter:
        '查找途中读取数据包内容的设备（入侵防御、网页或病毒过滤、iptables -m string）及其在这一时刻的日志：这个数据包每次发送都被丢弃。用 TLS (wss) 加密后，内容就不可见了。',
      damage: '在{peer}上查看数据包到达时是否已损坏：nstat -az TcpInCsumErrors 会计数，tcpdump -v 会指出错误的校验和。',
      size: '发送未果的都是大报文段（每段至少 {stuck}），而到达过的从未超过 {passed}：丢弃满尺寸数据包的路径也是这种表现。测试多大的包能通过：向对端运行 ping -M do -s 1472，再逐步减小；降低 MTU，或在路由器上钳制报文段大小 (TCPMSS --clamp-mss-to-pmtu)。',
    },
  },
  'keepalive/mass-end': {
    title: '许多会话同时结束',
    messages: {
      together:
        '与 {server} 的 {sessions} 个会话在 {spread} 内被结束，这一个在最后一帧 {silence} 后结束，没有 Close 帧。它们的时长和静默各不相同，所以不是定时器，而是一个事件结束了它们，例如重载、部署、崩溃或故障切换。程序库将此报告为 1006。',
      behind:
        '与代理 {server} 的 {sessions} 个会话在 {spread} 内被该代理结束，它背后的这一段也随之在最后一帧 {silence} 后结束，没有 Close 帧。它们的时长和静默各不相同，所以不是定时器，而是一个事件结束了它们，例如代理重载、部署或崩溃。程序库将此报告为 1006。',
    },
    notes: { last: '最后一帧', end: '本会话结束', others: '另一会话结束' },
    remedies: {
      reload:
        '在代理和服务器的日志中查找那一秒的重载、部署、重启，以及死掉的进程（nginx：“worker process … exited on signal”）。nginx：worker_shutdown_timeout 1h; 会给旧的 worker 时间（ingress-nginx：worker-shutdown-timeout）；HAProxy：hard-stop-after 1h；Apache httpd：GracefulShutdownTimeout 3600。',
      drain: '让服务器先道别：收到 SIGTERM 时，在几秒之内以 1001 或 1012 关闭所有会话。',
      spread: '让客户端在随机延迟后重连，否则它们会在同一秒全部回来。',
    },
  },
  'keepalive/missing-pings': {
    title: '静默且没有 Ping',
    messages: {
      quiet: '已有 {quiet} 没有任何数据，双方从未发送过 Ping：途中的空闲定时器会结束这个会话，而对端消失也不会被发现。',
    },
    notes: { last: '最后一帧' },
    remedies: {
      ping: '让服务器每 20 s 到 30 s 发送一次 Ping，并断开不应答的一方：ws 用 setInterval(() => socket.ping(), 25000)；python websockets 默认如此，除非被关闭。',
    },
  },
  'keepalive/slow-pong': {
    title: 'Pong 比网络路径慢得多',
    messages: {
      slow: '{peer}应答 Ping 用了 {median}（{pings} 次 Ping 的中位数，最长 {longest}），而它的 TCP 在 {path} 内就确认了数据（中位数 {pathMedian}）：路径很快，是背后的程序繁忙或阻塞。',
      growing:
        '在 {pings} 次 Ping 的前一半中，{peer}应答用了 {early}，后一半用了 {late}（中位数，最长 {longest}），而它的 TCP 在 {path} 内就确认了数据（中位数 {pathMedian}）：路径很快，是背后的程序在应答之前要做的事越来越多。',
      stalled:
        '{peer}的程序停顿了 {longest}：一个 Ping 等了这么久才得到 Pong，期间没有收到任何其他数据，而它的 TCP 在 {path} 内就确认了数据。之后它恢复了。',
      stalledAgain:
        '{peer}的程序停顿了 {times} 次，最长 {longest}：Ping 等了这么久才得到 Pong，期间没有收到任何其他数据，而它的 TCP 在 {path} 内就确认了数据。之后它恢复了。',
    },
    notes: { last: '最后一个 Ping', ping: 'Ping', pong: '它的 Pong' },
    remedies: {
      loop: '查明是什么阻塞了{peer}的事件循环或读取线程：同步任务、长时间的垃圾回收、逐条处理的消息队列。',
    },
  },
  'keepalive/unanswered-ping': {
    title: 'Ping 没有得到 Pong',
    messages: {
      stalledLeft:
        '{peer}没有应答{pinger}的 Ping，也没有发送任何其他数据，而它的 TCP 有确认：主机还在，程序停住了。{pinger}等待 {waited} 后离开。',
      stalled:
        '{peer}有 {pings} 次没有应答{pinger}的 Ping，并且 {waited} 内没有发送任何其他数据，而它的 TCP 有确认：主机还在，程序停住了。',
      unansweredLeft:
        '{peer}没有应答{pinger}的 Ping，而它的 TCP 有确认，并且它还在继续发送数据。{pinger}等待 {waited} 后离开。',
      unanswered: '{peer}不应答{pinger}的 Ping，而它的 TCP 有确认，并且它还在发送其他数据。',
    },
    notes: {
      ping: '始终没有得到应答的 Ping',
      data: '另一方在此期间的数据',
      left: '发送方离开',
      early: '发送方还在时没有得到应答的 Ping',
      pong: '它的 Pong，已经太晚',
    },
    remedies: {
      clientWoke:
        '{peer}后来应答了这个 Ping，在其发出 {late} 之后：它停住过，然后又继续运行。睡眠的笔记本电脑、后台的手机或浏览器标签页会这样；阻塞的程序也会。',
      serverWoke:
        '{peer}后来应答了这个 Ping，在其发出 {late} 之后：它的程序停住过，然后又继续运行。查明它在这段时间里做了什么。',
      busy: '{peer}后来应答了这个 Ping，在其发出 {late} 之后：它读取的速度慢于对方发送的速度，或者 Pong 排在它自己的数据之后。',
      loop: '查明此时是什么阻塞了{peer}的程序：事件循环上的长时间计算、调试器、已停止或正在换页的进程、消费者的队列已满。',
      patience:
        '如果这样的停顿是正常的，给 Pong 更多时间：python websockets ping_timeout=60；Socket.IO pingTimeout；uWebSockets idleTimeout。',
      timeout:
        '这段等待是{pinger}的一个定时器；这一长度的已知定时器，最接近的在前：{timers}。也可能是其他的，并且都可以设置。',
      period:
        '{pinger}每 {period} 发送一次 Ping。已知这样做的程序，最接近的在前：{programs}。也可能是其他的，并且都可以设置。',
      pong: 'WebSocket 库会自行应答 Ping：查看 Pong 是否被关闭（ws：autoPong: false），或 Ping 之前是否有一个要到后来才被读取的帧。',
    },
  },
};
