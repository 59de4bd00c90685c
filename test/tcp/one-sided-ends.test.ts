import { describe, expect, it } from 'vitest';
import { hear, opening, raw } from './raw-segments.js';

const fromClient = (ms: number, seq: number, size: number, more = {}) =>
  raw({ ms, from: 'client', seq, ack: 1, size, id: 200 + Math.round(ms), ...more });
const fromServer = (ms: number, ack: number, more = {}) =>
  raw({ ms, from: 'server', seq: 1, ack, id: 7000 + Math.round(ms), ...more });

describe('a RST', () => {
  it('that answers as a host without that connection does names the packet that it answers', () => {
    const asked = [...opening(), fromClient(100, 1, 10), fromServer(140, 11), fromClient(5000, 11, 10)];
    const bare = hear(...asked, raw({ ms: 5001, from: 'server', flags: 'R', seq: 1 }));
    expect(bare.facts.flows.server.rstAnswers?.packet).toBe(6);
    expect(bare.facts.flows.server.beforeRst?.packet).toBe(5);
    const own = hear(...asked, raw({ ms: 5001, from: 'server', flags: 'RA', seq: 1, ack: 21 }));
    expect(own.facts.flows.server.rstAnswers).toBeUndefined();
    const elsewhere = hear(...asked, raw({ ms: 5001, from: 'server', flags: 'R', seq: 3 }));
    expect(elsewhere.facts.flows.server.rstAnswers).toBeUndefined();
  });
});

describe('keep-alives without an answer', () => {
  it('are those since the peer was heard last', () => {
    const answered = [...opening(), fromClient(100, 1, 10), fromServer(140, 11), fromClient(1100, 10, 0)];
    const { facts } = hear(
      ...answered,
      fromServer(1140, 11),
      fromClient(2100, 10, 0),
      fromClient(3100, 10, 0),
      fromClient(4100, 10, 0),
    );
    expect(facts.flows.client.keepAlives).toBe(4);
    expect(facts.flows.client.unansweredKeepAlives.map(({ packet }) => packet)).toEqual([8, 9, 10]);
    const heard = hear(
      ...answered,
      fromClient(2100, 10, 0),
      raw({ ms: 2200, from: 'server', seq: 1, ack: 11, size: 5 }),
    );
    expect(heard.facts.flows.client.unansweredKeepAlives).toEqual([]);
  });
});

describe('data that is never acknowledged', () => {
  const stuck = [
    ...opening(),
    fromClient(100, 1, 10),
    fromServer(140, 11),
    fromClient(1000, 11, 10),
    fromClient(1300, 11, 10),
  ];

  it('tells when the peer was heard first after it was sent again twice', () => {
    const again = fromClient(1900, 11, 10);
    const { facts } = hear(...stuck, fromServer(1600, 11), again, fromServer(2000, 11), fromServer(2500, 11));
    expect(facts.flows.client.heardSinceRepeats?.packet).toBe(10);
    expect(hear(...stuck, again).facts.flows.client.heardSinceRepeats).toBeUndefined();
  });

  it('forgets that where it was acknowledged after all', () => {
    const late = [fromClient(1900, 11, 10), fromServer(2000, 11), fromServer(2500, 21), fromClient(3000, 21, 10)];
    const { facts } = hear(...stuck, ...late, fromClient(3300, 21, 10), fromClient(3900, 21, 10));
    expect(facts.flows.client).toMatchObject({ heardSinceRepeats: undefined, repeats: { length: 2 } });
  });
});

describe('bytes that were sent and did not come by', () => {
  it('show in the number of a later acknowledgment', () => {
    const { facts } = hear(
      ...opening(),
      fromClient(100, 1, 10),
      fromServer(140, 11),
      fromServer(7000, 11, { seq: 130 }),
    );
    expect(facts.flows.server.unseenBytes).toBe(129);
    expect(facts.flows.server.missingBytes).toBe(0);
  });

  it('show in the number of a FIN', () => {
    const fin = raw({ ms: 7000, from: 'server', flags: 'FA', seq: 130, ack: 11 });
    expect(hear(...opening(), fromClient(100, 1, 10), fin).facts.flows.server.unseenBytes).toBe(129);
  });

  it('are none where they came late, or were acknowledged', () => {
    const beyond = [...opening(), fromClient(100, 1, 10), fromServer(140, 11), fromServer(300, 11, { seq: 130 })];
    const late = hear(...beyond, raw({ ms: 301, from: 'server', seq: 1, ack: 11, size: 129 }));
    expect(late.facts.flows.server.unseenBytes).toBe(0);
    const acked = hear(...beyond, fromClient(400, 11, 0, { ack: 130 }));
    expect(acked.facts.flows.server).toMatchObject({ unseenBytes: 0, missingBytes: 129 });
    expect(hear(...opening(), fromClient(100, 1, 10), fromServer(140, 11)).facts.flows.server.unseenBytes).toBe(0);
  });
});
