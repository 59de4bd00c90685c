import { describe, expect, it } from 'vitest';
import type { CauseId } from '../../src/diagnosis/causes.js';
import { chooseCause, type Judged, orderFindings } from '../../src/diagnosis/choose-cause.js';
import type { Confidence, Precedence, Severity } from '../../src/diagnosis/rule.js';

interface Shape {
  cause: CauseId | null;
  ms: number;
  precedence?: Precedence;
  severity?: Severity;
  confidence?: Confidence;
}

const judged = ({ cause, ms, precedence, severity = 'error', confidence = 'proven' }: Shape): Judged => ({
  rule: {
    id: `test/${cause}`,
    title: '',
    severity,
    causes: [],
    needs: [],
    reference: [],
    messages: {},
    notes: {},
    remedies: {},
    ...(precedence === undefined ? {} : { precedence }),
  },
  finding: {
    message: '',
    cause,
    evidence: [{ arrival: { packet: 1, at: ms * 1e6, readyAt: ms * 1e6 }, note: '' }],
    confidence,
    remedies: [],
  },
});

const chosen = (...shapes: Shape[]) => chooseCause(shapes.map(judged))?.finding.cause;

describe('choosing the cause', () => {
  it('takes the earliest fatal finding, whatever its rank', () => {
    expect(
      chosen(
        { cause: 'ws-internal-error', ms: 900, precedence: 'close-code' },
        { cause: 'ws-peer-stalled', ms: 100, precedence: 'stalled-peer' },
      ),
    ).toBe('ws-peer-stalled');
    expect(
      chosen(
        { cause: 'ws-policy-violation', ms: 10, precedence: 'close-code' },
        { cause: 'ws-protocol-error', ms: 500, precedence: 'violation' },
      ),
    ).toBe('ws-policy-violation');
  });

  it.each<[Precedence, Precedence]>([
    ['subprotocol-error', 'violation'],
    ['violation', 'stalled-peer'],
    ['stalled-peer', 'mass-end'],
    ['mass-end', 'lifetime'],
    ['lifetime', 'idle'],
    ['idle', 'close-code'],
    ['close-code', 'tcp-end'],
  ])('at one moment prefers %s to %s', (stronger, weaker) => {
    const shapes: Shape[] = [
      { cause: 'ws-reset', ms: 100, precedence: weaker },
      { cause: 'ws-idle-timeout', ms: 100.4, precedence: stronger },
    ];
    expect(chosen(...shapes)).toBe('ws-idle-timeout');
    expect(chosen(...shapes.reverse())).toBe('ws-idle-timeout');
  });

  it('prefers a narrower cause to its class, and then the more certain one', () => {
    expect(
      chosen({ cause: 'upgrade-forbidden', ms: 5 }, { cause: 'upgrade-origin-rejected', ms: 5, confidence: 'likely' }),
    ).toBe('upgrade-origin-rejected');
    expect(
      chosen(
        { cause: 'tls-unknown-ca', ms: 5, confidence: 'likely' },
        { cause: 'tls-certificate-expired', ms: 5, confidence: 'proven' },
      ),
    ).toBe('tls-certificate-expired');
  });

  it('never makes a cause of a warning, a note or a finding without cause', () => {
    expect(chosen({ cause: 'ws-idle-timeout', ms: 1, severity: 'warning' }, { cause: null, ms: 1 })).toBeUndefined();
    expect(chosen()).toBeUndefined();
  });

  it('lists the decisive finding first and drops bare ends that it explains', () => {
    const all = [
      judged({ cause: null, ms: 1, severity: 'note' }),
      judged({ cause: 'ws-abnormal-closure', ms: 900 }),
      judged({ cause: 'ws-internal-error', ms: 800, precedence: 'close-code' }),
      judged({ cause: 'ws-peer-stalled', ms: 100, precedence: 'stalled-peer' }),
      judged({ cause: 'ws-idle-timeout', ms: 5, severity: 'warning' }),
    ];
    const ordered = orderFindings(all, chooseCause(all)).map(({ finding }) => finding.cause);
    expect(ordered).toEqual(['ws-peer-stalled', 'ws-internal-error', 'ws-idle-timeout', null]);
  });
});
