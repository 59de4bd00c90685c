import { describe, expect, it } from 'vitest';
import { judgeSilence } from '../../../src/diagnosis/measures/silence.js';
import { aSession } from '../../wire/session-builder.js';
import { refusedBy, unacknowledged } from '../sessions.js';

const asked = () => aSession().handshake().request();
const judge = (session: ReturnType<ReturnType<typeof asked>['build']>) =>
  judgeSilence(session, 'client', session.upgrade!.request!.span.last);

describe('silence', () => {
  it.each([
    { name: 'the asker ended', session: asked().wait(100).fin('client').build(), silence: 'gave-up' },
    { name: 'acknowledged and 5 s of capture', session: asked().captureGoesOn(5000).build(), silence: 'acknowledged' },
    { name: 'acknowledged and 4 s of capture', session: asked().captureGoesOn(4000).build(), silence: undefined },
    { name: 'the other side ended', session: asked().fin('server').captureGoesOn(9000).build(), silence: undefined },
  ])('where $name is $silence', ({ session, silence }) => {
    expect(judge(session)).toBe(silence);
  });

  it('is over sooner where somebody says no twice', () => {
    const refused = (times: number) => {
      const session = asked().captureGoesOn(3000).build();
      const sent = session.upgrade!.request!.span.last;
      refusedBy(session, sent, times);
      return unacknowledged(session, 'client', sent, 2);
    };
    expect(judge(refused(2))).toBe('repeated');
    expect(judge(refused(1))).toBeUndefined();
  });

  it('needs repeats where nothing was acknowledged', () => {
    const session = asked().captureGoesOn(9000).build();
    const sent = session.upgrade!.request!.span.last;
    expect(judge(unacknowledged(session, 'client', sent, 0))).toBeUndefined();
    expect(judge(unacknowledged(session, 'client', sent, 2))).toBe('repeated');
  });
});
