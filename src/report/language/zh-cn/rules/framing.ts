/**
 * The wording of the rules about frames in Chinese: RFC 6455 section 5, compression, UTF-8. Keys and {placeholders} are
 * those of each rule's `meta`.
 */
import type { RuleTexts } from '../../catalogue.js';

export const FRAMING_RULES: Readonly<Record<string, RuleTexts>> = {
  'framing/broken-rule': {
    title: '帧违反了 WebSocket 协议',
    messages: {
      'client-frame-unmasked': '客户端发送了没有掩码的帧；服务器必须拒绝 (RFC 6455 5.1){consequence}。',
      'server-frame-masked': '服务器发送了带掩码的帧；客户端必须拒绝 (RFC 6455 5.1){consequence}。',
      'reserved-opcode': '{from}发送了使用保留操作码的帧：{detail} (RFC 6455 5.2){consequence}。',
      'rsv-without-extension':
        '{from}设置了没有约定扩展使用的保留位：{detail} (RFC 6455 5.2)，通常是没有约定 permessage-deflate 却发送了压缩帧{consequence}。',
      'rsv-removed':
        '{from}按照与 {proxy} 的约定发送了压缩帧，而 {proxy} 从发往{peer}的 101 中删除了 Sec-WebSocket-Extensions：那一侧并没有约定压缩 (RFC 6455 5.2){consequence}。',
      'control-frame-fragmented': '{from}发送了分片的控制帧 (RFC 6455 5.5){consequence}。',
      'control-frame-too-long': '{from}发送了超过 125 字节的控制帧：{detail} (RFC 6455 5.5){consequence}。',
      'continuation-without-start': '{from}发送了延续帧，却没有可以延续的消息 (RFC 6455 5.4){consequence}。',
      'data-frame-inside-message':
        '{from}在一条未结束的消息中开始了新消息 (RFC 6455 5.4)，两个互不等待的写入方就是这种表现{consequence}。',
      'length-not-minimal': '{from}用多于需要的字节写长度：{detail} (RFC 6455 5.2){consequence}。',
      'length-high-bit-set': '{from}发送的帧长度最高位为 1 (RFC 6455 5.2){consequence}。',
      'data-after-close': '{from}在自己的 Close 帧之后又发送了数据 (RFC 6455 5.5.1){consequence}。',
    },
    notes: {
      violation: '违反规则的帧',
      left: '另一方离开',
      agreed: '带 permessage-deflate 的 101',
      removed: '同一个 101，已无该扩展',
    },
    remedies: {
      library: '在{from}一侧使用按 RFC 6455 处理掩码、分片和帧次序的 WebSocket 库，或更新现有的库。',
      deflate:
        '在{from}一侧关闭压缩，或确认 Sec-WebSocket-Extensions 原样到达两端：只在一个方向上删除它的代理会造成这种情况。',
      pass: '让 {proxy} 在两个方向上都原样传递 Sec-WebSocket-Extensions（nginx：不要对它使用 proxy_hide_header；HAProxy：不要 http-response del-header），或在请求中就删除它，使双方什么都不约定，nginx：proxy_set_header Sec-WebSocket-Extensions "";',
      writers: '同一时刻只让一个写入方在连接上发送：为每条消息加锁，或都经过同一个队列发送。',
    },
  },
  'framing/corrupt-deflate': {
    title: '压缩消息无法解压',
    messages: {
      left: '{from}的一条压缩消息无法解压（{detail}），{peer}因此离开。',
      kept: '{from}的一条压缩消息引用了之前的消息，而约定是不引用 ({parameter})：带上历史可以解码，不带则不行。{from}保留了上下文，{peer}因此离开。',
      window:
        '{from}的一条压缩消息引用的位置超出了约定的窗口 ({parameter})：用更大的窗口可以解码。{from}没有遵守约定，{peer}因此离开。',
      harmless: '{from}的一条压缩消息无法解压（{detail}）。{peer}没有因此离开。',
    },
    notes: { message: '无法解压的消息', left: '另一方离开' },
    remedies: {
      takeover:
        '排除共享的历史：约定 server_no_context_takeover 和 client_no_context_takeover（ws：perMessageDeflate 中 serverNoContextTakeover 和 clientNoContextTakeover 设为 true）。',
      off: '如果这样有效，或为保险起见，关闭压缩：ws 用 perMessageDeflate: false；python websockets 用 compression=None。',
      update: '更新{from}的程序库：在第二条压缩消息处失败，或在分片消息中间的 Ping 之后失败，是已知的一类缺陷。',
    },
  },
  'framing/lost-context': {
    title: '接收方无法解压完好的数据',
    messages: {
      history:
        '{reader}就压缩数据以 {code} ({reason}) 关闭，但{sender}的全部 {messages} 条压缩消息都能用它发送过的历史解压，而最后一条需要这份历史。{reader}丢失了上下文。',
      alone:
        '{reader}就压缩数据以 {code} ({reason}) 关闭，但{sender}的全部 {messages} 条压缩消息都能解压，最后一条甚至不需要历史。问题在{reader}。',
    },
    notes: { data: '最后的数据，完好', close: '接收方的 Close' },
    remedies: {
      update: '更新{reader}的 WebSocket 库，或在那里关闭压缩。',
      takeover: '约定 {sender}_no_context_takeover，使任何消息都不需要历史。',
    },
  },
  'framing/useless-compression': {
    title: '压缩没有节省数据量',
    messages: {
      larger:
        '压缩使{from}的 {messages} 条消息变大：原文 {plain}，传输 {wire}。已经压缩或加密的数据以及很短的数据会这样。',
      same: '压缩只为{from}的 {messages} 条消息节省了 {percent} %：原文 {plain}，传输 {wire}。',
    },
    notes: { last: '这一侧的最后数据' },
    remedies: {
      threshold:
        '短消息和已压缩的消息不再压缩（RFC 7692 允许逐条消息决定）：ws 用 perMessageDeflate: { threshold: 1024 }。',
      off: '或者根本不约定 permessage-deflate。',
    },
  },
  'framing/corrupted-stream': {
    title: '已打开的会话中出现不是帧的字节',
    messages: {
      http: '在已打开的会话中，{from}在本应开始一个帧的位置发送了 HTTP 文本：“{preview}”。有两个程序在同一个连接上写数据。',
      bytes:
        '在已打开的会话中，{from}发送了不是帧的字节：{preview}。它数错了自己的字节，或者有两个程序在同一个连接上写数据。',
    },
    notes: { bytes: '不是帧的字节' },
    remedies: {
      handlers:
        '只让一个处理程序应答升级：同一个 HTTP 服务器上有两个 WebSocket 服务器，或旁边还有开发服务器的代理，都会同时写这个套接字。在 ws 中使用 noServer: true，并按路径分发 upgrade 事件。',
      error: '写到已升级连接上的错误页面就是这种表现：不要让通用的错误处理程序写已升级的套接字。',
      count: '查找没有继续写完的部分写入，以及按字符而不是按字节计算的长度。',
    },
  },
  'framing/invalid-utf8': {
    title: '文本不是 UTF-8',
    messages: {
      left: '{from}发送了不是 UTF-8 的文本（{detail}），{peer}因此离开。',
      harmless: '{from}发送了不是 UTF-8 的文本（{detail}）；没有造成可见的损害。',
    },
    notes: { text: '不是 UTF-8 的文本', left: '另一方离开' },
    remedies: {
      encode:
        '发送之前把文本编码为 UTF-8：使用 Latin-1 或 Windows-1252 的文件和数据库，以及从字符中间截断的字符串，都是这种表现。',
      binary: '不是文本的字节请用二进制消息发送。',
    },
  },
};
