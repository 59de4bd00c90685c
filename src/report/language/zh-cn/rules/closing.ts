/**
 * The wording of the rules about the end of a session in Chinese: close codes, resets, ends without a Close. Keys and
 * {placeholders} are those of each rule's `meta`.
 */
import type { RuleTexts } from '../../catalogue.js';

export const CLOSING_RULES: Readonly<Record<string, RuleTexts>> = {
  'closing/failed-check': {
    title: '后端健康检查失败时被结束',
    messages: {
      down: '代理 {proxy} 对 {server} 的健康检查失败 {after} 后，结束了会话：它多半已把该后端标记为不可用。',
    },
    notes: { check: '一次健康检查开始', failed: '被拒绝', end: '代理结束会话' },
    remedies: { server: '查明 {server} 当时为何不再接受连接；代理只是据此行事。' },
  },
  'closing/close-code': {
    title: '以错误码关闭',
    messages: {
      'ws-protocol-error': '{from}以 1002（协议错误）关闭{reason}：它认为{peer}违反了 WebSocket 协议。',
      'ws-unsupported-data':
        '{from}以 1003（不支持的数据）关闭{reason}：它无法使用{peer}所发送的那类消息，通常是只支持文本却收到二进制，或者反过来。',
      'ws-invalid-utf8':
        '{from}以 1007（载荷无效）关闭{reason}：{peer}的一条消息内容与其类型不符，通常是文本不是 UTF-8。',
      'ws-policy-violation': '{from}以 1008（违反策略）关闭{reason}：它拒绝这个{peer}或其所作所为。',
      'ws-message-too-big': '{from}以 1009（消息过大）关闭{reason}。{peer}最大的一条消息传输时为 {largest}。',
      'ws-missing-extension': '{from}以 1010（缺少必需的扩展）关闭{reason}：它所需的扩展在握手中没有约定。',
      'ws-internal-error': '{from}以 1011（内部错误）关闭{reason}：它自己的程序出了错。',
      'ws-service-restart': '{from}以 1012（服务重启）关闭{reason}：它正在重启，预期客户端会重连。',
      'ws-try-again-later': '{from}以 1013（稍后再试）关闭{reason}：它过载或在削减连接。',
      'ws-bad-gateway': '{from}以 1014（网关错误）关闭{reason}：网关从它背后的服务器得到了无效的应答。',
      'ping-timeout': '{from}以 {code} 关闭{reason}：它表示{peer}没有及时应答它的 Ping。',
      unread:
        '{from}以 {code} 关闭{reason}，但它自己的每个 Ping 都得到了应答，最多用了 {longest}，而最后一个是在这个 Close 之前 {before} 发送的：Pong 已经到了，是它自己的程序在这段时间里没有读取。',
      unsent:
        '{from}以 {code} 关闭{reason}，这个关闭码针对的是消息内容，而{peer}此前没有发送过任何消息：是它自己的程序选用了该码。',
      'known-meaning': '{from}以 {code} 关闭{reason}；对 {service} 来说，这表示：{meaning}。',
      registered: '{from}以 {code} 关闭{reason}，该码在 IANA 登记表中为：{meaning}。此处的含义见该应用的文档。',
      'ws-application-close': '{from}以 {code} 关闭{reason}，这是应用自己的关闭码：含义见它的文档。',
    },
    notes: {
      close: 'Close 帧',
      largest: '另一方最大的消息',
      last: '另一方的最后一帧',
      ping: '关闭一方的最后一个 Ping',
      pong: 'Close 之前的最后一个 Pong',
    },
    remedies: {
      protocol: '查看关闭一方的日志：1002 是它收到无效帧时的应答。查找在连接上写入自己字节的代理或第二个写入方。',
      kind: '按对方的预期发送：文本用文本帧，字节用二进制帧。',
      utf8: '文本消息要用有效的 UTF-8，不是文本的字节用二进制消息发送。',
      policy: '在关闭一方的日志中查这个原因：1008 通常表示凭据、来源、速率或权限问题。',
      limit:
        '发送较小的消息，或调高接收方的上限：ws 用 new WebSocketServer({ maxPayload: bytes })；python websockets 用 serve(…, max_size=bytes)；Spring 用 setMaxTextMessageBufferSize(bytes)；Netty 和 Spring Cloud Gateway 用 maxFramePayloadLength。',
      extension: '在 Sec-WebSocket-Extensions 中提供该扩展，并确认没有代理删掉这个头字段。',
      log: '查看关闭一方在这一时刻的日志：1011 表示它的处理程序抛出了异常。',
      chosen:
        '查找{from}的程序在哪里以 {code} 关闭：并不是某条消息引起的。正常道别用 1000，应用自身的原因用 4000-4999。',
      reader:
        '查明{from}的程序当时的情况：事件循环被阻塞，进程或机器被停住，或者消息积压在已满的队列里没有人取（python websockets：max_queue，Pong 排在其后得不到读取）。给 Pong 更长的超时没有用。',
      retry: '以递增的随机延迟重连。',
      capacity: '查看关闭一方的负载和连接数上限。',
      gateway: '查看网关的日志，以及它背后的服务器是否应答。',
      application: '在该服务的文档中查 {code}；原因文本通常说得更多。',
      program: '{hint}',
    },
  },
  'closing/half-close': {
    title: '一个方向提前结束',
    messages: {
      open: '{by}用 FIN 结束了自己的方向，但继续读取（半关闭）：{peer}又发送了 {span}，全部被接收。',
      closed:
        '{by}用 FIN 结束了自己的方向，但继续读取（半关闭）：{peer}又发送了 {span}，然后发送了 {code} 的 Close，全部被接收。',
    },
    notes: { fin: '一个方向的 FIN', last: '另一方向的最后数据', close: 'Close 帧' },
    remedies: {
      whole:
        '如果这不是本意：让{by}发送 Close 帧并一直读到应答，而不是关闭写方向（shutdown(SHUT_WR)，Node 中的 socket.end()）。程序库和代理往往把 FIN 当作两个方向的结束，丢弃之后发来的数据。',
    },
  },
  'closing/invalid-close': {
    title: '无效的 Close 帧',
    messages: {
      code: '{from}以 {code} 关闭，这是不得在 Close 帧中发送的关闭码：它没有说明任何原因。',
      short: '{from}发送的 Close 帧正文只有一个字节：关闭码需要两个。',
    },
    notes: { close: '无效的 Close 帧' },
    remedies: {
      code: '用 1000 关闭，或使用 4000 到 4999 之间自己的关闭码。1005、1006 和 1015 是程序库在本地报告的，从不发送。',
      short: '以网络字节序用两个字节发送关闭码，或者让正文为空。',
    },
  },
  'closing/missing-close': {
    title: '没有 Close 帧就结束了',
    messages: {
      fin: '{by}在最后一帧 {silence} 后结束了连接，没有 Close 帧。程序库将此报告为 1006。',
      unfinished: '{by}在自己的一个帧发送到一半时结束了连接，没有 Close 帧。程序库将此报告为 1006。',
      unfinishedOf:
        '{by}在自己的一个帧发送到一半时（{expected} 中到了 {seen}）结束了连接，没有 Close 帧。程序库将此报告为 1006。',
      amid: '{by}在{peer}的一个帧传输到一半时（{expected} 中到了 {seen}）结束了连接，没有 Close 帧。程序库将此报告为 1006。',
      huge: '{peer}开始发送一个 {expected} 的帧，到了 {seen}，{after} 后{by}结束了连接，没有 Close 帧：它很可能不接受这么大的帧。',
      unused: '{by}在打开会话的 101 之后 {silence} 结束了连接，一帧也没有，连 Close 也没有。程序库将此报告为 1006。',
      legs: '连接在最后一帧 {silence} 后结束，没有 Close 帧。程序库将此报告为 1006。',
      idle: '连接在最后一帧 {silence} 后结束，没有 Close 帧。两段静默的时间同样长，符合 {proxy} 的空闲定时器。程序库将此报告为 1006。',
    },
    notes: {
      last: '最后一帧',
      opened: '101，此后没有完整的帧',
      begun: '另一侧正在发送的帧',
      unfinished: '始终没有发完的帧',
      fin: '此前没有 Close 的 FIN',
      goodbye: '此前没有 Close 的 TLS close_notify',
      left: '另一段上先离开的一方',
    },
    remedies: {
      size: '把这个大小与{by}能接受的大小对比：ws 的 maxPayload（100 MiB）、Python websockets 的 max_size（1 MiB）、Gorilla 的 SetReadLimit，浏览器最多 2 GiB。大数据分成多条消息发送；如果{peer}并不想发送这么多，它写出的就不是帧头。',
      died: '查看{by}在这一时刻的日志：退出、崩溃或被终止的程序把关闭留给内核，内核只发送 FIN。',
      proxy: '也可能是中间的代理结束了它：代理的超时、重载和部署从这里看是一样的。对比它另一侧的抓包文件。',
      closed:
        '查看{by}在这一时刻的日志。它用 TLS 的 close_notify 道别，被终止或崩溃的进程不会这样做：是它自己关闭了连接，却没有关闭其中的 WebSocket 会话。',
      far: '查看先离开的{ender} {address} 在这一时刻的日志：退出、崩溃或被终止的程序把关闭留给内核，内核只发送 FIN。',
      close: '主动结束的程序应先关闭套接字：ws.close(1001)。',
      log: '查看结束了两段的代理 {address} 在这一时刻的日志：它自己的超时、重载或部署、某个进程退出，都会这样。',
      timer:
        '调高代理的空闲定时器：nginx 的 proxy_read_timeout 和 proxy_send_timeout；HAProxy 的 timeout tunnel（未设置时 timeout client 和 timeout server 继续计时）；Varnish 的 pipe_timeout；Apache 的 ProxyTimeout；Envoy 的 stream_idle_timeout。',
      nginx: '在 nginx 的 location 中调高定时器：proxy_read_timeout 3600s; proxy_send_timeout 3600s;',
      ingress:
        '为 Ingress 添加注解 nginx.ingress.kubernetes.io/proxy-read-timeout: "3600" 和 nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"',
      haproxy: '在 HAProxy 中：timeout tunnel 1h（未设置时 timeout client 和 timeout server 继续计时）。',
      varnish: '在 Varnish 中调高 pipe 的空闲定时器：varnishd -p pipe_timeout=3600',
      apache: '在 Apache httpd 中：ProxyTimeout 3600，或 ProxyPass … timeout=3600',
      envoy: '在 Envoy 中：HTTP connection manager 设置 stream_idle_timeout: 0s，或在路由上设置 idle_timeout: 0s。',
      alb: '对于 AWS ALB：aws elbv2 modify-load-balancer-attributes --load-balancer-arn <arn> --attributes Key=idle_timeout.timeout_seconds,Value=3600',
      ping: '或者让任一侧更频繁地发送 WebSocket Ping，间隔短于这段静默。',
    },
  },
  'closing/reset': {
    title: '没有 Close 帧就被重置',
    messages: {
      endpoint: '{by}在最后一帧 {silence} 后重置了连接，没有 Close 帧。程序库将此报告为 1006。',
      oneSided:
        '{by}在自己的最后一帧 {silence} 后重置了连接，自己没有发送 Close 帧。{peer}的数据包都没有被抓到；自该帧之后，{by}没有确认过{peer}的任何新数据。程序库将此报告为 1006。',
      unknown:
        '{by}已不认识这个连接：在 {quiet} 没有来自它的任何数据包之后，它用 RST 应答了下一个数据包，形式与主机应答不存在的连接一致（不带 ACK，序号取自该数据包的确认号）。它此前已丢失或放弃了连接，或者该数据包是从另一个端口、到达了另一台机器。程序库将此报告为 1006。',
      unknownAgain:
        '{by}已不认识这个连接：最后一个数据包第一次到来时它没有应答，{again} 后重发时它用 RST 应答，形式与主机应答不存在的连接一致（不带 ACK，序号取自该数据包的确认号）。连接本身，或通往拥有该连接的主机的路径，在此之前或其间已丢失。程序库将此报告为 1006。',
      middlebox:
        '一个以{by}名义发送的 RST 结束了连接，但它来自另一台机器：它的 TTL 是 {rstTtl}，而{by}的其他数据包到达时是 {ttl}。程序库将此报告为 1006。',
      once: '一个以{by}名义发送的 RST 结束了连接，但它不是{by}发出的：{by}的其他数据包在抓包文件中都出现两次（进入和离开时各一次），而 RST 只出现一次。它是在抓包所在的机器上产生的，或没有被转发。程序库将此报告为 1006。',
      between:
        '一个以{by}名义发送的 RST 结束了连接，但它不是{by}发出的：它在抓包文件 {farther} 中，却不在离{by}更近的抓包文件 {nearer} 中，而后者有{by}的其他数据包，且仍在继续。程序库将此报告为 1006。',
      injected:
        '中间有设备在最后一帧 {silence} 后重置了连接：这个 RST 与任何一侧的数据包都不相符。程序库将此报告为 1006。',
      both: '双方在同一时刻都收到了 RST，两个 RST 都与其声称来自的一侧的数据包不符：是中间的设备结束了连接。程序库将此报告为 1006。',
    },
    notes: {
      last: '最后一帧',
      heard: '静默之前的最后一个数据包',
      first: '没有得到应答的数据包',
      answered: '被应答的数据包',
      reset: 'RST',
    },
    remedies: {
      crash:
        '查看{by}在这一时刻的日志：还有未读数据时被终止、以 SO_LINGER 0 关闭，或调用 terminate() 的进程会重置连接。',
      before:
        '在{by}的日志中查找静默期间而不是这一时刻发生了什么：它重启或崩溃了，或因超时（TCP_USER_TIMEOUT、keep-alive）放弃了连接，而它自己的数据包没有到达这里。',
      rebound:
        '也可能是中间的设备在静默期间忘记了连接：NAT 或防火墙会给下一个数据包换一个端口，负载均衡器会把它发到另一台机器，那里的主机便用 RST 应答。与{by}一侧的抓包对比端口和序号；发送 Ping 的间隔短于中间设备的空闲超时，连接就不会被忘记。',
      expired:
        '如果连接此前一直静默，某个保存连接状态的设备（NAT、负载均衡器、防火墙）可能已经忘记了它，并用 RST 应答下一个数据包：发送 Ping 的间隔要短于它的空闲超时。',
      forgot:
        '在这个 RST 所应答的数据包之前，连接已静默 {quiet}：某个保存连接状态的设备（NAT、负载均衡器、防火墙）可能已经忘记了它。发送 Ping 的间隔要短于此。',
      middlebox: '查找途中的防火墙、入侵防御或负载均衡器，它比对端近或远 {hops} 跳，并查看它在这一时刻的日志。',
      here: '查看抓包所在的机器：它的防火墙规则（REJECT --reject-with tcp-reset）、代理和连接跟踪。',
      between:
        '查看抓包文件 {nearer} 与 {farther} 的抓包点之间有什么（防火墙、入侵防御、NAT、负载均衡器），并查看它在这一时刻的日志。',
      middle: '查找途中的防火墙、入侵防御或负载均衡器，并查看它在这一时刻的日志。',
    },
  },
  'closing/unanswered-close': {
    title: 'Close 没有得到应答',
    messages: {
      waited: '{from}发送了 Close 并等待了 {waited}；{peer}始终没有回送自己的 Close。',
      reset: '{from}发送了 Close，{peer}重置了连接，当时{from}还有数据未被确认。',
      note: '{peer}没有应答{from}的 Close 就结束了。没有因此丢失任何数据。',
      late: '抓包在{from}的 Close {waited} 后结束，应答尚未出现。',
    },
    notes: { close: 'Close 帧', last: '另一方的最后一帧', end: '连接结束' },
    remedies: {
      reader: '{peer}不再读取，或者它的程序库不应答：查看它的事件循环是否阻塞，并确认它会一直读到连接结束。',
      timeout: '程序库放弃连接之前会等待应答 10 s 到 30 s：这就是用户在关闭时感到的延迟。',
    },
  },
};
