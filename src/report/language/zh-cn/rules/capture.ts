/** The wording of the rules over a whole capture in Chinese. Keys and {placeholders} are those of each rule's `meta`. */
import type { RuleTexts } from '../../catalogue.js';

export const CAPTURE_TEXTS: Readonly<Record<string, RuleTexts>> = {
  'capture/mass-end': {
    title: '一台服务器的许多会话同时结束',
    messages: {
      goodbye:
        '与 {server} 的 {sessions} 个会话在 {spread} 内被它一侧结束，并以 Close 道别 ({codes})：是计划内的重启、部署或排空。此后有 {returned} 个到它的连接。',
      reload:
        '与 {server} 的 {sessions} 个会话在 {spread} 内被它一侧结束，没有 Close，而它继续接受连接（{returned} 个，第一个在 {back} 后）：它的监听没有消失。这是代理重载、后端排空、故障切换，或者某个 worker 崩溃或被杀，而主进程保住了监听（nginx、Apache httpd、gunicorn、Node cluster）。',
      later:
        '与 {server} 的 {sessions} 个会话在 {spread} 内被它一侧结束，没有 Close；下一个到它的连接在 {back} 后才出现，并被接受。到那时结束的程序可能已重新启动，所以从数据包无法区分重载与崩溃。',
      crash:
        '与 {server} 的 {sessions} 个会话在 {spread} 内被它一侧结束，没有 Close，随后有 {refused} 个到它的连接被拒绝或无应答，之后才有一个被接受：它的监听消失了约 {back}。这是崩溃或强制重启。',
      down: '与 {server} 的 {sessions} 个会话在 {spread} 内被它一侧结束，没有 Close，此后到它的 {refused} 个连接全部被拒绝或无应答：在抓包期间它没有恢复。',
      proxy:
        '与 {server} 的 {sessions} 个会话在 {spread} 内被它前面的代理 {proxy} 结束，没有 Close：是该代理重载、部署或崩溃，或者它把服务器标记为不可用。',
      silent:
        '与 {server} 的 {sessions} 个会话在 {spread} 内被它一侧结束，没有 Close；此后没有到它的连接，所以从数据包无法区分重载与崩溃。',
    },
    notes: { end: '会话结束', refused: '被拒绝或无应答', accepted: '重新被接受' },
    remedies: {
      logs: '在代理和服务器的日志中查找那一秒的重载、部署、重启或崩溃。',
      drain: '让服务器在退出之前，在几秒之内以 1001 或 1012 关闭它的会话。',
      spread: '让客户端在随机延迟后重连，否则它们会在同一秒全部回来。',
    },
  },
  'capture/shared-timer': {
    title: '一个定时器结束了多个会话',
    messages: {
      silence: '与 {server} 的 {sessions} 个会话在 {shortest} 到 {longest} 的静默之后结束：是约 {timer} 的空闲定时器。',
      'silence-known':
        '与 {server} 的 {sessions} 个会话在 {shortest} 到 {longest} 的静默之后结束：是约 {timer} 的空闲定时器。已知的定时器，最接近的在前：{candidates}。',
      age: '与 {server} 的 {sessions} 个会话在存续 {shortest} 到 {longest} 时结束，尽管还在使用：是约 {timer} 的连接生存期上限，任何 Ping 都无法避免。',
      'age-known':
        '与 {server} 的 {sessions} 个会话在存续 {shortest} 到 {longest} 时结束，尽管还在使用：是约 {timer} 的连接生存期上限，任何 Ping 都无法避免。已知的上限，最接近的在前：{candidates}。',
    },
    notes: { end: '会话结束' },
    remedies: {
      ping: '发送 WebSocket Ping 的间隔要短于该定时器，或在途中调高它。',
      age: '调高上限，或让客户端在到达该时长之前不久重连。',
    },
  },
  'capture/reconnect-loop': {
    title: '客户端循环重连',
    messages: {
      immediate:
        '{clients} 反复回到 {server}：{tries}，没有一次能维持（多数为 {cause}）{others}。它们不等待就再次尝试：只要原因还在，负载就会随客户端数量增长。',
      fixed:
        '{clients} 反复回到 {server}：{tries}，没有一次能维持（多数为 {cause}）{others}。下一次尝试之前的停顿总是约 {pause}：没有退避，一起失败的客户端会一起回来。',
      growing:
        '{clients} 反复回到 {server}：{tries}，没有一次能维持（多数为 {cause}）{others}。下一次尝试之前的停顿从 {shortest} 增长到 {longest}，符合退避的表现。',
      irregular:
        '{clients} 反复回到 {server}：{tries}，没有一次能维持（多数为 {cause}）{others}。下一次尝试之前的停顿在 {shortest} 到 {longest} 之间，约 {pause}，看不出规律。',
      mixed:
        '{clients} 反复回到 {server}：{tries}，没有一次能维持（多数为 {cause}）{others}。此前或此后，该地址同时有多个会话，因此这些尝试可能来自多个程序；哪次尝试属于哪个程序、每个程序等待多久，数据包看不出来。',
    },
    notes: { attempt: '一次尝试开始', last: '最后一次' },
    remedies: {
      cause: '查看其中一个会话失败的原因；循环只是在重复它。',
      backoff:
        '让客户端在每次失败后等待更久，并加入随机部分：第一次最多 5 s，然后加倍，直到一两分钟 (RFC 6455 7.2.3)。',
    },
  },
  'capture/client-exit': {
    title: '客户端同时离开了它的所有会话',
    messages: {
      left: '{client} 在 {spread} 内结束了 {sessions} 个会话，没有 Close，而它们的存续时间和静默时间各不相同：持有它们的程序多半已结束（退出、崩溃或被终止），由内核关闭了尚未关闭的连接。',
    },
    notes: { end: '会话被结束' },
    remedies: { program: '在 {client} 上查看那一刻结束了什么；原因多半不在服务器。' },
  },
  'capture/health-checks': {
    title: '健康检查失败',
    messages: {
      down: '{client} 每 {period} {how}检查 {server}：{passed} 次被接受，{failed} 次被拒绝或无应答，直到抓包结束仍是如此{cut}。',
      back: '{client} 每 {period} {how}检查 {server}：{passed} 次被接受，{failed} 次被拒绝或无应答；首次失败 {after} 后重新被接受{cut}。',
      late: '{client} 每 {period} {how}检查 {server}：{passed} 次被接受，{failed} 次被拒绝或无应答，后者都在首次被接受之前{cut}。',
    },
    notes: { passed: '检查被接受', failed: '首次失败', back: '重新被接受', end: '会话被结束' },
    remedies: {
      server: '查明从那时起 {server} 为何没有进程在监听：崩溃、重启或部署。',
      drain: '让服务器在端口消失之前以 1001 或 1012 关闭它的会话。',
    },
  },
  'capture/scan': {
    title: '一个客户端尝试了许多端点',
    messages: {
      many: '{client} 在 {over} 内尝试了 {hosts} 个地址的 {endpoints} 个端点，共 {attempts} 次，其中没有一个连通（多数为 {cause}）。扫描就是这种表现，或者是一份服务器已不存在的列表。',
    },
    notes: { first: '第一次尝试', last: '最后一次' },
    remedies: {
      narrow: '只看其他会话：wscope --stage upgrade --stage open --stage close，或用 --port 指定服务的端口。',
    },
  },
};
