/**
 * The wording of the rules about certificates, of servers and of clients, in Chinese. Keys and {placeholders} are those
 * of each rule's `meta`; {left} is a phrase that says how the client left.
 */
import type { RuleTexts } from '../../catalogue.js';

export const CERTIFICATE_RULES: Readonly<Record<string, RuleTexts>> = {
  'tls/client-certificate': {
    title: '服务器要求客户端证书',
    messages: {
      none: '服务器要求出示证书，客户端发送了空列表，{after} 后服务器结束了连接。',
      left: '服务器要求出示证书，{after} 后客户端没有发送证书就离开了。没有证书可给、或用户没有选择证书的客户端会这样离开。',
      leftEmpty: '服务器要求出示证书；客户端发送了空列表，并在该要求之后 {after}、尚未使用连接时自行离开。',
      answered:
        '服务器要求出示证书，客户端发送了空列表；它的请求得到一个很短的应答，此后 {after} 服务器结束了连接。用错误页面答复这类请求的服务器就是这种表现。',
      refused: '服务器要求出示证书，客户端发送了一份，{after} 后服务器结束了连接。',
      inferredNone:
        '服务器在客户端的 Finished 之后 {after} 结束了连接，而 Finished 之前有一条长度与空 Certificate 相同的消息：服务器要求出示证书，客户端没有证书。TLS 1.3 对这些消息加密；以上由其长度推断。',
      inferredRefused:
        '服务器在客户端的 Finished 之后 {after} 结束了连接，而客户端在此之前发送的不只是 Finished：从长度看，是一份证书及其证明。TLS 1.3 对这些消息加密；以上由其长度推断。',
      saysNone: '服务器应答 {status}：它要求客户端证书，但没有收到。',
      saysRefused: '服务器应答 {status}：它没有接受客户端的证书。',
    },
    notes: {
      request: '服务器要求出示证书',
      given: '客户端握手的最后一条消息',
      end: '服务器结束连接',
      left: '客户端离开',
      answer: '应答',
    },
    remedies: {
      give: '给客户端配置由服务器的 CA 签发的证书和密钥：Node 用 cert 和 key；Python 用 load_cert_chain；curl 用 --cert 和 --key。',
      optional:
        '或者不强制要求证书：nginx 设置 ssl_verify_client optional；Node 在服务器上设置 rejectUnauthorized: false。',
      ca: '确认客户端证书的 CA 在服务器接受的范围内（nginx ssl_client_certificate），并且证书没有过期。',
    },
  },
  'tls/doubtful-certificate': {
    title: '其他客户端会拒绝这份证书',
    messages: {
      expired: '{subject} 的证书已于 {notAfter} 到期，早于本次抓包；这个客户端仍然接受了它。',
      notYetValid: '{subject} 的证书从 {notBefore} 起才生效，晚于本次抓包；这个客户端仍然接受了它。',
      otherName: '客户端请求的是 {sni}，却接受了属于 {names} 的证书。',
      otherAddress: '客户端没有发送服务器名，却接受了属于 {names} 而不属于 {address} 的证书。',
      commonNameOnly: '证书只在通用名 (common name) 中写了 {names}；Chromium、Firefox 和 Go 要求 subjectAltName。',
      selfSigned: '{subject} 的证书是自签名的；这个客户端信任它，或者不作检查。',
      issuerNotSent:
        '服务器发送了 {subject} 的证书，但没有发送其签发者 {issuer} 的证书；没有签发者证书的客户端不会信任该服务器。',
      disordered: '证书没有按证书链的顺序排列；有些客户端不会重新排序。',
      notForServers: '{subject} 的证书不能用于服务器：它的 extendedKeyUsage 只允许 {purposes}。',
      weakKey: '{subject} 的证书中的密钥太短（{key}）；许多客户端会拒绝它。',
      weakSignature: '{subject} 的证书用 {signature} 签名；许多客户端会拒绝它。',
      stapleRevoked: '随附的 OCSP 响应表明 {subject} 的证书已于 {revokedAt} 被吊销；检查它的客户端会离开。',
      stapleExpired: '{subject} 随附的 OCSP 响应有效期到 {nextUpdate} 为止，早于本次抓包；检查它的客户端会离开。',
    },
    notes: { certificate: '服务器的证书' },
    remedies: {
      look: '查看实际提供的证书：openssl s_client -connect {server} -servername {name} -showcerts </dev/null',
    },
  },
  'tls/faulty-certificate': {
    title: '问题出在证书上',
    messages: {
      expired: '{subject} 的证书已于 {notAfter} 到期，早于本次抓包，客户端{left}。',
      notYetValid:
        '{subject} 的证书从 {notBefore} 起才生效，晚于本次抓包，客户端{left}。如果证书没有问题，就是某个时钟不准。',
      otherName: '客户端请求的是 {sni}；证书属于 {names}，客户端{left}。',
      otherAddress:
        '客户端没有发送服务器名，使用地址访问的客户端都是这样；证书属于 {names} 而不属于 {address}，客户端{left}。',
      commonNameOnly:
        '证书只在通用名 (common name) 中写了 {names}，没有 subjectAltName，Chromium、Firefox 和 Go 不接受这种证书，客户端{left}。',
      selfSigned: '{subject} 的证书是自签名的，客户端{left}：它不信任这份证书。',
      issuerNotSent:
        '服务器只发送了 {subject} 的证书，没有发送其签发者 {issuer} 的证书（可从 {issuerUrl} 获取）；客户端{left}。不认识该签发者的客户端无法构建证书链。',
      disordered:
        '证书没有按证书链的顺序排列（每份证书之后应是其签发者的证书），客户端{left}。有些客户端不会重新排序。',
      notForServers: '{subject} 的证书不能用于服务器：它的 extendedKeyUsage 只允许 {purposes}，客户端{left}。',
      weakKey: '{subject} 的证书中的密钥太短（{key}），客户端{left}。',
      weakSignature: '{subject} 的证书用 {signature} 签名，客户端已不再接受这种签名，客户端{left}。',
      stapleRevoked: '服务器随 {subject} 的证书发送的 OCSP 响应表明，该证书已于 {revokedAt} 被吊销，客户端{left}。',
      stapleExpired:
        '服务器随 {subject} 的证书发送的 OCSP 响应有效期到 {nextUpdate} 为止，早于本次抓包，客户端{left}。',
    },
    notes: { hello: 'ClientHello', certificate: '服务器的证书', left: '客户端离开' },
    remedies: {
      renew:
        '更新证书，并在应答该域名的每台服务器上加载。查看实际提供的证书：openssl s_client -connect {server} -servername {name} </dev/null | openssl x509 -noout -dates',
      clock: '检查客户端和服务器的时钟：timedatectl；chronyc tracking',
      name: '提供 subjectAltName 中包含 {sni} 的证书，或在 URL 中使用证书里的某个名称。Certbot：certbot --expand -d {name}',
      trust:
        '如果是私有 CA 或自签名证书，请把根证书交给客户端：Node 用 NODE_EXTRA_CA_CERTS=ca.pem；Python 用 ssl.create_default_context(cafile="ca.pem")；Java 用信任库。',
      chain:
        '在同一个文件中提供叶证书和中间证书，每份证书之后是其签发者的证书（nginx ssl_certificate fullchain.pem）。查看证书链：openssl s_client -connect {server} -servername {name} -showcerts </dev/null',
      reissue:
        '重新签发证书：2048 位 RSA 或 P-256，SHA-256，extendedKeyUsage 为 serverAuth。查看实际提供的证书：openssl s_client -connect {server} -servername {name} </dev/null | openssl x509 -noout -text',
      revoked: '换成使用新密钥的新证书：已吊销的证书不会恢复有效。',
      staple:
        '让服务器在 OCSP 响应到期之前重新获取（nginx：ssl_stapling、resolver，且不要留着旧的 ssl_stapling_file）。查看响应：openssl s_client -connect {server} -servername {name} -status </dev/null',
    },
  },
};
