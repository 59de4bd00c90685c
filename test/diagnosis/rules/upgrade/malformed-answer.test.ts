import { describe, expect, it } from 'vitest';
import { malformedAnswer } from '../../../../src/diagnosis/rules/upgrade/malformed-answer.js';
import type { Session } from '../../../../src/session/session.js';
import { aSession } from '../../../wire/session-builder.js';
import { UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const saying = (bytes: number[] | string): Session => {
  const session = aSession()
    .handshake()
    .request('/live', [...UPGRADE])
    .fin('client')
    .build();
  const preview = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : Uint8Array.from(bytes);
  if (session.http !== undefined) session.http.notHttp = { side: 'server', arrival: session.tcp.last, preview };
  return session;
};

describe('upgrade/malformed-answer', () => {
  it('quotes text and shows bytes', () => {
    expect(findingOf(malformedAnswer, saying('220 mail.example.com ESMTP\r\n'))).toMatchObject({
      message: 'text',
      data: { preview: { text: '220 mail.example.com ESMTP' } },
    });
    expect(findingOf(malformedAnswer, saying([0x81, 0x05, 0x00]))?.message).toBe('bytes');
    expect(verdictOn(saying('220 mail\r\n'))).toBe('failed upgrade upgrade-response-malformed');
  });

  it('leaves a TLS alert to another rule', () => {
    expect(found(malformedAnswer, saying([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]))).toBe('nothing');
  });
});
