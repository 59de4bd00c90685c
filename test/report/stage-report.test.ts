import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/session/session.js';
import { aSession } from '../wire/session-builder.js';
import { aReport, well } from './sample-report.js';

const ICMP = { from: '192.0.2.1', family: 4, type: 3, code: 13, name: 'host unreachable', quoted: 'client' } as const;

/** The stages whose line tells of an ICMP error that came so many milliseconds after the first packet. */
const stagesWithIcmp = (session: Session, afterMs: number): string[] => {
  const at = session.tcp.first.at + afterMs * 1e6;
  session.tcp.icmpErrors = [{ ...ICMP, arrival: { packet: 99, at, readyAt: at } }];
  const [told] = aReport([well(session)]).sessions;
  return told!.stages.filter(({ detail }) => detail?.includes('ICMP host unreachable')).map(({ stage }) => stage);
};

const open = () => aSession().handshake(20).request().response().message('client', 5).wait(5000).message('client', 5);

describe('an ICMP error', () => {
  it('stands in the line of the stage in which it came', () => {
    expect(stagesWithIcmp(open().build(), 4000)).toEqual(['open']);
    expect(stagesWithIcmp(open().build(), 10)).toEqual(['tcp']);
    expect(stagesWithIcmp(open().close('client', 1000).wait(500).fin('client').build(), 5300)).toEqual(['close']);
  });

  it('stands where the first thing was seen when it came before that', () => {
    expect(stagesWithIcmp(aSession().unansweredSyns(3).build(), -1)).toEqual(['tcp']);
  });
});
