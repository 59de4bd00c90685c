import { describe, expect, it } from 'vitest';
import { reset } from '../../../../src/diagnosis/rules/closing/reset.js';
import type { Session } from '../../../../src/session/session.js';
import { arrivalAt, closed, opened } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

const withRst = (ttls: { client?: number; server?: number }): Session => {
  const session = opened().message('client', 20).rst('server').build();
  session.tcp.flows.server.rstTtl = ttls.server ?? 64;
  session.tcp.flows.client.rstTtl = ttls.client ?? -1;
  return session;
};

describe('closing/reset', () => {
  it('blames the endpoint when its RST fits its other packets', () => {
    expect(found(reset, withRst({ server: 64 }))).toBe('ws-reset error endpoint');
    expect(found(reset, withRst({ server: 62 }))).toBe('ws-reset error endpoint');
    expect(verdictOn(withRst({}))).toBe('failed open ws-reset');
  });

  it('blames something in between when the TTL is another', () => {
    expect(findingOf(reset, withRst({ server: 120 }))).toMatchObject({
      message: 'middlebox',
      confidence: 'likely',
      data: { rstTtl: { text: '120' } },
    });
  });

  it('tells a machine one hop nearer, unless packets of the side came several ways', () => {
    const session = withRst({ server: 65 });
    expect(found(reset, session)).toBe('ws-reset-by-middlebox error middlebox');
    session.tcp.flows.server.otherTtl = 63;
    expect(found(reset, session)).toBe('ws-reset error endpoint');
  });

  it('believes a RST that came the way of the packets right before it', () => {
    const session = withRst({ server: 57 });
    expect(found(reset, session)).toBe('ws-reset-by-middlebox error middlebox');
    Object.assign(session.tcp.flows.server, { ttl: 57, otherTtl: 63 });
    expect(found(reset, session)).toBe('ws-reset error endpoint');
    Object.assign(session.tcp.flows.server, { ttl: 63, otherTtl: 57 });
    expect(found(reset, session)).toBe('ws-reset error endpoint');
    session.tcp.flows.server.rstTtl = 64 + 50;
    expect(found(reset, session)).toBe('ws-reset-by-middlebox error middlebox');
  });

  it('counts hops between two machines that may have begun with the same TTL, and no others', () => {
    expect(findingOf(reset, withRst({ server: 55 }))).toMatchObject({
      data: { hops: { text: '9' } },
      remedies: ['middlebox', 'expired'],
    });
    expect(findingOf(reset, withRst({ server: 128 }))?.remedies).toEqual(['middle', 'expired']);
  });

  it('tells a host that does not know the connection any more from one that ends it', () => {
    const session = opened().message('server', 9).wait(12_000).message('client', 20).rst('server').build();
    const { server, client } = session.tcp.flows;
    expect(found(reset, session)).toBe('ws-reset error endpoint');
    Object.assign(server, { rstAnswers: client.lastData, beforeRst: server.lastData });
    expect(findingOf(reset, session)).toMatchObject({
      message: 'unknown',
      cause: 'ws-reset',
      confidence: 'likely',
      data: { by: { side: 'server' }, quiet: { ns: 12.001e9 } },
      remedies: ['before', 'rebound'],
    });
    server.beforeRst = client.lastData;
    expect(found(reset, session)).toBe('ws-reset error endpoint');
  });

  it('tells a RST that did not come the way of the packets of its side', () => {
    const session = withRst({});
    session.tcp.flows.server.rstAlone = {};
    expect(findingOf(reset, session)).toMatchObject({
      message: 'once',
      confidence: 'likely',
      remedies: ['here', 'expired'],
    });
    session.tcp.flows.server.rstAlone = { between: { nearer: 1, farther: 0 } };
    const finding = findingOf(reset, session);
    expect(finding).toMatchObject({ message: 'between', confidence: 'proven', cause: 'ws-reset-by-middlebox' });
    expect([filled(finding, 'nearer'), filled(finding, 'farther')]).toEqual(['2', '1']);
  });

  it('tells the RST of the only side that was captured, unless that side had read more since its last frame', () => {
    const session = opened().message('server', 20).wait(300).rst('server').unseen('both-sides').build();
    session.tcp.flows.client.packets = 0;
    expect(findingOf(reset, session)).toMatchObject({
      message: 'oneSided',
      cause: 'ws-reset',
      confidence: 'likely',
      data: { by: { side: 'server' }, peer: { side: 'client' } },
    });
    session.tcp.flows.server.lastAck = session.tcp.endPacket;
    expect(found(reset, session)).toBe('nothing');
    const other = opened().message('client', 20).rst('server').unseen('both-sides').build();
    other.tcp.flows.server.packets = 0;
    expect(found(reset, other)).toBe('nothing');
  });

  it('sees where the packet that is answered had come before, without an answer', () => {
    const session = opened().message('server', 9).wait(2000).message('client', 20).wait(200).rst('server').build();
    const { server, client } = session.tcp.flows;
    const again = arrivalAt(50, (session.tcp.last.at - 1e6) / 1e9);
    Object.assign(server, { rstAnswers: again, beforeRst: server.lastData });
    expect(findingOf(reset, session)?.message).toBe('unknown');
    Object.assign(client, { oldestUnacked: client.lastData, repeats: [again] });
    expect(findingOf(reset, session)).toMatchObject({ message: 'unknownAgain', data: { again: { ns: 200e6 } } });
  });

  it('says how long it was quiet before the packet that another machine answers by a RST', () => {
    const session = opened().message('server', 9).wait(5000).message('client', 20).rst('server').build();
    const { server } = session.tcp.flows;
    Object.assign(server, { rstTtl: 65, beforeRst: server.lastData });
    expect(findingOf(reset, session)).toMatchObject({
      message: 'middlebox',
      data: { quiet: { ns: 5.001e9 } },
      remedies: ['middle', 'forgot'],
    });
    server.beforeRst = session.tcp.flows.client.lastData;
    expect(findingOf(reset, session)?.remedies).toEqual(['middle', 'expired']);
  });

  it('is sure when both sides got one that does not fit', () => {
    expect(findingOf(reset, withRst({ server: 120, client: 120 }))).toMatchObject({
      message: 'both',
      confidence: 'proven',
    });
  });

  it('believes TCP when it says that the network reset', () => {
    const session = withRst({});
    session.tcp.endedBy = 'network';
    expect(found(reset, session)).toBe('ws-reset-by-middlebox error injected');
  });

  it('does not mind a reset after the closing handshake', () => {
    const session = opened().close('client', 1000).close('server', 1000).rst('client').build();
    expect(found(reset, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('ok close');
    expect(found(reset, closed(opened()))).toBe('nothing');
  });
});
