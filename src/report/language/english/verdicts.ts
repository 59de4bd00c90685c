/** One sentence for each session that no finding speaks for, by how it ended or what could not be seen. */
export const ENGLISH_VERDICTS = {
  failed: 'Failed in stage {stage}.',
  'ok-closed': 'Closed normally by the {side|word}[ with {code|plain}] after {age|ns}.',
  'ok-encrypted': 'Encrypted, and ended in good order[ by the {ender|word}] after {age|ns}.',
  ok: 'Ended in good order[ by the {ender|word}] after {age|ns}.',
  open: 'Still open and healthy at the end of the capture, after {age|ns}.',
  'open-encrypted': 'Encrypted, still open at the end of the capture after {age|ns}, and nothing looks wrong.',
  'open-midstream': 'Open since before the capture and still healthy at its end, {age|ns} later.',
  'partial-encrypted':
    'Encrypted: the client sent {client|bytes} and the server {server|bytes} in {age|ns}; nothing looks wrong from outside, and what was said is not visible.',
  'partial-in-progress': 'The capture ends while stage {stage} is under way; nothing is wrong so far.',
  'partial-without-data':
    'The {ender|word} ended the connection by {ending} after {age|ns}, but what was said was not captured: {unseen|bytes} were acknowledged, and none of their packets are here. A capture filter may have kept SYN, FIN and RST alone.',
  'partial-one-side': 'Only packets of the {seen|word} were captured: too little to judge.',
  partial: 'Too little was captured to judge[; not seen: {missing}].',
  unresolved: 'The name {host} could not be resolved.',
};
