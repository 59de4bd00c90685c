/** What the report in Markdown says beside what it shares with the terminal. */
import type { Counted } from '../catalogue.js';

export const ENGLISH_MARKDOWN = {
  none: '**No WebSocket sessions** in {files}.',
  session: '**Session {id} {fate}:** {verdict} ({sure})',
  sessionOf: '**Session {id} {fate} (one of {sessions} sessions, {failed} failed):** {verdict} ({sure})',
  proof: '**Proof:** {packets} in {files}',
  fix: '**Fix:** {remedy}',
  sessions: '| # | where | outcome | stage | lasted | verdict |',
  moreSessions: '{count} more sessions are not in this table.',
  stagesOf: '### Stages of session {id}',
  stages: '| stage | status | took | packets | |',
  finding: '**{title}** ({severity}, {confidence}): {explanation}',
  about: 'Sessions {ids}.',
  proven: 'Proof: {packets}.',
  proofItem: '- Proof: {packets}',
  details: 'Session {id} {fate}',
  detailsCause: 'Session {id} {fate} ({cause})',
  cut: {
    one: '*Cut here: {count} more session does not fit into one text of a tracker; {command} tells of one.*',
    many: '*Cut here: {count} more sessions do not fit into one text of a tracker; {command} tells of one.*',
  } as Counted,
  noTimeline: '*The timeline of session {id} does not fit here.*',
  moreWarnings: '- {count} more warnings',
  warning: '- {file}: {warning}',
  capture: '- {file}: {facts}',
  made: '- {program}: {command}',
  numbers: 'Packet numbers are those of Wireshark.',
  secrets: '**Credentials were left in.**',
  noSecrets: 'Credentials are taken out as far as they were recognised.',
  diagram: {
    proxy: 'proxy {proxy}',
    more: { one: '{count} more event', many: '{count} more events' } as Counted,
    silence: '{duration} s of silence',
    arrow: '{label} (packet {packet})',
    run: '{label} (from packet {packet})',
  },
};
