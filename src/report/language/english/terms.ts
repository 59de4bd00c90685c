/** Names of states, sides and degrees, and the signs between words. */
import type { Counted } from '../catalogue.js';

export const ENGLISH_TERMS = {
  outcomes: { ok: 'ok', failed: 'failed', open: 'open', partial: 'partial' },
  statuses: { ok: 'ok', failed: 'failed', 'in-progress': 'in-progress', 'not-seen': 'not-seen', hidden: 'hidden' },
  /** In place of a sign, where there is none for it. */
  marks: { 'not-seen': 'unseen', hidden: 'hidden' },
  severities: { error: 'error', warning: 'warning', note: 'note' },
  confidences: { proven: 'proven', likely: 'likely', possible: 'possible' },
  sides: { client: 'client', server: 'server', network: 'network' },
  /** What became of a session in a few words. */
  fates: {
    open: 'failed while open',
    close: 'failed while closing',
    other: 'failed in stage {stage}',
    ok: 'is ok',
    unended: 'is open',
    partial: 'is partial',
    recovered: '{fate} (tried again with success)',
  },
  relations: {
    'retried-as': 'tried again as session {id}',
    'redirected-to': 'redirected to session {id}',
    'backend-leg': 'goes on to the backend as session {id}',
    'client-leg': 'comes from the client as session {id}',
    'seen-again': 'seen again as session {id}',
    resumes: 'resumes session {id}',
  },
  /** What a capture lacks, in a list. */
  missing: {
    'tcp-handshake': 'the TCP handshake',
    upgrade: 'the upgrade',
    frames: 'the frames',
    ending: 'the ending',
    'no-gaps': 'bytes in between',
  },
  /** Causes of gaps. */
  gaps: {
    'not-captured': 'acknowledged, and not in the capture',
    'not-acknowledged': 'neither captured nor acknowledged: probably lost on the way',
    'snap-length': 'cut off by the snap length',
    'over-limit': 'more than wscope keeps',
    'not-decrypted': 'could not be decrypted',
    'capture-start': 'from before the capture',
  } as Readonly<Record<string, string>>,
  /** For the format `word`: words of the data that are English already. */
  words: {} as Readonly<Record<string, string>>,
  messages: { one: '{count} message', many: '{count} messages' } as Counted,
  units: { byte: 'byte', bytes: 'bytes', days: 'days' },
  nothing: 'nothing',
  unreadableTime: 'an unreadable time',
  /** Between the items of a list inside a sentence, and between the parts of a line. */
  and: ', ',
  comma: ', ',
  semicolon: '; ',
  /** Between two sentences. */
  space: ' ',
};
