/** The wording of the rules about flow in Chinese: who does not read, what came at once. Keys and {placeholders} are those of each rule's `meta`. */
import type { RuleTexts } from '../../catalogue.js';

export const FLOW_RULES: Readonly<Record<string, RuleTexts>> = {
  'flow/paused-reader': {
    title: '接收方暂停读取',
    messages: {
      paused:
        '{reader}一次最长有 {longest} 没有读取，合计 {total}：它的接收窗口关闭了 {times} 次，发给它的所有数据都在{sender}等待。',
      behind:
        '这一段的{reader} {proxy} 一次最长有 {longest} 没有读取，合计 {total}，因为它手里的数据送不出去：会话 {other} 的{reader} {address} 的窗口在此之前已经关闭。',
    },
    notes: { before: '另一段的窗口关闭', closed: '窗口关闭', open: '窗口重新打开' },
    remedies: {
      reader: '查明这些时刻是什么使{reader}没有读取：处理速度跟不上消息的程序、被暂停的套接字、阻塞的事件循环。',
      far: '查明这些时刻是什么使 {address}（会话 {other}）没有读取；{proxy} 只是把停顿传了过来。',
      sender: '让{sender}关注排队的数据量（ws 和浏览器：bufferedAmount），对跟不上的接收方少发一些。',
    },
  },
  'flow/burst': {
    title: '一次发送的数据超出承受能力',
    messages: {
      closed:
        '在 {silence} 没有消息之后，{sender}在 {span} 内发送了 {messages} 条消息，共 {bytes}。{reader}接收不了这么快：它的接收窗口在第一条消息 {after} 后关闭。',
      lost: '在 {silence} 没有消息之后，{sender}在 {span} 内发送了 {messages} 条消息，共 {bytes}，其中 {again} 个报文段需要重传；其他时间几乎没有丢包，所以是途中的某个队列装不下一次这么多数据。',
      late: '在 {silence} 没有消息之后，{sender}在 {span} 内发送了 {messages} 条消息，共 {bytes}。此时的一个 Ping 过了 {rtt} 才得到 Pong，而平常为 {usual}：它不得不排在这些消息后面。',
    },
    notes: {
      first: '突发的第一条消息',
      closed: '窗口关闭',
      lost: '第一个重传的报文段',
      late: '迟到的 Pong',
      last: '突发的最后一条消息',
    },
    remedies: {
      pace: '让{sender}把积攒的数据分散发送：分批发送，队列清空后再继续（ws 和浏览器：bufferedAmount；Node：drain 事件）。',
      gather: '或者把相关的内容合并成更少、更大的消息，并在发送之前丢弃已被新消息取代的内容。',
    },
  },
  'flow/slow-consumer': {
    title: '接收方停止读取',
    messages: {
      ended: '{reader}停止了读取：它的接收窗口关闭，并持续关闭了 {closed}，直到连接结束。此前已向它发送 {sent}。',
      stillClosed: '{reader}已有 {closed} 没有读取：抓包结束时它的接收窗口是关闭的。',
      endedAtLast:
        '{reader}停止了读取：它的接收窗口关闭，并持续关闭了 {closed}，直到连接结束。此前已向它发送 {sent}。更早时窗口还关闭过 {times} 次，合计 {before}。',
      stillClosedAgain:
        '{reader}已有 {closed} 没有读取：抓包结束时它的接收窗口是关闭的。更早时窗口还关闭过 {times} 次，合计 {before}。',
      behind:
        '这一段的{reader} {proxy} 停止读取了 {closed}，因为它手里的数据送不出去：会话 {other} 的{reader} {address} 的窗口在此之前已经关闭。',
      proxied: '{reader}停止了读取：它的接收窗口关闭，{closed} 后 {proxy} 结束了两段。此前已向它发送 {sent}。',
    },
    notes: {
      before: '另一段的窗口关闭',
      window: '窗口关闭',
      close: '始终没有得到应答的 Close',
      end: '连接结束',
      ended: '代理结束它的第一段',
      open: '窗口重新打开',
    },
    remedies: {
      reader: '查明是什么使{reader}没有读取：处理速度跟不上消息的程序、被暂停的套接字、阻塞的事件循环。',
      far: '查明是什么使 {address}（会话 {other}）没有读取：处理速度跟不上消息的程序、被暂停的套接字、阻塞的事件循环。{proxy} 只是把停顿传了过来。',
      timer:
        '代理对接收方只等这么久：nginx 是 send_timeout（面向客户端）和 proxy_send_timeout（面向后端）；HAProxy 是 timeout tunnel。',
      sender: '在发送方关注排队的数据量（ws 和浏览器：bufferedAmount），对跟不上的接收方跳过或丢弃消息。',
    },
  },
};
