import { describe, expect, it } from 'vitest';
import { sealedReset } from '../../../../src/diagnosis/rules/tls/sealed-reset.js';
import type { Session } from '../../../../src/session/session.js';
import type { Side } from '../../../../src/stream/side.js';
import type { LikenessReason, WebSocketLikeness } from '../../../../src/tls/tls-facts.js';
import { aSession, type SessionBuilder } from '../../../wire/session-builder.js';
import { withTls } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const talked = (): SessionBuilder =>
  aSession()
    .handshake()
    .clientHello('example.com')
    .serverHello()
    .finished()
    .records('client', 2, 90)
    .records('server', 2, 90);

const alike = (
  builder: SessionBuilder,
  websocket: WebSocketLikeness['websocket'] = 'likely',
  because: LikenessReason[] = ['upgrade-shape'],
): Session =>
  withTls(builder.build(), (tls) => {
    tls.likeness = { websocket, because, score: 0 };
  });

describe('tls/sealed-reset', () => {
  it.each(['client', 'server'] as const)('tells a RST of the %s that no goodbye of TLS came before', (by) => {
    const session = alike(talked().rst(by));
    expect(findingOf(sealedReset, session)).toMatchObject({
      message: 'endpoint',
      cause: 'ws-reset',
      confidence: 'likely',
      data: { by: { side: by }, silence: { ns: 1e6 } },
    });
    expect(verdictOn(session)).toBe('failed open ws-reset');
  });

  it('tells a host that has no such connection after a silence', () => {
    const session = alike(talked().wait(5000).records('client', 1, 60).rst('server'));
    const { client, server } = session.tcp.flows;
    Object.assign(server, { rstAnswers: client.lastData, beforeRst: server.lastData });
    expect(findingOf(sealedReset, session)).toMatchObject({ message: 'unknown', data: { quiet: { ns: 5.001e9 } } });
    server.beforeRst = client.lastData;
    expect(found(sealedReset, session)).toBe('ws-reset error endpoint');
  });

  it('tells a RST of another machine, and one that fits nobody', () => {
    const session = alike(talked().rst('server'));
    session.tcp.flows.server.rstTtl = 120;
    session.tcp.flows.server.beforeRst = session.tcp.flows.server.lastData;
    expect(found(sealedReset, session)).toBe('ws-reset-by-middlebox error middlebox');
    session.tcp.flows.server.rstTtl = session.tcp.flows.server.ttl;
    session.tcp.flows.server.rstAlone = {};
    expect(found(sealedReset, session)).toBe('ws-reset-by-middlebox error alone');
    session.tcp.flows.server.rstAlone = undefined;
    session.tcp.endedBy = 'network';
    expect(found(sealedReset, session)).toBe('ws-reset-by-middlebox error injected');
  });

  it('minds no RST behind an alert that can be read, one that cannot, or a FIN', () => {
    expect(found(sealedReset, alike(talked().alert('client', 'close_notify', 0).rst('client')))).toBe('nothing');
    expect(found(sealedReset, alike(talked().fin('server').rst('client')))).toBe('nothing');
    const sealed = alike(talked().records('client', 1, 19).rst('client'));
    expect(found(sealedReset, sealed)).toBe('ws-reset error endpoint');
    const { tls, tcp } = sealed;
    const arrival = tcp.flows.client.lastData;
    if (tls !== undefined && arrival !== undefined) {
      tls.encryptedAlerts.push({ from: 'client', arrival, length: 19, inferred: true });
    }
    expect(found(sealedReset, sealed)).toBe('nothing');
  });

  it('does not take requests and downloads for sessions', () => {
    const by = (side: Side) => talked().rst(side);
    expect(found(sealedReset, alike(by('server'), 'unlikely', ['one-way']))).toBe('nothing');
    expect(found(sealedReset, alike(by('client'), 'possible', []))).toBe('nothing');
    expect(found(sealedReset, alike(by('server'), 'possible', ['requests-shape', 'pings']))).toBe('nothing');
    expect(findingOf(sealedReset, alike(by('server'), 'possible', []))?.confidence).toBe('possible');
  });

  it('is silent where records were missed, opened, or nothing was answered', () => {
    const missed = alike(talked().rst('server'));
    missed.tcp.gaps.push({ side: 'server', length: 40, packet: 9, at: 1e6 });
    expect(found(sealedReset, missed)).toBe('nothing');
    const opened = withTls(alike(talked().rst('server')), (tls) => {
      tls.decrypted = true;
    });
    expect(found(sealedReset, opened)).toBe('nothing');
    const tickets = withTls(alike(talked().rst('server')), (tls) => {
      tls.possibleTickets = 2;
    });
    expect(found(sealedReset, tickets)).toBe('nothing');
  });
});
