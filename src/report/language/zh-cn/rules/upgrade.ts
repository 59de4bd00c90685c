/**
 * The wording of the rules about upgrade requests in Chinese: what they lack, what becomes of them on the way, both legs
 * of a proxy. Keys and {placeholders} are those of each rule's `meta`; answers stand in upgrade-answers.ts.
 */
import type { RuleTexts } from '../../catalogue.js';

export const UPGRADE_RULES: Readonly<Record<string, RuleTexts>> = {
  'upgrade/dropped-answer': {
    title: '代理丢弃了后端的 101',
    messages: {
      dropped:
        '后端 {backend} 以 101 接受了升级，{proxy} 在 {after} 后就断开了它，没有发送一个帧；在随后 {rest} 的抓包中，它自己的客户端没有得到应答。',
      refused:
        '后端 {backend} 以 101 接受了升级，但 {proxy} 没有接受这个应答，而是告诉客户端 {status}。这个会话从未真正打开。',
      big: '后端 {backend} 以头部长达 {head} 的 101 接受了升级，但 {proxy} 没有接受它，而是告诉客户端 {status}：头部多半超出了代理的读取上限。这个会话从未真正打开。',
      name: '后端 {backend} 以 101 接受了升级，但其中头字段“{name}”的名称无效 (RFC 9110 5.1)，{proxy} 没有接受它，而是告诉客户端 {status}。这个会话从未真正打开。',
    },
    notes: {
      request: '客户端的升级请求',
      answer: '后端的 101',
      left: '代理断开后端',
      end: '客户端连接结束',
      told: '客户端实际得到的应答',
    },
    remedies: {
      big: '缩小 101 的头部（首先是 Set-Cookie），或让代理读取更多：nginx 用 proxy_buffer_size 16k;（其错误日志会写“upstream sent too big header”）；HAProxy 用 tune.bufsize 32768。',
      name: '在后端更正头字段“{name}”的名称：只用字母、数字和连字符。',
      reason: '查看代理在这一时刻的日志：它会写明不接受后端应答的原因。',
      upgrades:
        '让代理处理升级：node http-proxy 用 server.on("upgrade", (req, socket, head) => proxy.ws(req, socket, head))；Vite、webpack-dev-server 和 http-proxy-middleware 用 ws: true。',
      log: '查看代理在这一时刻的日志，查找有关意外的 101 或升级的错误。',
    },
  },
  'upgrade/late-answer': {
    title: '客户端离开后才作出应答',
    messages: {
      late: '升级请求发出 {patience} 后仍无应答，客户端离开；{status} 在请求发出 {waited} 后才到，为时已晚：会话从未打开。',
    },
    notes: { request: '升级请求', left: '客户端离开', answer: '无人接收的应答' },
    remedies: {
      queue:
        '找出是什么拖住了请求：达到连接数上限的代理或服务器会让新请求排队，直到另一个连接结束（HAProxy maxconn、Apache MaxRequestWorkers、线程池已满）。为长期打开的会话提高上限。',
      log: '对照服务器的日志：它可能记下了一个没有客户端的会话。',
      client: '如果这样的等待属于正常，让客户端多等一会儿。',
    },
  },
  'upgrade/missing-headers': {
    title: '没有请求升级',
    messages: {
      plain:
        '客户端发送的是普通的 {method}，没有 Upgrade 和 Sec-WebSocket-Key，服务器应答 {status}{reason}：{target} 要求使用 WebSocket。',
    },
    notes: { request: '没有升级头字段的请求', response: '要求升级的应答' },
    remedies: {
      client:
        '使用 WebSocket 客户端和 ws: 或 wss: URL；浏览器地址栏、fetch、不带头字段的 curl 和健康检查发送的都是普通请求。',
      proxy:
        '如果客户端确实是 WebSocket 客户端，就是代理删掉了头字段；在 nginx 的 location 中：proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
      health: '为健康检查在该端点旁边提供一个普通路径，或让健康检查接受 426。',
    },
  },
  'upgrade/missing-subprotocol': {
    title: '没有选择子协议',
    messages: {
      browser:
        '浏览器提供了子协议 {offered}，101 一个也没有选择，浏览器在 {after} 后没有发送任何帧就离开了，规范要求它这样做。',
      client:
        '客户端提供了子协议 {offered}，101 一个也没有选择，客户端在 {after} 后没有发送任何帧就离开了：它需要一个子协议。',
      'not-asked':
        '客户端提供了子协议 {offered}，但 {proxy} 从它的请求中删除了 Sec-WebSocket-Protocol：后端无从选择，客户端在 101 之后 {after} 没有发送任何帧就离开了。',
      'not-told':
        '客户端提供了子协议 {offered}，后端选择了 {chosen}，但 {proxy} 从它的 101 中删除了 Sec-WebSocket-Protocol，客户端在 {after} 后没有发送任何帧就离开了。',
      ignored: '客户端提供了子协议 {offered}，101 一个也没有选择。这个客户端继续使用连接；浏览器则会让连接失败。',
    },
    notes: {
      request: '升级请求',
      response: '没有子协议的 101',
      left: '客户端离开',
      passed: '代理转发的请求',
      chosen: '后端的 101',
    },
    remedies: {
      server:
        '让服务器选择一个：ws 用 new WebSocketServer({ handleProtocols: (protocols) => [...protocols][0] })；python websockets 用 serve(…, subprotocols=["name"])；Spring 用 setSubProtocols。',
      client: '或者不提供子协议：new WebSocket(url) 不带第二个参数。借这个参数夹带的令牌也同样需要应答。',
      pass: '让 {proxy} 在两个方向上都原样传递 Sec-WebSocket-Protocol：nginx 不要对它使用 proxy_set_header 或 proxy_hide_header，HAProxy 不要 del-header。',
      proxy: '确认没有代理从请求或应答中删掉 Sec-WebSocket-Protocol。',
    },
  },
  'upgrade/proxy-legs': {
    title: '代理的两侧',
    messages: {
      front: '在 {proxy} 的两侧都捕获到了：这里是客户端一段，会话 {other} 是后端一段。',
      back: '在 {proxy} 的两侧都捕获到了：这里是后端一段，会话 {other} 是客户端一段。',
      'front-changed':
        '在 {proxy} 的两侧都捕获到了：这里是客户端一段，会话 {other} 是后端一段。去往后端时它对请求的改动：{request}；返回时对应答的改动：{response}。',
      'back-changed':
        '在 {proxy} 的两侧都捕获到了：这里是后端一段，会话 {other} 是客户端一段。去往后端时它对请求的改动：{request}；返回时对应答的改动：{response}。',
      slow: '客户端等待应答的 {waited} 中，后端处理用去 {backend}，连接后端用去 {connect}，{proxy} 和网络用去 {between}。',
      'next-worked': '随后 {proxy} 改试 {server}，即会话 {next}，取得成功。',
      'next-failed': '随后 {proxy} 再试 {server}，即会话 {next}，同样失败。',
      tried: '在此之前 {proxy} 试过 {backend}，即会话 {other}，未成功，用去 {took}。',
      client: '客户端先离开；随后 {proxy} 结束了另一段。',
      proxy: '客户端和后端都没有结束它：{proxy} 结束了两段。',
      'other-proxy': '客户端和后端都没有结束它：途中的另一个代理 {proxy} 结束了它的两段。',
      backend: '后端先离开；随后 {proxy} 结束了客户端一段。',
      refused: '故障在 {proxy} 背后：后端 {backend} 拒绝了连接。',
      'probably-refused': '故障在 {proxy} 背后，很可能是由于会话 {other}：后端 {backend} 拒绝了其间建立的连接。',
      failed: '故障在 {proxy} 背后，很可能是由于会话 {other}：其间到后端 {backend} 的连接在提出任何请求之前就结束了。',
      unreached: '故障在 {proxy} 背后：后端 {backend} 没有应答 SYN。',
      'probably-unreached':
        '故障在 {proxy} 背后，很可能是由于会话 {other}：后端 {backend} 没有应答其间发出的任何 SYN。',
      silent: '故障在 {proxy} 背后：后端 {backend} 收下了请求，没有作出任何应答。',
      'hung-up': '故障在 {proxy} 背后：后端 {backend} 没有应答，而是结束了连接。',
      'passed-on': '故障在 {proxy} 背后：是后端 {backend} 自己应答了 {status}。',
      'not-passed-on': '故障在 {proxy}：后端 {backend} 的应答是 {status}。',
      spoiled: '故障在 {proxy}：到达后端 {backend} 的已经不是升级请求。',
    },
    notes: {
      front: '客户端一段的请求',
      back: '后端一段的请求',
      connection: '到后端的连接',
      answer: '客户端一段的应答',
      backAnswer: '后端一段的应答',
      next: '下一次尝试',
      tried: '前一次尝试',
      left: '先离开的一方',
      refused: '后端拒绝连接',
      failed: '到后端的连接失败',
      unreached: '发往后端的 SYN',
      silent: '代理不再等待',
      'hung-up': '后端结束连接',
      'passed-on': '后端的应答',
      'not-passed-on': '后端的应答',
      spoiled: '后端收到的请求',
    },
    remedies: {
      other: '先解决会话 {other}，即代理与后端之间的连接：它不正常，这个会话也很难正常。',
      backendSlow: '检查后端：它的升级处理程序在等什么（认证、数据库、查询）。',
      proxySlow: '检查代理：它在请求后端之前做了什么（认证请求、DNS、限速）。',
      connectSlow: '检查代理与后端之间的网络，以及后端的监听队列。',
    },
  },
  'upgrade/request-form': {
    title: '无效的升级请求',
    messages: {
      'method-not-get': '升级请求是 {detail} 而不是 GET (RFC 6455 4.1)；服务器应答 {status}{reason}。',
      'http-version-old':
        '升级请求是 HTTP/{detail}，无法升级（RFC 6455 4.1 要求 1.1）；它的升级头字段完好。服务器应答 {status}{reason}。',
      'behind-http-1.0':
        '客户端使用 HTTP/1.1 请求；在代理背后，请求以 HTTP/{detail} 继续，无法升级 (RFC 6455 4.1)，{backend} 对它应答 {status}{reason}。',
      'version-unsupported':
        '客户端请求 WebSocket 版本 {detail}，服务器应答 {status}{reason}，支持的版本是 {supported}。',
      'version-refused': '客户端请求 WebSocket 版本 {detail}；服务器应答 {status}{reason}{body}。',
      'version-absent': '请求没有 Sec-WebSocket-Version；服务器应答 {status}{reason}{body}。',
      'version-repeated':
        '请求有多个 Sec-WebSocket-Version 头字段（{detail}），而只允许一个 (RFC 6455 11.3.5)；服务器应答 {status}{reason}{body}。',
      'version-missing': '请求没有 Sec-WebSocket-Version；服务器应答 {status}{reason}，支持的版本是 {supported}。',
      'key-invalid':
        'Sec-WebSocket-Key {detail} 不是 16 字节的 base64 (RFC 6455 4.1)；服务器应答 {status}{reason}{body}。',
      'key-missing':
        '请求要求升级到 WebSocket，却没有 Sec-WebSocket-Key (RFC 6455 4.1)；服务器应答 {status}{reason}{body}。',
      'key-repeated': '请求有多个 Sec-WebSocket-Key 头字段 (RFC 6455 11.3.1)；服务器应答 {status}{reason}{body}。',
    },
    notes: { request: '升级请求', response: '应答', behind: '代理背后的同一请求' },
    remedies: {
      proxy10: '让前面的代理用 HTTP/1.1 与服务器通信；在 nginx 的 location 中：proxy_http_version 1.1;',
      method: '用 GET 发送握手请求。',
      version:
        '使用支持版本 13 的客户端，自 RFC 6455 (2011) 以来只使用这个版本，并且只发送一次 Sec-WebSocket-Version: 13。',
      key: '把 16 个随机字节以 base64 作为 Sec-WebSocket-Key 发送，例如 dGhlIHNhbXBsZSBub25jZQ==；程序库会正确处理，手工抄写的固定密钥往往被截断。',
    },
  },
  'upgrade/stripped-headers': {
    title: '代理删掉了升级头字段',
    messages: {
      request:
        '请求带有 Sec-WebSocket-Key，却没有 {missing}（Connection：{connection}，HTTP/{version}）：客户端两者都会发送，所以是此处之前的代理删掉了它。',
      legs: '客户端发送了 Upgrade 和 Connection；在代理背后，同一请求（Sec-WebSocket-Key 相同）以 HTTP/{version} 继续，没有 {missing}：代理删掉了它们。',
      further:
        '客户端发送了 Upgrade 和 Connection，它们一直传到 {culprit}；从那里起，同一请求（Sec-WebSocket-Key 相同）以 HTTP/{version} 继续，没有 {missing}：是这个代理删掉了它们。',
      answer: '请求发出时 Upgrade 和 Connection 完好，应答 {status} 却说明它们没有到达：此处之后有设备删掉了它们。',
    },
    notes: {
      request: '此处看到的请求',
      reached: '到达该代理的同一请求',
      behind: '代理背后的同一请求',
      response: '应答',
    },
    remedies: {
      nginx:
        '在 nginx 的 location 中：proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
      apache: '在 Apache httpd（2.4.47 及以上）中：ProxyPass "/socket" "http://backend/socket" upgrade=websocket',
      ingress:
        'ingress-nginx 会传递它们，除非被代码片段覆盖：从 nginx.ingress.kubernetes.io/configuration-snippet 中删掉 proxy_set_header Connection 和 Upgrade，并为 Ingress 添加注解 nginx.ingress.kubernetes.io/proxy-http-version: "1.1"',
      envoy: '在 Envoy 的 HTTP connection manager（或路由）中允许升级：upgrade_configs: [{ upgrade_type: websocket }]',
      traefik:
        'Traefik 会自行传递它们：查找路由上清空 Connection 或 Upgrade 的 headers 中间件 (customRequestHeaders)，以及它前面的代理。',
      haproxy:
        'HAProxy 会自行传递它们：查找涉及 Upgrade 和 Connection 的 http-request del-header 或 set-header 行，以及旧版本的 option forceclose 或 httpclose。',
      alb: 'AWS ALB 会自行传递它们：确认监听器是 HTTP 或 HTTPS、目标组的协议版本是 HTTP1，并且前面没有 CloudFront 行为把它们丢弃。',
      unknown:
        '找出丢失它们的代理（在每个代理背后抓包），让它通过 HTTP/1.1 传递 Upgrade 和 Connection。nginx 和 Apache httpd 需要明确配置；HAProxy、Traefik 和 Caddy 会自行处理；Envoy、CDN 和云负载均衡器有 WebSocket 开关。',
      inspect: '如果代理都不归你管，途中可能有设备在检查明文 HTTP：请使用 wss。',
    },
  },
  'upgrade/unanswered-request': {
    title: '升级请求无应答',
    messages: {
      gaveUp: '服务器确认了升级请求，但没有作出任何应答；客户端在 {waited} 后放弃。',
      left: '服务器确认了升级请求，{waited} 后客户端离开时还没有作出任何应答。等待这么短，也可能是客户端自己的程序或页面中止的：连接过程中调用 close()、离开页面、握手超时设得很短。',
      silent: '服务器确认了升级请求，但 {waited} 内没有作出任何应答。',
      answerLost:
        '服务器确认了升级请求并作出了应答，但应答在途中丢失：从它后来的数据包的序号可见，它已发送 {unseen}，却始终没有到达这里。客户端等待了 {waited}。',
      unheard: '服务器的 {status} 到不了客户端：它在 {waited} 内又发送了 {repeats} 次，始终没有得到确认{between}。',
      unheardLeft:
        '服务器的 {status} 没有到达客户端：它在 {waited} 内又发送了 {repeats} 次，始终没有得到确认，客户端在请求发出 {patience} 后放弃{between}。',
      lost: '升级请求在 {waited} 内又发送了 {repeats} 次，始终没有得到确认：连接已经建立，请求却到不了服务器{refusal}。',
      fin: '{by}在升级请求发出 {waited} 后关闭了连接，没有作出应答。',
      rst: '{by}在升级请求发出 {waited} 后重置了连接，没有作出应答。',
      host: '服务器在 Host 为 {asked} 的升级请求 {waited} 后结束了连接，没有应答；而 Host 为 {good} 时，它对同一路径应答了 101（会话 {worked}）：差别多半在 Host。',
      before: '服务器在接受连接 {age} 后就关闭了它，比升级请求到来早 {early}：请求无人读取。',
      full: '服务器在接受连接 {age} 后就关闭了它，比升级请求到来早 {early}，而与它的其他会话（{others}）仍在继续：很可能是连接数限制。',
      foreign:
        '升级请求发出 {waited} 后，中间有设备重置了连接：RST 的 TTL 是 {rstTtl}，以{by}名义到达的其他数据包是 {ttl}。',
      once: '升级请求发出 {waited} 后，中间有设备重置了连接：以{by}名义到达的其他数据包在途中都被抓到两次，而 RST 只被抓到一次。',
    },
    notes: {
      request: '升级请求',
      repeat: '再次发送的请求',
      answer: '始终没有得到确认的应答',
      again: '再次发送的应答',
      refused: '引用了请求的 ICMP 错误',
      number: '它的序号包含未见到的字节',
      left: '客户端放弃',
      established: '握手完成',
      end: '连接结束',
    },
    remedies: {
      client:
        '先查明是什么让客户端在 {waited} 后离开：它自己的握手超时、会话打开之前的 close()、页面被离开或刷新。再查服务器到那时为何还没有应答。',
      program: '查看端口背后是不是预期的程序、它是否读取请求：只接受连接的程序（或后端挂起的代理）就会这样沉默。',
      log: '查看服务器在这一时刻的日志：升级处理程序崩溃，或者不认识升级、丢弃不理解内容的服务器，都会这样结束。',
      host: '在客户端的 URL 中使用 {good}，或让 {good} 的虚拟主机也为 {asked} 应答（nginx server_name；使用 return 444 的默认 server 会这样结束其余所有主机名的连接）。',
      limit:
        '查看服务器或其前面代理的连接数限制：Node 的 maxConnections、nginx 的 worker_connections 和 limit_conn、HAProxy 的 maxconn、按地址的限制、打开文件数（ulimit -n）。其日志可能会有记录。',
      backend:
        '接受连接后发现背后无人的代理或端口转发就是这样，达到连接数上限的服务器也是：查看背后的程序是否在运行，并查看其日志。',
      tls: '如果该端口要求 TLS，请使用 wss。',
      middle:
        '查找途中读取 HTTP 的防火墙、入侵防御或代理，并查看它在这一时刻的日志。如果它们都不归你管，请使用 wss：它们读不到其中的内容。',
      answerPath:
        '找出应答在哪里被丢弃：在两端抓包。检查 HTTP 的防火墙以及 MTU 较小的路径会放行握手的小数据包，却丢弃应答。服务器的日志会把这个会话算作已打开。',
      between:
        '查看抓包文件 {home} 与 {other} 的抓包点之间的设备（防火墙、NAT、路由器）及其在这一时刻的日志：这些数据包在文件 {home} 中有，在文件 {other} 中没有。',
      betweenLikely:
        '抓包文件 {other} 中没有这些数据包；如果它当时仍在抓包，那么它们是在文件 {home} 与 {other} 的抓包点之间被丢弃的：查看那里的设备（防火墙、NAT、路由器）。',
      refused: '查看 {router}：它的防火墙规则（或路由）放行握手，却不让请求通过，它的 ICMP 就是这个意思。',
      path: '找出请求在哪里被丢弃：在两端抓包。检查 HTTP 的防火墙以及 MTU 较小的路径会放行握手的小数据包，却丢弃请求。',
    },
  },
  'upgrade/unfinished-head': {
    title: '头部没有结束',
    messages: {
      request: '客户端发送了请求的 {sent}，始终没有发送结束头部的空行；随后{ending}。',
      response: '应答在头部中间、{sent} 之后停止 (“{preview}”)；随后{ending}。',
    },
    notes: { head: '未结束的头部的最后字节', answer: '对它的应答', end: '连接结束' },
    remedies: {
      request: '用空行 (CR LF CR LF) 结束头部。手写的请求往往缺少第二个换行，或者只用 LF 结束各行。',
      response: '查看服务器的日志：它在写应答时退出或被终止；抛出异常的升级处理程序就是这种表现。',
    },
  },
};
