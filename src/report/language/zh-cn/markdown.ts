/** What the report in Markdown says in Chinese beside what it shares with the terminal. */
import type { Catalogue } from '../catalogue.js';

export const CHINESE_MARKDOWN: Catalogue['markdown'] = {
  none: '{files} 中**没有 WebSocket 会话**。',
  // CommonMark 6.2: after full-width punctuation, ** closes only before a space.
  session: '**会话 {id} {fate}：** {verdict}（{sure}）',
  sessionOf: '**会话 {id} {fate}（共 {sessions} 个会话，{failed} 个失败）：** {verdict}（{sure}）',
  proof: '**证据：** {files} 中的{packets}',
  fix: '**处理：** {remedy}',
  sessions: '| # | 位置 | 结果 | 阶段 | 持续 | 结论 |',
  moreSessions: '另有 {count} 个会话不在此表中。',
  stagesOf: '### 会话 {id} 的各阶段',
  stages: '| 阶段 | 状态 | 用时 | 数据包 | |',
  finding: '**{title}** （{severity}，{confidence}）：{explanation}',
  about: '涉及会话 {ids}。',
  proven: '证据：{packets}。',
  proofItem: '- 证据：{packets}',
  details: '会话 {id} {fate}',
  detailsCause: '会话 {id} {fate}（{cause}）',
  cut: {
    one: '*到此截断：另有 {count} 个会话放不进一条工单正文；{command} 可单独查看。*',
    many: '*到此截断：另有 {count} 个会话放不进一条工单正文；{command} 可单独查看。*',
  },
  noTimeline: '*会话 {id} 的时间线在此放不下。*',
  moreWarnings: '- 另有 {count} 条警告',
  warning: '- {file}：{warning}',
  capture: '- {file}：{facts}',
  made: '- {program}：{command}',
  numbers: '数据包编号与 Wireshark 一致。',
  secrets: '**凭据保留未删。**',
  noSecrets: '凭据在可识别的范围内已去除。',
  diagram: {
    proxy: '代理 {proxy}',
    more: { one: '另有 {count} 个事件', many: '另有 {count} 个事件' },
    silence: '{duration} s 无通信',
    arrow: '{label}（数据包 {packet}）',
    run: '{label}（自数据包 {packet} 起）',
  },
};
