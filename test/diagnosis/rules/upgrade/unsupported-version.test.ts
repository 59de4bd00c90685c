import { describe, expect, it } from 'vitest';
import { unsupportedVersion } from '../../../../src/diagnosis/rules/upgrade/unsupported-version.js';
import { answered } from '../../sessions.js';
import { found, verdictOn } from '../../verdict.js';

const listing = (status: number, versions: string) =>
  answered(status, { response: [['Sec-WebSocket-Version', versions]] });

describe('upgrade/unsupported-version', () => {
  it('reads the list of a server without version 13', () => {
    expect(found(unsupportedVersion, listing(426, '8, 7'))).toBe('upgrade-version-unsupported error lists');
    expect(verdictOn(listing(400, '8'))).toBe('failed upgrade upgrade-version-unsupported');
  });

  it('knows servers that name 13 in every refusal', () => {
    expect(found(unsupportedVersion, listing(400, '13'))).toBe('nothing');
    expect(found(unsupportedVersion, listing(403, '8'))).toBe('nothing');
    expect(verdictOn(listing(400, '13, 8'))).toBe('failed upgrade upgrade-bad-request');
  });
});
