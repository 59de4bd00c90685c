import { describe, expect, it } from 'vitest';
import { unansweredTunnel } from '../../../../src/diagnosis/rules/proxy/unanswered-tunnel.js';
import { aSession } from '../../../wire/session-builder.js';
import { tunnelOf } from '../../tunnels.js';
import { found, verdictOn } from '../../verdict.js';

const asked = () =>
  aSession()
    .handshake()
    .proxied({ preambles: [], tunnels: [tunnelOf(undefined)] })
    .wait(8000);

describe('proxy/unanswered-tunnel', () => {
  it('tells a client that gave up', () => {
    const session = asked().fin('client').build();
    expect(found(unansweredTunnel, session)).toBe('proxy-unanswered error gave-up');
    expect(verdictOn(session)).toBe('failed proxy proxy-unanswered');
  });

  it('tells a proxy that ended the connection instead of answering', () => {
    expect(found(unansweredTunnel, asked().fin('server').build())).toBe('proxy-unanswered error ended');
    expect(found(unansweredTunnel, asked().rst('server').build())).toBe('proxy-unanswered error ended');
  });

  it('tells silence once the capture has gone on long enough', () => {
    expect(found(unansweredTunnel, asked().captureGoesOn(6000).build())).toBe('proxy-unanswered error acknowledged');
  });

  it('says nothing at the end of a capture, of an answer, or where one may lie in a hole', () => {
    const early = aSession()
      .handshake()
      .wait(20)
      .proxied({ preambles: [], tunnels: [tunnelOf(undefined)] });
    expect(found(unansweredTunnel, early.captureGoesOn(100).build())).toBe('nothing');
    const answered = asked().proxied({ preambles: [], tunnels: [tunnelOf('granted', 200)] });
    expect(found(unansweredTunnel, answered.fin('client').build())).toBe('nothing');
    const holed = asked().fin('client').build();
    holed.tcp.gaps.push({ side: 'server', length: 40, packet: 6, at: 60e6 });
    expect(found(unansweredTunnel, holed)).toBe('nothing');
  });
});
