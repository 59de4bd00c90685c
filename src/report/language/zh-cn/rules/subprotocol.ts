/**
 * The wording of the rules about subprotocols in Chinese: STOMP, MQTT, Socket.IO, GraphQL, Centrifugo, SignalR, WAMP,
 * Phoenix. Keys and {placeholders} are those of each rule's `meta`.
 */
import type { RuleTexts } from '../../catalogue.js';

const ENDED = '{other}必须为此结束连接，并在 {after} 后这样做了。';

export const SUBPROTOCOL_RULES: Readonly<Record<string, RuleTexts>> = {
  'subprotocol/announced-limit': {
    title: '消息超过事先声明的上限',
    messages: {
      exceeded: '客户端发送了 {size} 的消息；Socket.IO 服务器事先声明最多接受 {limit} (maxPayload)，于是以 1009 关闭。',
    },
    notes: { announced: '带有 maxPayload 的 open 包', largest: '客户端最大的消息', close: 'Close 帧' },
    remedies: {
      raise: '在服务器上调大上限：new Server({ maxHttpBufferSize: bytes })，默认为 1 MB。',
      smaller: '或者一次少发一些：拆分消息，或用 HTTP 上传大数据。',
    },
  },
  'subprotocol/broken-packet': {
    title: '导致连接结束的 MQTT 报文',
    messages: {
      'publish-wildcard': `{from}向“{subject}”发送了 PUBLISH：主题名不能含通配符 (MQTT 3.3.2-2)。${ENDED}`,
      'filter-malformed': `{from}请求了过滤器“{subject}”：# 只能是过滤器的最后一级，+ 必须占据整整一级 (MQTT 4.7.1)。${ENDED}`,
      'topic-null': `{from}发送的主题中含有 U+0000 (MQTT 4.7.3-2)。${ENDED}`,
      'topic-empty': `{from}发送了空主题 (MQTT 4.7.3-1)。${ENDED}`,
      'second-connect': `{from}发送了第二个 CONNECT (MQTT 3.1.0-2)。${ENDED}`,
      'text-message': `{from}发送了文本消息，而 MQTT 只能用二进制消息传输 (MQTT 6.0.0-1)。${ENDED}`,
      'malformed-header': `{from}发送了以 {subject} 开头、不成其为报文的数据：标志错误、QoS 3 或长度没有结尾 (MQTT 2.2.2-2, 3.3.1-4)。${ENDED}`,
    },
    notes: { broken: '违反规则的报文', end: '另一侧结束连接' },
    remedies: {
      wildcard: '发布到单个主题，不带 # 和 +：通配符只用于订阅。',
      filter: '让 # 单独作为最后一级，+ 单独作为一级：sport/#、sport/+/score。',
      topic: '每条消息和每个订阅的主题至少要有一个字符，且不含 U+0000。',
      once: '每个连接只发送一次 CONNECT，并查找程序中是否有两处共用同一个套接字。',
      binary: '以二进制消息（操作码 2）发送报文。',
      encoder: '检查生成这些报文的代码；仍在维护的 MQTT 程序库会写对标志和长度。',
    },
  },
  'subprotocol/close-code': {
    title: '子协议的关闭码',
    messages: {
      'graphql-init-timeout': '{from}以 4408 关闭：升级之后 {waited} 内没有收到 connection_init。',
      'graphql-unauthorized': '{from}以 {code}（{meaning}）关闭{reason}。',
      'graphql-withdrawn':
        '{from}以 {code}（{meaning}）关闭{reason}，此时距它接受 connection_init 已有 {open}：访问权限在会话进行中失效。',
      'graphql-subprotocol':
        '{from}在升级之后立即以 {code}（{meaning}）关闭{reason}：客户端请求的是 {offered}，这是较旧协议 (subscriptions-transport-ws) 的名称，而服务器使用 graphql-transport-ws。',
      'application-code': '{from}以 {code}（{meaning}）关闭{reason}。',
      'graphql-protocol-misuse': '{from}以 {code}（{meaning}）关闭{reason}。',
      'centrifugo-bad-request':
        '{from}以 {code}（{meaning}）关闭{reason}。第一条命令是 {command}，而 Centrifugo 要求的是 connect。',
      'centrifugo-malformed': '{from}以 {code}（{meaning}）关闭{reason}。',
      'centrifugo-disconnect': '{from}以 {code}（{meaning}）关闭{reason}。',
    },
    notes: { last: '此前的最后一条消息', close: 'Close 帧' },
    remedies: {
      init: '套接字一打开就把 connection_init 作为第一条消息发送；原因往往是客户端使用较旧的 graphql-ws 协议，或根本没有相应协议。服务器的 connectionInitWaitTimeout 默认为 3 s。',
      order: '收到 connection_ack 之后再发送第一个 subscribe。',
      token: '在 connection_init 的载荷中发送有效的凭据，放在服务器的 onConnect 读取的位置。',
      fresh: '用新的令牌重连：把 connectionParams 写成函数，使每次连接都重新获取令牌，并在旧令牌过期之前更新。',
      newer:
        '用 graphql-transport-ws 的客户端库（npm 上的 graphql-ws）代替 subscriptions-transport-ws，或使用两种协议都支持的服务器。',
      onConnect:
        '查看服务器的 onConnect：其中的异常（例如令牌无效）会产生这个关闭码，而返回 false 会产生 4403。原因文本就是异常的消息。',
      ids: '每个操作使用自己的 id，重新使用某个 id 之前先 complete 它。',
      once: '每个连接只发送一次 connection_init。',
      messages: '只使用 graphql-transport-ws 的消息：start 和 stop 属于较旧的协议，它的名称是 graphql-ws。',
      connect: '把 {"id":1,"connect":{}} 作为第一条命令，服务器要求令牌时带上令牌；Centrifugo 的客户端库会自动这样做。',
      version: '使用协议版本 2，每行一个 JSON 对象（或以 centrifuge-protobuf 为名使用 protobuf）。',
      pong: '用 {} 应答服务器的空对象 {}：只要事件循环没有阻塞，客户端库会自动应答。',
      refresh: '在令牌过期之前更新它（客户端的 getToken）。',
      reconnect: '关闭码低于 3500 以及在 4000 到 4499 之间时，客户端会自行重连；其他关闭码之后不得重连。',
      server: '查看服务器在这一时刻的日志。',
      pusherSettings:
        '改正客户端的连接参数：应用 key、主机或集群、TLS、协议版本；原样重试还会失败（4000 到 4099：不要重连）。',
      pusherLimit: '调高应用的连接数上限，或关闭不需要的连接。',
      pusherWait: '等待逐渐增长的时间之后重连（4100 到 4199）：服务器已超出容量。',
      pusherReturn:
        '客户端没有需要改正的地方：它应立即重连（4200 到 4299），客户端库会自动这样做。查明服务器为什么让连接离开：重启、部署或重新均衡。',
      pusherPong:
        '及时用 pusher:pong 应答 pusher:ping，并在 activity_timeout 之后自己发送 ping：只要事件循环没有阻塞，客户端库会自动这样做。',
    },
  },
  'subprotocol/dropped-session': {
    title: '服务器因一条命令结束会话，没有说明原因',
    messages: {
      closed:
        'broker 在客户端的 {command} 之后 {after} 以 1000 关闭{reason}：客户端没有发送 DISCONNECT，broker 也没有发送 ERROR 帧。原因可能就是这一帧。',
      once: '{command} 是客户端的最后一个报文，没有得到应答；broker 在 {after} 后结束了连接。broker 的 ACL 可能不允许它：MQTT 3.1.1 没有别的方式说明。',
      again:
        '{command} 是客户端的最后一个报文，没有得到应答；broker 在 {after} 后结束了连接。抓包中有 {sessions} 个会话这样结束，都是在同一命令之后：broker 很可能不允许它，MQTT 3.1.1 没有别的方式说明。',
    },
    notes: { command: '客户端的最后一条命令', end: '服务器结束会话' },
    remedies: {
      acl: '在 broker 的 ACL 中允许这个用户（或客户端标识符）使用该主题，或者改正主题；broker 的日志会写明两者。',
      queue:
        '检查目的地是否存在、是否允许使用，以及被确认的消息是否仍在等待确认（每条只能确认一次）；broker 的日志会写明原因。',
      retry: '客户端重连后不要立即再次发送同一条命令：会话会再次被结束。',
    },
  },
  'subprotocol/engine-mismatch': {
    title: '两代 Socket.IO 相遇',
    messages: {
      'connect-unasked':
        '服务器未经请求就授予了命名空间 {subject}，且不带 sid，这是 Socket.IO 2 的做法；客户端请求的是 Engine.IO 4（Socket.IO 3 及更高版本），不把它当作应答。',
      'connect-without-sid':
        '服务器授予命名空间 {subject} 时不带 sid，这是 Socket.IO 2 的做法；客户端请求的是 Engine.IO 4（Socket.IO 3 及更高版本），不把它当作应答。',
      'nobody-pings':
        '{silence} 内双方都没有发送 Engine.IO ping，而本应每 {interval} 一次；随后{other}离开{how}。在客户端所请求的 Engine.IO 4 中由服务器发送 ping，在 Engine.IO 3 中则由客户端发送；open 包中没有 maxPayload，与那一代的服务器相同。',
    },
    notes: {
      open: 'open 包，心跳在此约定',
      connect: '服务器不带 sid 的 CONNECT',
      last: '对方所等待的一侧的最后一条消息',
      end: '另一侧放弃',
    },
    remedies: {
      versions:
        '让客户端和服务器的版本匹配：Socket.IO 3 或 4 的客户端 (EIO=4) 需要 3 或 4 版的服务器。要么升级服务器，要么使用 2 版的客户端。',
    },
  },
  'subprotocol/engine-refusal': {
    title: '已升级的连接上的 Engine.IO 拒绝',
    messages: {
      version:
        '服务器切换到 WebSocket，随后在连接上写了一个 HTTP 拒绝：“{answer}”。它不支持客户端所请求的 Engine.IO {eio}。',
      sid: '服务器切换到 WebSocket，随后在连接上写了一个 HTTP 拒绝：“{answer}”。它不认识这个客户端的会话。',
    },
    notes: { request: '写明版本的请求', refusal: '本应开始一个帧的位置上的 HTTP 文本' },
    remedies: {
      versions:
        '让客户端和服务器的版本匹配：Socket.IO 1 或 2 的客户端 (EIO=3) 需要同时代的服务器，或者设置了 allowEIO3: true 的 3 或 4 版服务器。',
      sticky: '让同一客户端的所有请求都到同一台服务器（会话粘滞），或者只使用 WebSocket 传输。',
    },
  },
  'subprotocol/error-message': {
    title: '子协议报告的错误',
    messages: {
      'stomp-refused': 'broker 用 ERROR 帧应答了 {asked}{quoted}。',
      'stomp-error': 'broker 发送了 ERROR 帧{quoted}；此后 STOMP 会话即告结束。',
      'mqtt-connection-refused': 'broker 拒绝了连接：CONNACK {code}{quoted}。',
      'mqtt-disconnect': '{from}结束了 MQTT 会话：DISCONNECT {code}{quoted}。',
      'socketio-connect-error': '服务器拒绝了命名空间 {subject}：CONNECT_ERROR{quoted}。',
      'socketio-disconnect': '服务器用 DISCONNECT 包结束了命名空间 {subject}。',
      'graphql-unauthorized': '服务器拒绝了 connection_init：connection_error{quoted}。',
      'centrifugo-disconnect': '服务器用错误 {code} 应答了 connect 命令{quoted}。',
      'centrifugo-refresh': '服务器拒绝续期连接：它用错误 {code} 应答了 refresh{quoted}。',
      'signalr-handshake-error': '服务器拒绝了 SignalR 握手{quoted}。',
      'signalr-close-error': '{from}发送了带有错误的 SignalR Close 消息{quoted}{behind}。',
      'wamp-abort': '{from}用 ABORT {code} 结束了 WAMP 会话{quoted}。',
      'cable-disconnect': '服务器用 disconnect 消息结束了 Action Cable 会话{quoted}{behind}。',
      'phoenix-refused': '服务器拒绝客户端加入 {subject}{quoted}。',
      'phoenix-crashed': '频道 {subject} 以 phx_error 结束：它在服务器上的进程崩溃了。',
    },
    notes: {
      asked: '握手的第一条消息',
      request: '此前另一侧的最后一条消息',
      error: '错误',
      close: '其后的 Close 帧',
    },
    remedies: {
      credentials: '在服务器上检查这个用户的凭据和权限。',
      stomp: '检查 CONNECT 的 login、passcode 和 host（虚拟主机）；broker 的日志比 ERROR 帧说得更多。',
      destination:
        '改正目的地：它必须存在，或以 broker 要求的前缀开头（RabbitMQ：/queue/、/topic/、/exchange/、/amq/queue/、/temp-queue/）。',
      frame:
        '检查 ERROR 之前客户端的那一帧：它的命令、头部或正文不符合 STOMP，或 broker 不允许。broker 的日志比 ERROR 帧说得更多。',
      mqtt: '对照 broker 的配置检查用户名、密码、客户端标识符和协议版本；它的日志会写明客户端。',
      twins: '两个使用相同客户端标识符的客户端会互相踢出：给每个客户端各自的标识符。',
      middleware:
        '错误来自命名空间的中间件 io.use(…)：查看是哪一个调用了 next(error)，以及客户端在 auth 中发送了什么。',
      namespace:
        '这是 Socket.IO 自身对未注册的命名空间的应答：在服务器上添加 io.of("{subject}")，或者改正客户端，传给 io() 的 URL 中的路径就是命名空间。',
      kick: '在服务器上查找 socket.disconnect() 和 io.disconnectSockets()；此后客户端不会自行重连。',
      token: '在 connection_init 的载荷中发送新的凭据，例如把 connectionParams 写成函数。',
      refresh:
        '让客户端的 getToken 获取新的、此刻有效的令牌：这里它给出的令牌被服务器视为过期或无效。也请核对双方的时钟。',
      hub: '查看服务器在这一时刻的日志：hub 中的异常，或超过 MaximumReceiveMessageSize 的消息。EnableDetailedErrors 会让客户端得知更多。',
      size: '在服务器的 AddHubOptions 中调高 MaximumReceiveMessageSize（默认 32 KiB），或每条消息少发一些。',
      protocol:
        '双方都必须支持客户端所请求的 hub 协议：json 要在服务器上注册，messagepack 则需要在服务器上调用 AddMessagePackProtocol()。',
      cableRights:
        '查看服务器上 ApplicationCable::Connection 的 connect：它调用了 reject_unauthorized_connection；检查升级请求携带的 cookie 或令牌。',
      cable:
        '在服务器上查明原因：server_restart 和 remote 是有意的（客户端会重连），invalid_request 是 Action Cable 不接受的请求，例如其他来源。',
      realm: '对照路由器的配置检查 HELLO 中的 realm、角色和认证方法。',
      join: '查看频道的 join/3 返回什么，以及客户端加入时所带的载荷。',
      crash: '查看服务器的日志：里面有频道进程的堆栈。',
    },
  },
  'subprotocol/late-heartbeat': {
    title: '子协议的心跳迟到',
    messages: {
      late: '{from}每 {interval} 发送一次 Engine.IO ping；有一次它 {silence} 没有发送任何消息，之后才发来 ping。很可能是程序停顿了大约 {late}。',
    },
    notes: { since: '定时器开始计时', beat: '迟到的 ping' },
    remedies: {
      blocked:
        '查找这一时刻是什么阻塞了{from}的事件循环：对文件、JSON、加密或图像的同步处理，耗时很长的垃圾回收，被挂起的机器。停顿若超过 pingTimeout，会话就会结束。',
    },
  },
  'subprotocol/missed-heartbeat': {
    title: '子协议的心跳缺失',
    messages: {
      'stomp-heartbeat-missed':
        '{silent}承诺每 {interval} 发送一次 STOMP 心跳，却有 {silence} 没有发送任何数据；随后{other}放弃{how}。',
      'stomp-pings':
        '{silent}承诺每 {interval} 发送一次 STOMP 心跳，却在 {silence} 内只发送了 WebSocket Ping；随后{other}放弃{how}。Ping 不算 STOMP 心跳。',
      tolerated: '{silent}承诺每 {interval} 发送一次 STOMP 心跳，却最长沉默了 {silence}；{other}容忍了这一点。',
      'mqtt-keepalive-timeout':
        '客户端承诺每 {interval} 发送一个 MQTT 报文 (keep-alive)，却有 {silence} 没有发送任何数据；随后 broker 结束了会话{how}。',
      'mqtt-set-by-broker':
        'broker 在 CONNACK 中把 keep-alive 定为 {interval}，代替客户端所请求的 {asked}；客户端有 {silence} 没有发送任何数据，随后 broker 结束了会话{how}。',
      'mqtt-pingresp': 'broker 有 {silence} 没有应答客户端的 PINGREQ；随后客户端离开{how}。',
      'socketio-pong':
        '{silent}有 {silence} 没有应答{other}的 Engine.IO ping（pingTimeout {timeout}）；随后{other}离开{how}。',
      'socketio-pong-late': '{silent}有 {silence} 没有应答{other}的 Engine.IO ping；随后{other}离开{how}。',
      'socketio-ping': '{silent}有 {silence} 没有发来 Engine.IO ping，而本应每 {interval} 一次；随后{other}离开{how}。',
    },
    notes: {
      promise: '约定心跳的地方',
      last: '沉默一方的最后一条消息',
      ping: '没有得到应答的 ping',
      end: '另一方放弃',
    },
    remedies: {
      beat: '让客户端按承诺的间隔以文本消息发送一个换行：只要事件循环没有阻塞，程序库会自动发送；手写的客户端必须自己做。或者不作承诺：heart-beat:0,0。',
      pings:
        '把 WebSocket Ping 换成 STOMP 心跳，或不作承诺：Spring 和 ActiveMQ 只计算 STOMP 数据，RabbitMQ 计算任何字节。',
      server: '查明服务器为什么什么都不发送：线程阻塞，或没有 setTaskScheduler 的 simple broker。',
      keepalive: '让客户端及时发送 PINGREQ：事件循环阻塞或设备休眠时不会发送。如果必须休眠，请调高 keep-alive。',
      obey: '让客户端遵守 CONNACK 中的 Server Keep Alive (MQTT 5 3.2.2.3.14)：它的程序库太旧或设置为不遵守；或者请求 broker 允许的 keep-alive。',
      broker: '查看 broker 在这一时刻是否过载或停止；TCP 仍在确认。',
      blocked: '主机有应答而程序没有：查找阻塞的事件循环、被挂起的标签页或耗时很长的同步任务。',
      intervals: '如果客户端应答缓慢，在服务器上调高 pingTimeout（默认 20 s）。',
    },
  },
  'subprotocol/refused-topic': {
    title: 'MQTT 主题被拒绝',
    messages: {
      subscription:
        '对 {subject} 的订阅被拒绝：SUBACK {code}{quoted}。发布到那里的消息不会到达这个客户端；会话继续进行。',
      subscriptions:
        '{count} 个 SUBSCRIBE 报文被拒绝，第一个针对 {subject}：SUBACK {code}{quoted}。发布到那里的消息不会到达这个客户端；会话继续进行。',
      message: '{from}拒绝了发布到 {subject} 的消息：{event} {code}{quoted}。消息不会继续传递；会话继续进行。',
      messages:
        '{from}拒绝了 {count} 条发布的消息，第一条发布到 {subject}：{event} {code}{quoted}。这些消息不会继续传递；会话继续进行。',
    },
    notes: { asked: '请求', refused: '被拒绝' },
    remedies: {
      acl: '在 broker 的 ACL 中允许这个用户（或客户端标识符）使用该主题，或者改正主题；broker 的日志会写明两者。',
      callback: '查看 subscribe() 或 publish() 的回调中的代码：程序库在那里报告拒绝，而许多程序并不查看。',
      topic: '改正主题：broker 认为它格式错误，或者它的配置禁止这个主题。',
      quota: '调高 broker 给这个客户端的配额，或者少发送一些。',
      feature: '不要使用这个 broker 不提供的功能（共享订阅、订阅标识符、通配符）：它的 CONNACK 中有说明。',
    },
  },
  'subprotocol/request-error': {
    title: '请求得到错误应答',
    messages: {
      one: '一个请求得到 {event} 应答{quoted}；会话继续进行。',
      'one-left': '一个请求得到 {event} 应答{quoted}；{after} 后{who}离开。',
      several: '{count} 个请求得到错误应答，第一个是 {event}{quoted}；会话继续进行。',
    },
    notes: { error: '错误' },
    remedies: {},
  },
  'subprotocol/session-takeover': {
    title: 'MQTT 客户端标识符被两个连接使用',
    messages: {
      'taken-over':
        '另一个连接 ({other}) 用同一个客户端标识符“{identifier}”发送了 CONNECT；{after} 后服务器按 MQTT 3.1.4 的要求结束了这个连接。',
      fight:
        '另一个连接 ({other}) 用同一个客户端标识符“{identifier}”发送了 CONNECT；{after} 后服务器按 MQTT 3.1.4 的要求结束了这个连接。抓包中有 {connections} 个连接使用这个标识符：这些客户端反复互相踢出。',
    },
    notes: { own: '这个连接的 CONNECT', other: '另一个连接以同一标识符发送的 CONNECT', end: '服务器结束这个连接' },
    remedies: {
      unique: '给每个客户端各自的标识符，例如在程序名之后加上主机名或随机数；不要把标识符写死在镜像或示例代码里。',
      reconnect:
        '如果是同一个客户端重新连接，那么旧连接对它来说早已失效：查明它为什么离开，以及为什么没有先结束旧连接。',
    },
  },
  'subprotocol/signalr-refusal': {
    title: 'SignalR 服务器不认识连接标识符',
    messages: {
      unknown:
        'SignalR 服务器以 404“{body}”应答升级：路径存在，但这台服务器不认识请求中的连接标识符。标识符由另一台服务器给出（没有会话粘滞），或者此后服务器已重启、标识符已过期。',
    },
    notes: { request: '带有标识符的升级请求', response: '拒绝' },
    remedies: {
      affinity:
        '让 negotiate 和升级到达同一台服务器：在负载均衡器上开启会话粘滞（nginx：ip_hash，云负载均衡器：基于 cookie 的亲和性）。',
      skip: '或在客户端跳过 negotiate，只剩一个连接：withUrl(url, { skipNegotiation: true, transport: HttpTransportType.WebSockets })',
    },
  },
  'subprotocol/stopped-heartbeat': {
    title: '子协议的心跳停止',
    messages: {
      stopped:
        '{silent}此前最长每隔 {period} 就有消息（{name} ping），之后 {silence} 没有发送任何数据；随后{other}离开{how}。',
      promised: '{silent}承诺每 {period} 发送一次 {name} ping，却有 {silence} 没有发送任何数据；随后{other}离开{how}。',
      unanswered: '{silent}有 {silence} 没有应答{other}的 {name} 心跳；随后{other}离开{how}。',
    },
    notes: {
      promise: '约定心跳的地方',
      last: '沉默一侧的最后一条消息',
      beat: '没有得到应答的心跳',
      end: '另一侧放弃',
    },
    remedies: {
      blocked: '查明这一时刻是什么使{silent}的程序无法发送（阻塞的线程或事件循环、耗尽的线程池、崩溃的心跳任务）。',
      timeouts:
        '把两个定时器拉开：等待一侧的时限（serverTimeout、ClientTimeoutInterval）至少应为另一侧 keepAliveInterval 的两倍。',
    },
  },
  'subprotocol/unfinished-upgrade': {
    title: '从轮询到 WebSocket 的升级没有完成',
    messages: {
      mute: '客户端在它的 WebSocket 上发送了探测 (2probe)；{waited} 内服务器在上面没有发送任何帧。从轮询到 WebSocket 的升级始终没有完成：会话的数据都走了轮询。',
      unanswered:
        '客户端在它的 WebSocket 上发送了探测 (2probe)，{waited} 内没有收到 3probe。从轮询到 WebSocket 的升级始终没有完成：会话的数据都走了轮询。',
      unconfirmed:
        '服务器应答了探测 (3probe)，而客户端在 {waited} 内没有启用这个 WebSocket。从轮询到 WebSocket 的升级始终没有完成：会话的数据都走了轮询。',
    },
    notes: {
      switched: 'WebSocket 被接受',
      probe: '客户端的探测',
      answer: '探测得到应答',
      end: 'WebSocket 被放弃',
    },
    remedies: {
      path: '对照服务器一侧的抓包：探测是否到达？代理放行 101 却不转发帧时就是这样，另一个 WebSocket 服务器在这个路径上应答升级时也是这样。',
      poll: '查看当时正在进行的轮询请求：它得到应答之后客户端才会切换，缓冲或扣留它的代理会推迟切换。',
      websocketOnly: '要让故障显现出来而不只是变慢，在客户端中跳过轮询：io(url, { transports: ["websocket"] })',
    },
  },
};
