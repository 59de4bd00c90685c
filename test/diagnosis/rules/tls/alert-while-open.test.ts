import { describe, expect, it } from 'vitest';
import { alertWhileOpen } from '../../../../src/diagnosis/rules/tls/alert-while-open.js';
import { aSession } from '../../../wire/session-builder.js';
import { found, verdictOn } from '../../verdict.js';

const open = () =>
  aSession()
    .handshake()
    .clientHello('a.example.com')
    .serverHello()
    .finished()
    .records('client', 2, 80)
    .records('server', 2, 80);

describe('tls/alert-while-open', () => {
  it('sees a fatal alert after application data', () => {
    const session = open().alert('client', 'bad_record_mac', 20).fin('client').build();
    expect(found(alertWhileOpen, session)).toBe('tls-alert-while-open error alert');
    expect(verdictOn(session)).toBe('failed open tls-alert-while-open');
  });

  it('has nothing against close_notify, or an alert inside the handshake', () => {
    expect(found(alertWhileOpen, open().alert('client', 'close_notify', 0).fin('client').build())).toBe('nothing');
    const early = aSession().handshake().clientHello('a').alert('server', 'handshake_failure', 40).build();
    expect(found(alertWhileOpen, early)).toBe('nothing');
  });
});
