import { describe, expect, it } from 'vitest';
import { usedUpWindow } from '../../../../src/diagnosis/rules/h2/used-up-window.js';
import { noStalls } from '../../../../src/http/h2-facts.js';
import { opened } from '../../sessions.js';
import { arrivalAt, http2Of, onStream } from '../../tunnels.js';
import { findingOf, found } from '../../verdict.js';

const stalled = (ms: number) => ({
  client: noStalls(),
  server: { count: 2, longest: ms * 1e6, longestSince: arrivalAt(100, 10), since: undefined },
});

describe('h2/used-up-window', () => {
  it('tells a window that was empty for a second or more', () => {
    const session = onStream(opened().message('server', 20).build(), { stalls: stalled(1500) });
    expect(found(usedUpWindow, session)).toBe('null warning stream');
    expect(findingOf(usedUpWindow, session)?.data?.longest).toEqual({ type: 'duration', ns: 1.5e9 });
  });

  it('tells the window of the connection apart from that of the stream', () => {
    const session = onStream(opened().message('server', 20).build(), {}, http2Of({ stalls: stalled(1500) }));
    expect(found(usedUpWindow, session)).toBe('null warning connection');
  });

  it('counts a window that is empty to the end of the capture', () => {
    const since = { ...noStalls(), count: 1, since: arrivalAt(100, 10) };
    const session = opened().message('server', 20).captureGoesOn(5000).build();
    const told = onStream(session, { stalls: { client: noStalls(), server: since } });
    expect(found(usedUpWindow, told)).toBe('null warning stream');
  });

  it('is silent about short ones, and about HTTP/1', () => {
    expect(found(usedUpWindow, onStream(opened().build(), { stalls: stalled(400) }))).toBe('nothing');
    expect(found(usedUpWindow, opened().build())).toBe('nothing');
  });
});
