/**
 * The wording of the rules about TLS in Chinese: hellos, alerts, ports, early ends, encrypted traffic. Keys and
 * {placeholders} are those of each rule's `meta`; what is about certificates stands in certificates.ts.
 */
import type { RuleTexts } from '../../catalogue.js';

export const TLS_RULES: Readonly<Record<string, RuleTexts>> = {
  'tls/alert-while-open': {
    title: 'TLS 结束了已打开的会话',
    messages: {
      alert: '{from}用致命 TLS alert {alert} 结束了已打开的连接：它收到了一条无法接受的记录。',
    },
    notes: { data: '第一条应用数据', alert: 'alert' },
    remedies: {
      writers: '检查是否有 TLS 之外的代码在写这个套接字，以及途中是否有中间设备改动了字节：对比两端抓到的数据包。',
      library: '更新{from}的 TLS 库；查看它在这一时刻的日志。',
    },
  },
  'tls/chosen-h2': {
    title: '为 WebSocket 客户端选择了 HTTP/2',
    messages: {
      left: '客户端通过 ALPN 提供了 {offered}，服务器选择了 h2，客户端在握手后 {after} 未使用连接就离开了：它升级需要 HTTP/1.1。',
      request:
        '客户端通过 ALPN 提供了 {offered}，服务器选择了 h2。客户端发送了一个很小的请求，服务器发送了 {said}，{after} 后结束了连接：HTTP/2 里的 HTTP/1.1 升级请求就是这样结束的。',
      hidden:
        '客户端通过 ALPN 提供了 {offered} 并发送了一个请求，服务器发送了 {said}，{after} 后结束了连接；服务器选择了 h2 而对方使用 HTTP/1.1 时就是这样。TLS 1.3 隐藏了这一选择：密钥日志或服务器日志可以看到。',
    },
    notes: {
      hello: '提供 h2 的 ClientHello',
      serverHello: 'ServerHello',
      request: '客户端发送的内容',
      end: '连接结束',
    },
    remedies: {
      offer:
        '让 WebSocket 客户端在 ALPN 中只提供 http/1.1：Node tls 用 ALPNProtocols: ["http/1.1"]；Java 用 SSLParameters.setApplicationProtocols；Micronaut 用 micronaut.http.client.alpn-modes: [http/1.1]（或写在 micronaut.http.services.<id> 下）；Netty 对该 URL 使用不带 HTTP/2 的客户端。',
      server:
        '或者让服务器在该域名上选择 http/1.1：nginx 在 server 块中设置 http2 off；Traefik 用 alpnProtocols [http/1.1] 的 TLS 选项；Caddy 用 protocols h1。',
      extended: 'WebSocket 可以运行在 HTTP/2 上 (RFC 8441)，但客户端和服务器都必须支持。',
    },
  },
  'tls/ended-handshake': {
    title: 'TLS 在使用之前就结束了',
    messages: {
      during: '{by}一侧在 {version} 握手过程中、ServerHello 之后 {after} 结束了连接，没有明文 alert。',
      duringAlert: '{by}一侧紧接着另一侧的握手消息，用加密的 alert 结束了 {version} 握手。其内容需要会话密钥才能读出。',
      refusedFinished:
        '客户端完成了 {version} 握手，{after} 后服务器没有作出任何应答就结束了连接。在 TLS 1.3 中，客户端证书被拒绝或缺失就是这种表现。',
      after:
        '客户端完成 {version} 握手 {after} 后就离开了，没有提出任何请求。客户端不接受收到的内容（多半是证书）时会这样离开；只是探测端口的客户端也会如此。',
    },
    notes: {
      hello: 'ClientHello',
      serverHello: 'ServerHello',
      finished: '握手完成',
      alert: '加密的 alert',
      end: '连接结束',
    },
    remedies: {
      client:
        '查看{by}一侧的错误信息：原因它知道，数据包里看不出来。查看证书：openssl s_client -connect {server} -servername {name} -verify_hostname {name} </dev/null',
      keys: '带上会话密钥重新抓包（浏览器、curl 和 Python 用 SSLKEYLOGFILE；Node 用 node --tls-keylog），这样就能读出 alert 和证书。',
      serverLog: '查看服务器日志中的 TLS 错误。',
      clientCertificate: '如果服务器要求客户端证书，请给客户端配置由服务器认可的 CA 签发的证书。',
    },
  },
  'tls/fatal-alert': {
    title: 'TLS 握手被 alert 拒绝',
    messages: {
      'tls-certificate-expired': '客户端以证书过期为由拒绝了证书（alert {alert}）。',
      'tls-unknown-ca': '客户端不信任证书的签发者（alert {alert}）：私有 CA、自签名证书，或缺少中间证书{alone}。',
      'tls-certificate-rejected': '客户端拒绝了证书（alert {alert}），没有说明更多原因{alone}。',
      'tls-protocol-version':
        '客户端和服务器没有共同的 TLS 版本：客户端提供 {versions}，{from}予以拒绝（alert {alert}）。',
      oldServer:
        '客户端和服务器没有共同的 TLS 版本：客户端提供 {versions}，{from}予以拒绝（alert {alert}）：服务器只支持更旧的版本。',
      oldClient:
        '客户端和服务器没有共同的 TLS 版本：客户端提供 {versions}，{from}予以拒绝（alert {alert}）：客户端不支持更新的版本。',
      'tls-client-certificate-required': '服务器要求客户端出示证书，客户端没有发送（alert {alert}）。',
      'tls-client-certificate-rejected': '服务器拒绝了客户端的证书（alert {alert}）。',
      'tls-no-application-protocol': '客户端和服务器没有共同的应用协议：客户端通过 ALPN 提供 {alpn}（alert {alert}）。',
      'tls-no-shared-cipher':
        '服务器拒绝了 ClientHello（alert {alert}）：没有共同的密码套件、组或签名算法。客户端提供 {ciphers}。',
      'tls-server-name-missing': '客户端没有发送服务器名（SNI：{sni}），服务器予以拒绝（alert {alert}）。',
      'tls-unrecognized-name': '服务器不认识域名 {sni}（alert {alert}）。',
      'tls-alert': '{from}用 alert {alert} 结束了 TLS 握手。',
    },
    notes: {
      hello: 'ClientHello',
      serverHello: 'ServerHello',
      certificate: '服务器的证书',
      request: '服务器要求出示证书',
      alert: 'alert',
    },
    remedies: {
      renew:
        '更新证书，并在应答该域名的每台服务器上加载。查看实际提供的证书：openssl s_client -connect {server} -servername {name} </dev/null | openssl x509 -noout -dates',
      chain:
        '提供包含中间证书的完整证书链（nginx：ssl_certificate 在同一个文件中放叶证书和中间证书）。查看证书链：openssl s_client -connect {server} -servername {name} -showcerts </dev/null',
      trust:
        '如果是私有 CA，请把根证书交给客户端：Node 用 NODE_EXTRA_CA_CERTS=ca.pem；Python 用 ssl.create_default_context(cafile="ca.pem")；Java 用信任库。',
      rejected:
        '查看客户端的错误信息：名称、日期、用途、密钥长度或吊销。检查证书：openssl s_client -connect {server} -servername {name} -verify_hostname {name} </dev/null',
      versions: '让双方有共同的版本：nginx 设置 ssl_protocols TLSv1.2 TLSv1.3；更新最高只支持 TLS 1.1 的客户端。',
      oldServer:
        '让服务器支持 TLS 1.2 和 1.3：nginx 设置 ssl_protocols TLSv1.2 TLSv1.3；Node 用 minVersion 和 maxVersion；Java 查看 jdk.tls.disabledAlgorithms。做不到的设备需要升级，或在前面放一个支持的代理。',
      oldClient: '更新客户端或它使用的 TLS 库，直到它提供 TLS 1.2：服务器已不再接受 {versions}。',
      alpn: '让双方都在 ALPN 中支持 http/1.1：只要使用了 ALPN，HTTP/1.1 上的 WebSocket 就需要它。只提供 h2 或自有协议的服务器会这样拒绝。',
      ciphers:
        '对比双方允许的内容：openssl s_client -connect {server} -servername {name} </dev/null，以及服务器的密码套件、曲线和证书类型（ECDSA 证书需要 ECDSA 套件）。',
      sni: '让客户端发送要访问的主机名（openssl 用 -servername；Node 用 servername）。IP 地址不是服务器名。',
      name: '在服务器或它前面的 ingress 上配置 {sni}，或更正 URL 中的域名。',
      clientCertificate:
        '给客户端配置由服务器的 CA 签发的证书和密钥（Node 用 cert 和 key；Python 用 load_cert_chain），或在该 location 不强制要求证书（nginx：ssl_verify_client optional）。',
      log: '查看{from}日志中的 TLS 错误。',
    },
  },
  'tls/foreign-version': {
    title: '没有共同的 TLS 版本',
    messages: { chosen: '服务器选择了 {chosen}；客户端只提供 {versions}，随后离开。' },
    notes: { hello: 'ClientHello', serverHello: '版本不同的 ServerHello', end: '连接结束' },
    remedies: {
      versions: '让双方有共同的版本：nginx 设置 ssl_protocols TLSv1.2 TLSv1.3；更新最高只支持 TLS 1.1 的一方。',
      oldServer:
        '让服务器支持 TLS 1.2 和 1.3：nginx 设置 ssl_protocols TLSv1.2 TLSv1.3。旧的不是客户端：它提供的版本不低于 {lowest}。',
    },
  },
  'tls/plaintext-port': {
    title: '向明文端口发送 TLS',
    messages: {
      answer: '客户端发起 TLS (wss)，端口 {port} 却以明文应答：“{preview}”。',
      ended: '客户端发起 TLS (wss)，连接没有得到应答就被结束；在本抓包文件的其他连接上，端口 {port} 使用明文 HTTP。',
    },
    notes: { hello: 'ClientHello', answer: '明文应答', end: '连接结束' },
    remedies: {
      scheme: '该端口请用 ws://{host}；要用 wss，请连接支持 TLS 的端口（没有另行配置时为 443）。',
      listen: '或者让该端口支持 TLS：nginx 设置 listen {port} ssl; 以及 ssl_certificate 和 ssl_certificate_key。',
      proxy: '如果前面的代理已终结 TLS，它的后端 URL 应为 http 而不是 https：proxy_pass http://backend;',
    },
  },
  'tls/sealed-candidates': {
    title: '已加密，有可能是 WebSocket',
    messages: {
      likely:
        '已加密，从双方 hello 提供的内容以及记录的大小和时间看，很可能是 WebSocket：共 {sessions} 个会话，可能性最大的在前：{ids}。',
      possible:
        '已加密，有可能是 WebSocket；双方 hello 以及记录的大小和时间不足以判定：共 {sessions} 个会话，可能性最大的在前：{ids}。',
      unlikely:
        '已加密，从双方 hello 提供的内容以及记录的大小和时间看，不太可能是 WebSocket：共 {sessions} 个会话，可能性最大的在前：{ids}。',
    },
    notes: { request: '客户端的第一条应用数据' },
    remedies: {
      keys: '要看到其中的内容，请在抓包时保存会话密钥（浏览器、curl 和 Python 用 SSLKEYLOGFILE；Node 用 node --tls-keylog），并用 --keylog 提供。',
    },
  },
  'tls/sealed-reset': {
    title: '加密的会话被重置',
    messages: {
      endpoint:
        '{by}在最后一条记录 {silence} 后重置了连接，此前没有 alert，也没有 FIN。记录的内容是加密的；从大小和时间看，这可能是一个 WebSocket 会话，那样它会以 1006 结束。',
      unknown:
        '{by}已不认识这个连接：在 {quiet} 没有来自它的任何数据包之后，它用 RST 应答了下一条记录，形式与主机应答不存在的连接一致。它此前已丢失或放弃了连接，或者中间的设备忘记了连接，把数据包从另一个端口、向另一台机器发出。从记录的大小和时间看，这可能是一个 WebSocket 会话，那样它会以 1006 结束。',
      middlebox:
        '一个以{by}名义发送的 RST 结束了连接，但它来自另一台机器：它的 TTL 是 {rstTtl}，而{by}的其他数据包到达时是 {ttl}。从记录的大小和时间看，这可能是一个 WebSocket 会话，那样它会以 1006 结束。',
      alone:
        '一个以{by}名义发送的 RST 结束了连接，但它不是{by}发出的：{by}的其他数据包在途中被抓到两次，而 RST 只有一次。从记录的大小和时间看，这可能是一个 WebSocket 会话，那样它会以 1006 结束。',
      injected:
        '中间有设备重置了连接：这个 RST 与任何一侧的数据包都不相符。从记录的大小和时间看，这可能是一个 WebSocket 会话，那样它会以 1006 结束。',
    },
    notes: { last: '最后一条记录', heard: '该侧此前的最后一个数据包', answered: '被应答的记录', reset: 'RST' },
    remedies: {
      crash:
        '查看{by}在这一时刻的日志：还有未读数据时被终止、以 SO_LINGER 0 关闭，或调用 terminate() 的进程会重置连接。',
      pings: '发送 Ping 的间隔要短于中间设备（NAT、防火墙、负载均衡器）的空闲超时，这里要短于 {quiet}。',
      before: '在{by}的日志中查找静默期间而不是这一时刻发生了什么：重启、崩溃，或它自己的超时。',
      middle: '查找途中的防火墙、入侵防御或负载均衡器，并查看它在这一时刻的日志。',
      keys: '要看到最后说了什么，请带上会话密钥抓包（浏览器、curl 和 Python 用 SSLKEYLOGFILE；Node 用 node --tls-keylog），并通过 --keylog 提供。',
    },
  },
  'tls/sealed-traffic': {
    title: '由加密记录推断',
    messages: {
      upgrade:
        '其中可能是 WebSocket：一个大小与升级请求相当的请求得到了一次应答，客户端随后发送的内容远短于它的一个请求。客户端发送了 {clientRecords} 条记录，服务器发送了 {serverRecords} 条。',
      requests:
        '其中可能是普通请求：客户端发送的所有内容都与它的第一个请求长度相近。客户端发送了 {clientRecords} 条记录，服务器发送了 {serverRecords} 条。',
      onlyHttp1: '客户端通过 ALPN 只提供了 {offered}，浏览器建立 WebSocket 时就是这样；其他程序无论做什么都可能如此。',
      sibling: '本抓包文件中另一个到 {name} 的连接已解开，是 WebSocket；这个连接可能也是。',
      pings:
        '{from}每隔 {interval} 发送一次长度相同的小记录（共 {rounds} 次），每次都立即得到应答：是 Ping，或应用层心跳。',
      timer:
        '服务器结束连接之前，有 {silence} 没有发送任何数据，另有 {others} 个与它的加密连接在同样长的静默之后结束：这符合 {timer} 的空闲定时器，属于服务器或它前面的代理。',
      silence: '{by}一侧结束连接之前，有 {silence} 没有发送任何数据。',
      stall: '两条记录之间最长的静默为 {silence}。',
    },
    notes: {
      hello: 'ClientHello',
      request: '客户端的第一条应用数据',
      answer: '服务器的第一条应用数据',
      last: '最后一条记录',
      end: '连接结束',
    },
    remedies: {
      timer:
        '如果是 WebSocket 会话，让 Ping 的间隔短于 {timer}，或调高空闲定时器：nginx proxy_read_timeout 3600s；HAProxy timeout tunnel 1h；Envoy 在路由上设置 stream_idle_timeout 0s。',
      keys: '要看到其中的内容，请在抓包时保存会话密钥（浏览器、curl 和 Python 用 SSLKEYLOGFILE；Node 用 node --tls-keylog），并用 --keylog 提供。',
    },
  },
  'tls/tls-port': {
    title: '向 TLS 端口发送明文 HTTP',
    messages: {
      alert: '客户端以明文 HTTP (ws) 发送升级请求，端口 {port} 以 TLS 记录应答：它使用 TLS。',
      says: '客户端以明文 HTTP (ws) 发送升级请求，服务器应答 {status}，说明该端口要求 TLS。',
      ended:
        '客户端以明文 HTTP (ws) 发送升级请求，连接没有得到应答就被结束；在本抓包文件的其他连接上，端口 {port} 使用 TLS。',
    },
    notes: { request: '明文的升级请求', answer: '应答', end: '连接结束' },
    remedies: {
      scheme: '该端口请用 wss://，不要用 ws://。',
      proxy: '如果代理的后端使用 TLS：proxy_pass https://backend;',
    },
  },
  'tls/unanswered-hello': {
    title: 'ClientHello 无应答',
    messages: {
      silent: '服务器接受了连接，但 {waited} 内没有对 ClientHello 作出任何应答。',
      gaveUp: '服务器接受了连接，但没有对 ClientHello 作出任何应答；客户端在 {waited} 后放弃。',
      late: '客户端在发出 ClientHello {patience} 后离开，此前没有得到应答；ServerHello 在 ClientHello 之后 {waited} 才到，为时已晚。',
      answerLost:
        '服务器确认了 ClientHello 并作出了应答，但应答在途中丢失：从它后来的数据包的序号可见，它已发送 {unseen}，却始终没有到达这里。客户端等待了 {waited}。',
      unheard:
        'ServerHello 及与它一起发送的内容（{unacked}）到不了客户端：它们在 {waited} 内又发送了 {repeats} 次，始终没有得到确认{between}。',
      unheardLeft:
        'ServerHello 及与它一起发送的内容（{unacked}）没有到达客户端：它们在 {waited} 内又发送了 {repeats} 次，始终没有得到确认，客户端在 ClientHello 发出 {patience} 后放弃{between}。',
      lost: '连接已经建立，但 ClientHello 在 {waited} 内反复发送，始终没有得到确认{refusal}。',
      fin: '针对 {sni} 的 ClientHello 发出 {waited} 后连接被关闭，此前服务器没有发来一个字节。',
      rst: '针对 {sni} 的 ClientHello 发出 {waited} 后连接被重置，此前服务器没有发来一个字节。',
      foreign:
        '针对 {sni} 的 ClientHello 发出 {waited} 后，中间有设备重置了连接，此前服务器没有发来一个字节：RST 的 TTL 是 {rstTtl}，以服务器名义到达的其他数据包是 {ttl}。',
      noName:
        'ClientHello 没有写明服务器名，连接未收到一个字节就被结束；同一服务器接受过写明服务器名的 ClientHello（{accepted}）。',
    },
    notes: {
      hello: 'ClientHello',
      repeat: '再次发送的 ClientHello',
      end: '连接结束',
      left: '客户端离开',
      serverHello: '已无人接收的 ServerHello',
      answer: '始终未被确认的 ServerHello',
      again: '再次发送',
      refused: '引用了 ClientHello 的 ICMP 错误',
      number: '它的序号计入了没有见到的字节',
    },
    remedies: {
      stall:
        '查明服务器为何 {waited} 没有应答：程序停顿（CPU 占满、垃圾回收、accept 队列或线程池已满）时就会这样迟答；路径很长时也会。问题不在证书：客户端还没有看到它。',
      client: '如果这样的等待是正常的，让客户端等得更久一些。',
      program:
        '检查端口 {port} 背后的程序是否支持 TLS：openssl s_client -connect {server} -servername {name} </dev/null',
      filter: '读取服务器名的防火墙或过滤设备可能会丢弃或重置：换一个域名访问同一端口，再换一个网络试试。',
      backend: '透传 TLS 的负载均衡器找不到该域名对应的后端时就是这样：检查它对 {sni} 的路由。',
      mtu: '如果 ClientHello 很大（后量子密钥交换会让它占两个数据包），MTU 较小的路径或只预期一个数据包的中间设备可能会丢弃它。',
      answerPath:
        '找出应答在哪里被丢弃：在两端抓包。它是这个连接上第一个大数据包：MTU 较小的路径会放行握手的小数据包而丢弃它（在路由器上用 TCPMSS --clamp-mss-to-pmtu；放行 ICMP type 3 code 4），检查 TLS 的防火墙也可能如此。',
      between:
        '查看抓包文件 {home} 与 {other} 的抓包点之间的设备（防火墙、NAT、路由器）及其在这一时刻的日志：这些数据包在文件 {home} 中有，在文件 {other} 中没有。',
      betweenLikely:
        '抓包文件 {other} 中没有这些数据包；如果它当时仍在抓包，那么它们是在文件 {home} 与 {other} 的抓包点之间被丢弃的：查看那里的设备（防火墙、NAT、路由器）。',
      refused:
        '查看 {router}：它的防火墙规则（或路由）放行 TCP 握手，却不让 ClientHello 通过，它的 ICMP 就是这个意思。',
      sni: '让客户端发送要访问的主机名（openssl 用 -servername；Node 用 servername）。',
    },
  },
};
