import { describe, expect, it } from 'vitest';
import { raceWinner } from '../../src/session/address-race.js';
import { refusedBy } from '../diagnosis/sessions.js';
import { aSession } from '../wire/session-builder.js';

describe('a race between families', () => {
  const loser = () => aSession(1).between('[fd00::1]:40000', '[fd00::2]:8080').unansweredSyns(1).build();
  const winner = (startMs: number) =>
    aSession(2).startingAt(9, startMs).between('10.0.0.1:41000', '10.0.0.2:8080').handshake().build();

  it('is one where a router said no by ICMP to the address that was given up', () => {
    const refused = refusedBy(loser(), loser().tcp.first, 1);
    const next = winner(250);
    expect(raceWinner(0, [refused, next])).toBe(next);
    expect(raceWinner(0, [refused, winner(700)])).toBeUndefined();
  });

  it('is none where the server itself had answered', () => {
    const answered = loser();
    answered.tcp.flows.server.packets = 1;
    expect(raceWinner(0, [answered, winner(250)])).toBeUndefined();
  });
});
