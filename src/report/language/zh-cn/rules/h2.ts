/** The wording of the rules about WebSocket over HTTP/2 in Chinese. Keys and {placeholders} are those of each rule's `meta`. */
import type { RuleTexts } from '../../catalogue.js';

export const H2_RULES: Readonly<Record<string, RuleTexts>> = {
  'h2/ended-stream': {
    title: 'HTTP/2 流没有 Close 帧就结束了',
    messages: {
      reset: '{by}在最后一帧 {silence} 后重置了 HTTP/2 流 ({error})，没有 Close 帧。程序库将此报告为 1006。',
      ended: '{by}在最后一帧 {silence} 后结束了 HTTP/2 流 (END_STREAM{error})，没有 Close 帧。程序库将此报告为 1006。',
      goaway:
        '{by}宣布结束整个 HTTP/2 连接 (GOAWAY {error})，连接在最后一帧 {silence} 后消失，没有 Close 帧。程序库将此报告为 1006。',
    },
    notes: { last: '最后一帧', reset: 'RST_STREAM', ended: 'END_STREAM', goaway: 'GOAWAY', end: '连接结束' },
    remedies: {
      backend: '查看{by}在这一时刻的日志。代理到后端服务器的连接结束时，代理会这样结束流：到那里查原因。',
      cancel: '浏览器发出的 CANCEL 表示用户离开了页面或关闭了标签页。',
      drain:
        'GOAWAY 是代理在重载、部署或连接到期时排空连接的方式（Envoy max_connection_age、nginx keepalive_requests）：同一连接上的所有会话一起结束。请在随机延迟后重连。',
      close: '主动结束的服务器应当先发送 Close 帧 (1001)。',
    },
  },
  'h2/rejected-connect': {
    title: 'HTTP/2 上的 WebSocket 被拒绝',
    messages: {
      disabled:
        '客户端请求在 HTTP/2 上使用 WebSocket，但服务器的 SETTINGS 没有启用 extended CONNECT；它应答 {answer}。',
      status: '服务器对 {target} 的 extended CONNECT 应答 {answer}，而不是 200{body}。',
      reset: '服务器对 {target} 的 extended CONNECT 应答 RST_STREAM {answer}。',
      goaway: '服务器没有处理 {target} 的 extended CONNECT：GOAWAY {answer}。',
    },
    notes: { settings: '服务器的 SETTINGS', request: 'extended CONNECT', answer: '应答', reset: 'RST_STREAM' },
    remedies: {
      fallback:
        '让客户端等待服务器的 SETTINGS；其中没有 SETTINGS_ENABLE_CONNECT_PROTOCOL 时，另开一个连接使用 HTTP/1.1（浏览器就是这样做的）。',
      enable:
        '或者启用它：Node 用 http2.createSecureServer({ settings: { enableConnectProtocol: true } })；Envoy 用 http2_protocol_options: { allow_connect: true } 配合 upgrade_configs websocket；HAProxy 默认启用，除非设置了 h2-workaround-bogus-websocket-clients；nginx 不支持。',
      credentials: '像其他请求一样随请求发送凭据：Cookie 或令牌。',
      access: '检查途中的访问规则：路径、来源、Web 应用防火墙。',
      path: '检查 URL 的路径与服务器为 WebSocket 注册的路径是否一致。',
      backend: '查看代理背后的服务器是否在运行；代理的日志会写明原因。',
      read: '查看服务器或代理在这一时刻的日志：在 HTTP/2 上它只说了这些。',
      retry: 'REFUSED_STREAM 和有序的 GOAWAY 表示什么都没有执行：重新连接即可。',
    },
  },
  'h2/used-up-window': {
    title: 'HTTP/2 流量控制阻滞了会话',
    messages: {
      stream: '{by}有 {times} 次用尽了其流的窗口，其中一次长达 {longest}：{peer}没有读取。',
      connection: '{by}有 {times} 次用尽了整个 HTTP/2 连接的窗口，其中一次长达 {longest}：占满它的也可能是另一个流。',
    },
    notes: { since: '窗口用尽' },
    remedies: {
      read: '查看{peer}为什么不读取：事件循环繁忙，或者消费速度跟不上消息。',
      enlarge: '调大读取方的窗口：流用 SETTINGS_INITIAL_WINDOW_SIZE，连接用 WINDOW_UPDATE。',
      apart: '把大量数据的传输放到单独的连接上。',
    },
  },
};
