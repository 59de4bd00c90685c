import { describe, expect, it } from 'vitest';
import { endedStream } from '../../../../src/diagnosis/rules/h2/ended-stream.js';
import { errorName } from '../../../../src/http/h2-frame.js';
import type { Side } from '../../../../src/stream/side.js';
import { opened } from '../../sessions.js';
import { arrivalAt, http2Of, onStream } from '../../tunnels.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const talked = () => opened().message('client', 20).message('server', 20).wait(500);
const reset = (from: Side, code: number) => ({ from, code, name: errorName(code), arrival: arrivalAt(900, 90) });
const ends = (server: number) => ({ client: undefined, server: arrivalAt(server, 80) });

describe('h2/ended-stream', () => {
  it('tells a RST_STREAM under an open session', () => {
    const session = onStream(talked().build(), { reset: reset('server', 2) });
    expect(found(endedStream, session)).toBe('h2-stream-ended error reset');
    expect(verdictOn(session)).toBe('failed open h2-stream-ended');
    expect(findingOf(endedStream, session)?.data?.error).toEqual({ type: 'text', text: 'INTERNAL_ERROR' });
  });

  it('tells END_STREAM first, and the RST_STREAM that follows it', () => {
    const session = onStream(talked().build(), { ends: ends(800), reset: reset('server', 8) });
    expect(found(endedStream, session)).toBe('h2-stream-ended error ended');
    expect(findingOf(endedStream, session)?.struckAt).toBe(800e6);
  });

  it('tells the end of the connection behind a GOAWAY, and leaves one without to the rules of TCP', () => {
    const goaway = { ...reset('server', 0), arrival: arrivalAt(300, 20), lastStreamId: 5, debug: '' };
    const told = onStream(
      talked().fin('server').build(),
      {},
      http2Of({ goaways: { client: undefined, server: goaway } }),
    );
    expect(found(endedStream, told)).toBe('h2-stream-ended error goaway');
    const bare = onStream(talked().fin('server').build());
    expect(found(endedStream, bare)).toBe('nothing');
    expect(verdictOn(bare)).toBe('failed open ws-abnormal-closure');
  });

  it('is silent behind a Close, where one may be unseen, and while the stream is open', () => {
    const closed = onStream(talked().close('client', 1000).close('server', 1000).build(), {
      reset: reset('client', 8),
    });
    expect(found(endedStream, closed)).toBe('nothing');
    expect(verdictOn(closed)).toBe('ok close');
    const holed = talked().build();
    holed.tcp.gaps.push({ side: 'server', length: 30, packet: 60, at: 700e6 });
    expect(found(endedStream, onStream(holed, { reset: reset('server', 2) }))).toBe('nothing');
    expect(found(endedStream, onStream(talked().build()))).toBe('nothing');
  });
});
