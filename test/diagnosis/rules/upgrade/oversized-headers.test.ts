import { describe, expect, it } from 'vitest';
import { oversizedHeaders } from '../../../../src/diagnosis/rules/upgrade/oversized-headers.js';
import { answered, having, UPGRADE } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

describe('upgrade/oversized-headers', () => {
  it.each(['<html><head><title>400 Request Header Or Cookie Too Large</title></head>', 'Request header is too large'])(
    'reads "%s"',
    (body) => {
      const session = answered(400, { body, request: having(UPGRADE, { Cookie: 'a'.repeat(9000) }) });
      expect(findingOf(oversizedHeaders, session)?.data).toMatchObject({ cookies: { bytes: 9000 } });
      expect(verdictOn(session)).toBe('failed upgrade upgrade-headers-too-large');
    },
  );

  it('leaves other 400s and 431 to the table', () => {
    expect(found(oversizedHeaders, answered(400, { body: 'Bad Request' }))).toBe('nothing');
    expect(found(oversizedHeaders, answered(431, { body: 'header too large' }))).toBe('nothing');
  });
});
