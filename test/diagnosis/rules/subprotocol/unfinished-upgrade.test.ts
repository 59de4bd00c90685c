import { describe, expect, it } from 'vitest';
import { unfinishedUpgrade } from '../../../../src/diagnosis/rules/subprotocol/unfinished-upgrade.js';
import type { Session } from '../../../../src/session/session.js';
import type { Side } from '../../../../src/stream/side.js';
import { aHandshake, speaking } from '../../../wire/subprotocol-facts.js';
import { arrivalAt, opened } from '../../sessions.js';
import { findingOf, found, verdictOn } from '../../verdict.js';

const step = (from: Side, packet: number, seconds: number) => ({
  step: 'probe',
  from,
  arrival: arrivalAt(packet, seconds),
});

/** Probed at once; both sides close after this time. */
const probed = (seconds: number, { answered = false, upgraded = false, unread = 0 } = {}): Session => {
  const started = opened().message('client', 6);
  if (answered) started.message('server', 6);
  const session = started
    .wait(seconds * 1000)
    .close('client', 1005)
    .close('server', 1005)
    .fin('client')
    .build();
  const steps = [step('client', 6, 0.023), ...(answered ? [step('server', 7, 0.024)] : [])];
  const handshake = aHandshake({ steps, asked: steps[0]!.arrival });
  if (upgraded) handshake.answered = arrivalAt(8, 0.03);
  return speaking(session, 'socket.io', { handshake, unread });
};

describe('subprotocol/unfinished-upgrade', () => {
  it('sees a probe on a WebSocket that never carried a frame back', () => {
    const session = probed(14);
    expect(findingOf(unfinishedUpgrade, session)).toMatchObject({
      message: 'mute',
      evidence: [{ note: 'switched' }, { note: 'probe' }, { note: 'end' }],
      remedies: ['path', 'websocketOnly'],
    });
    expect(verdictOn(session)).toBe('ok close');
  });

  it('sees a client that stays on polling though its probe was answered', () => {
    expect(found(unfinishedUpgrade, probed(14, { answered: true }))).toBe('null warning unconfirmed');
  });

  it('counts also where the capture ends first', () => {
    const session = { ...opened().message('client', 6).captureGoesOn(6000).build() };
    const handshake = aHandshake({ steps: [step('client', 6, 0.023)] });
    expect(found(unfinishedUpgrade, speaking(session, 'socket.io', { handshake }))).toBe('null warning mute');
  });

  it.each([
    { name: 'a client that soon left again', session: probed(1) },
    { name: 'an upgrade that was completed', session: probed(14, { answered: true, upgraded: true }) },
    { name: 'messages that could not be read', session: probed(14, { unread: 1 }) },
  ])('says nothing of $name', ({ session }) => {
    expect(found(unfinishedUpgrade, session)).toBe('nothing');
  });

  it('says nothing where packets are missing, or the probe never arrived', () => {
    const lost = probed(14);
    lost.tcp.flows.client.oldestUnacked = arrivalAt(6, 0.023);
    expect(found(unfinishedUpgrade, lost)).toBe('nothing');
    const sight = new Set(probed(14).sight);
    sight.delete('no-gaps');
    expect(found(unfinishedUpgrade, { ...probed(14), sight })).toBe('nothing');
  });
});
