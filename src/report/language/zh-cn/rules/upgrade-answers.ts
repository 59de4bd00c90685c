/**
 * The wording of the rules about answers to an upgrade request in Chinese: refusals, redirections, a 101 that must not
 * be accepted. Keys and {placeholders} are those of each rule's `meta`; what is about requests stands in upgrade.ts.
 */
import type { RuleTexts } from '../../catalogue.js';

export const UPGRADE_ANSWER_RULES: Readonly<Record<string, RuleTexts>> = {
  'upgrade/faulty-answer': {
    title: '不得接受的 101',
    messages: {
      'response-upgrade-missing': '服务器应答 101，但没有 Upgrade: websocket (RFC 6455 4.1){consequence}。',
      'response-connection-missing': '服务器应答 101，但没有 Connection: Upgrade (RFC 6455 4.1){consequence}。',
      'accept-missing': '服务器应答 101，但没有 Sec-WebSocket-Accept (RFC 6455 4.1){consequence}。',
      'accept-mismatch':
        '101 中的 Sec-WebSocket-Accept 是 {detail}，而按密钥应为 {expected} (RFC 6455 4.2.2){consequence}。',
      'subprotocol-not-offered':
        '服务器选择了子协议 {detail}，而客户端并未提供它（客户端提供的是 {offered}；RFC 6455 4.1）{consequence}。',
      'subprotocol-several': '服务器选择了多个子协议 {detail}，而只允许一个 (RFC 6455 4.2.2){consequence}。',
      'extension-not-offered': '服务器在应答中使用了扩展 {detail}，而客户端并未提供它 (RFC 6455 9.1){consequence}。',
      'extension-parameter-invalid':
        '服务器应答的扩展参数 {detail} 是客户端的提供所不允许的 (RFC 7692 7.1){consequence}。',
    },
    notes: { request: '升级请求', response: '101', left: '连接结束' },
    remedies: {
      headers:
        '应答中三个头字段都要有：Upgrade: websocket、Connection: Upgrade、Sec-WebSocket-Accept。改写响应的代理可能删掉了它们：与代理背后的一段对比。',
      accept:
        '按 base64(SHA-1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) 计算，密钥取自这一请求本身，不带换行。来自另一次握手的缓存应答也是这样：前面的缓存不得保存 101。',
      subprotocol: '从请求的 Sec-WebSocket-Protocol 中逐字选择一个名称，或者不发送这个头字段。',
      extension: '只接受请求中提供的扩展和参数；只在一个方向上删除 Sec-WebSocket-Extensions 的代理会造成这种情况。',
    },
  },
  'upgrade/malformed-answer': {
    title: '应答不是 HTTP',
    messages: {
      text: '服务器对升级请求的应答不是 HTTP：“{preview}”。',
      bytes: '服务器对升级请求的应答是一些不是 HTTP 的字节：{preview}。',
    },
    notes: { request: '升级请求', answer: '应答的第一批字节' },
    remedies: {
      port: '查看监听端口 {port} 的是哪个程序：ss -ltnp "sport = :{port}"。上面的字节往往能说明它是什么。',
      raw: '如果是自己写的服务器，它在应答 101 之前就开始发送帧或文本了。',
    },
  },
  'upgrade/oversized-headers': {
    title: '请求头部过大',
    messages: {
      says: '服务器应答 {status}{reason}，说请求头部过大：头部共 {head}，其中 Cookie 占 {cookies}。',
    },
    notes: { request: '升级请求', response: '拒绝' },
    remedies: {
      cookies: '删除或缩小该站点的 Cookie；浏览器会在握手时把它们全部发送。',
      limit:
        '或者调高上限：nginx 用 large_client_header_buffers 4 32k；Node 用 --max-http-header-size=32768；HAProxy 用 tune.bufsize；Tomcat 用 maxHttpRequestHeaderSize。',
    },
  },
  'upgrade/refused-status': {
    title: '升级被拒绝',
    messages: {
      'upgrade-bad-request': '服务器对升级请求应答 {status}{reason}{body}。',
      'upgrade-unauthorized': '服务器对升级请求应答 {status}{reason}：它要求凭据 ({challenge}){body}。',
      'upgrade-forbidden': '服务器对升级请求应答 {status}{reason}：它拒绝这个客户端或这个请求{body}。',
      'upgrade-not-found': '服务器对升级请求应答 {status}{reason}：它没有 {target}{body}。',
      'upgrade-method-not-allowed':
        '服务器对升级请求应答 {status}{reason}：{target} 不接受这种方法，因此不大可能是 WebSocket 端点{body}。',
      'upgrade-rate-limited':
        '服务器对升级请求应答 {status}{reason}：来自这个客户端的连接或请求过多（Retry-After：{retryAfter}）。',
      'upgrade-headers-too-large':
        '服务器对升级请求应答 {status}{reason}：请求头部有 {headBytes} 字节，超过它所能接受的大小。',
      'upgrade-redirected': '服务器对升级请求应答 {status}{reason}，指向 {location}。浏览器和大多数库不会跟随。',
      'upgrade-not-switched':
        '服务器对升级请求应答 {status}{reason}，而不是 101：它把请求当作普通请求处理，所以那里的 {target} 上没有支持 WebSocket 的程序{body}。',
      'upgrade-server-error': '服务器对升级请求应答 {status}{reason}：它在处理过程中出错{body}。',
      'upgrade-bad-gateway':
        '代理在 {took} 后对升级请求应答 {status}{reason}：它背后的服务器拒绝了连接，或没有给出有效的应答。',
      'upgrade-unavailable': '升级请求得到的应答是 {status}{reason}：过载、维护中，或代理背后没有健康的服务器。',
      'upgrade-gateway-timeout': '代理在 {took} 后对升级请求应答 {status}{reason}：它背后的服务器没有及时应答。',
      'other-host':
        '服务器以 {status}{reason} 应答了对 {target} 的升级请求，其 Host 为 {asked}；而 Host 为 {good} 时，它对同一路径应答了 101（会话 {worked}）：差别多半在 Host。',
      'upgrade-client-error': '服务器对升级请求应答 {status}{reason}{body}。',
    },
    notes: {
      request: '升级请求',
      response: '不是 101 的应答',
      refused: '后端拒绝代理的连接',
      failed: '代理到后端的连接失败',
      unreached: '代理发往后端的 SYN',
      silent: '代理不再等待后端',
      'hung-up': '后端结束代理的连接',
      'passed-on': '后端的同一应答',
      'not-passed-on': '后端给代理的应答',
      spoiled: '后端收到的请求',
    },
    remedies: {
      host: '在客户端的 URL 中使用 {good}，或让 {good} 的虚拟主机也为 {asked} 应答：nginx server_name、Apache ServerAlias、Ingress 或路由的 host。如果前面有代理，让它传递 Host。',
      read: '查看应答正文和服务器日志对这个请求的说明。',
      compare:
        '手工重复一次：curl -i -N -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Sec-WebSocket-Version: 13" -H "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" {url}',
      credentials:
        '在握手中带上凭据：Authorization 头字段（浏览器无法设置）、同站点的 Cookie，或者在第一条消息或子协议中带上令牌。',
      access: '检查途中的访问规则：允许和拒绝列表、Web 应用防火墙、CSRF 检查、以 403 应答的认证。',
      path: '检查 URL 的路径与服务器注册的路径是否一致，注意代理添加或去掉的前缀。在 nginx 中，末尾带路径的 proxy_pass 会替换匹配到的前缀。',
      rewrite:
        '代理把 {asked} 改成了 {passed}。如果后端需要的是 {asked}，就保留原路径（nginx：proxy_pass 末尾不带斜杠和路径；Apache httpd：ProxyPass 两边用同一路径；Traefik：不用 stripPrefix）；否则后端必须提供 {passed}。',
      route: '把 {target} 路由到 WebSocket 服务器，而不是静态文件或 REST 处理程序。',
      redirect: '在客户端中使用最终的 URL：{location}（http 对应 ws，https 对应 wss；末尾的斜杠也要一致）。',
      limit: '减少连接数，以递增的随机延迟重连，或调高上限（nginx：limit_conn、limit_req）。',
      headers:
        '缩小请求，先从 Cookie 着手，或调高上限：nginx 用 large_client_header_buffers 4 32k；Node 用 --max-http-header-size=32768；Tomcat 用 maxHttpRequestHeaderSize。',
      listen: '在后端查看程序是否在运行、监听哪个地址：ss -ltnp "sport = :{port}"',
      unreached:
        '代理发往 {backend} 的 SYN（会话 {other}）没有应答：在丢弃它们的地方放行（主机防火墙、安全组、网络策略），或更正代理配置中的地址。',
      backend: '查看代理背后的服务器是否在运行、是否在代理所找的地址上监听；代理的错误日志会写明原因。',
      nginx:
        'nginx 的错误日志会写明原因（“connect() failed”、“upstream prematurely closed connection”、“upstream timed out”）以及它尝试的地址：与 proxy_pass 以及 upstream 块中的 server 行对比。',
      haproxy:
        '查询 HAProxy 对其服务器状态的判断：echo "show servers state" | socat stdio /run/haproxy/admin.sock；核对 server 行中的地址以及健康检查所要求的内容。',
      apache:
        'httpd 的 ErrorLog 会写明原因（AH00957：连接后端失败；AH01102：从后端读取出错）和地址：与 ProxyPass 对比。',
      traefik:
        '在 Traefik 的面板中查看该服务；容器有多个端口时要指定端口：traefik.http.services.<name>.loadbalancer.server.port={port}',
      envoy: '查询 Envoy 各主机的健康状况：curl -s localhost:9901/clusters | grep -E "health_flags|cx_connect_fail"',
      alb: '查询目标的健康状况：aws elbv2 describe-target-health --target-group-arn <arn>；健康检查需要一个无需升级就应答 200 的路径。',
      ingress:
        '查看该服务有没有端点：kubectl get endpoints <service>；port 和 targetPort 必须对应程序所监听的 containerPort。',
      nginxSlow: '如果后端确实需要，给它更长时间：proxy_connect_timeout 10s; proxy_read_timeout 3600s;',
      haproxySlow:
        '如果后端确实需要，给它更长时间：timeout connect 10s、timeout server 60s（连接打开后用 timeout tunnel 1h）。',
      apacheSlow: '如果后端确实需要，给它更长时间：ProxyPass … timeout=3600',
      envoySlow: '如果后端确实需要，给它更长时间：在路由上设置 timeout: 0s（连接打开后用 idle_timeout: 3600s）。',
      albSlow:
        '如果目标确实需要，给它更长时间：aws elbv2 modify-load-balancer-attributes --load-balancer-arn <arn> --attributes Key=idle_timeout.timeout_seconds,Value=3600',
      ingressSlow:
        '如果后端确实需要，给它更长时间：为 Ingress 添加注解 nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"',
      express:
        'Express 路由看不到升级请求：把 ws 挂到 HTTP 服务器上，new WebSocketServer({ server, path: "{path}" })，并且不要让其他 upgrade 监听器销毁该套接字。',
      spring:
        '在这个路径上注册处理程序，包括 context path 和 servlet 映射：registry.addHandler(handler, "{path}")，或在 registerStompEndpoints 中 registry.addEndpoint("{path}")',
      micronaut: '用这个路径声明端点，包括服务器的 context path：@ServerWebSocket("{path}")',
      slow: '查明代理背后的服务器为什么没有应答：nginx 的 proxy_read_timeout 和 proxy_connect_timeout 只决定等待多久。',
    },
  },
  'upgrade/rejected-origin': {
    title: 'Origin 被拒绝',
    messages: {
      says: '服务器应答 {status}{reason}，并说明它拒绝 Origin {origin}。',
      elsewhere: '服务器对 Origin {origin} 应答 {status}{reason}，却接受了来自 Origin {accepted} 的同样请求。',
      foreign: '服务器对另一个站点的页面应答 {status}{reason}：Origin 是 {origin}，Host 是 {host}。',
      rewritten:
        '服务器对一个 Origin {origin} 与 Host {host} 不再一致的请求应答 {status}{reason}：客户端请求的是 {asked}，即页面自己的站点，{proxy} 改掉了它。',
    },
    notes: {
      request: '带有这个 Origin 的升级请求',
      asked: '客户端请求时的 Host',
      rewritten: '后端收到的 Host',
      response: '拒绝',
      accepted: '带有另一个 Origin 时被接受',
    },
    remedies: {
      allow:
        '把 {its} 加入服务器允许的来源：python websockets 用 serve(…, origins=["{its}"])；Spring 用 setAllowedOrigins("{its}")；gorilla 用 Upgrader.CheckOrigin；Socket.IO 用 cors.origin；ActionCable 用 config.action_cable.allowed_request_origins；Django 用 CSRF_TRUSTED_ORIGINS 和 ALLOWED_HOSTS，配合 channels 的 AllowedHostsOriginValidator。',
      spring: 'registry.addHandler(…).setAllowedOrigins("{its}")，模式匹配则用 setAllowedOriginPatterns。',
      gorilla:
        'websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "{its}" }}',
      coder: 'websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{"{originHost}"}})',
      python: 'websockets.serve(…, origins=["{its}"])',
      express:
        '在处理升级的地方比较 Origin，即 server.on("upgrade") 或 ws 的 verifyClient：info.origin === "{its}"；Socket.IO 用 cors: { origin: "{its}" }',
      host: '在代理之后，要传递浏览器使用的主机名，这样才能把 Origin 与 Host 作比较：proxy_set_header Host $host;',
      passHost:
        '让代理传递客户端发送的 Host：nginx 用 proxy_set_header Host $host; Apache 用 ProxyPreserveHost On；Traefik 用 passHostHeader: true；Envoy 不要设置 host_rewrite。',
      nginxHost: '在 nginx 的 location 中传递客户端发送的 Host：proxy_set_header Host $host;',
      apacheHost: '在 Apache httpd 中传递客户端发送的 Host：ProxyPreserveHost On',
      page: '如果这个页面本不该在那里，请直接从 {host} 加载它。',
    },
  },
  'upgrade/socketio-refusal': {
    title: 'Socket.IO 拒绝了会话',
    messages: {
      sid: 'Socket.IO 服务器不认识会话 {sid}：它应答 {status}{reason}。该会话是在另一台服务器上开始的，或者这台服务器此后重启过。',
      version: 'Socket.IO 服务器不支持协议版本 {eio}：它应答 {status}{reason}。客户端和服务器的主版本不兼容。',
      polling:
        'Socket.IO 会话 {sid} 被分到了不同的服务器：它的轮询请求有 {refusals} 个得到 400 “Session ID unknown”，而它的 WebSocket 却被接受。从轮询到 WebSocket 的升级始终没有完成。',
      'polling-survived':
        'Socket.IO 会话 {sid} 被分到了不同的服务器：它的轮询请求有 {refusals} 个得到 400 “Session ID unknown”，而它的 WebSocket 却被接受。',
    },
    notes: {
      request: '升级请求',
      response: '拒绝',
      given: '给出会话 ID 的响应',
      polled: '被拒绝的轮询请求',
      switched: '同一 ID 的 WebSocket 被接受',
    },
    remedies: {
      sticky:
        '让同一会话的所有请求都到同一台服务器：nginx 用 upstream { ip_hash; } 或 hash $remote_addr consistent；云负载均衡器启用会话亲和性。',
      websocketOnly: '或者在客户端中跳过轮询，这样总共只有一个连接：io(url, { transports: ["websocket"] })',
      versions:
        '让客户端和服务器的版本匹配：v2 客户端 (EIO=3) 需要 v2 服务器，或者设置了 allowEIO3: true 的 v3/v4 服务器。',
    },
  },
  'upgrade/unsupported-version': {
    title: '不支持该 WebSocket 版本',
    messages: {
      lists: '客户端请求 WebSocket 版本 {version}；服务器应答 {status}{reason}，列出的版本是 {supported}。',
    },
    notes: { request: '升级请求', response: '列出其他版本的应答' },
    remedies: { server: '更新服务器：版本 13 是 RFC 6455 (2011) 的版本，更小的编号都是草案。' },
  },
  'upgrade/wrong-endpoint': {
    title: 'WebSocket 在另一个路径上',
    messages: {
      sockjs:
        '{target} 是 SockJS 服务器的基础路径：它应答 {status}{reason} 和它的问候语。普通 WebSocket 客户端应连接 {target}/websocket。',
      socketio: '{target} 由 Socket.IO 提供服务，它应答 {status}{reason}：查询字符串中没有它认识的传输方式。',
      polling: '{target} 由 Socket.IO 提供服务，它应答 {status}{reason} 并开始了一个轮询会话，而没有切换协议。',
    },
    notes: { request: '升级请求', response: '能看出所用框架的应答' },
    remedies: {
      sockjs:
        '连接 {target}/websocket，或使用 SockJS 客户端；在 Spring 中，用 withSockJS() 注册的端点两者都支持，不用它注册的端点接受普通 WebSocket。',
      socketio:
        '使用 Socket.IO 客户端（普通 WebSocket 客户端无法与它通信），或者至少使用它的 URL：/socket.io/?EIO=4&transport=websocket',
    },
  },
};
