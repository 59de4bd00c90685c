import { describe, expect, it } from 'vitest';
import { closeCode } from '../../../../src/diagnosis/rules/closing/close-code.js';
import { opened } from '../../sessions.js';
import { filled, findingOf, found, verdictOn } from '../../verdict.js';

describe('closing/close-code', () => {
  it.each([
    [1002, 'ws-protocol-error'],
    [1003, 'ws-unsupported-data'],
    [1007, 'ws-invalid-utf8'],
    [1008, 'ws-policy-violation'],
    [1009, 'ws-message-too-big'],
    [1010, 'ws-missing-extension'],
    [1011, 'ws-internal-error'],
    [1012, 'ws-service-restart'],
    [1013, 'ws-try-again-later'],
    [1014, 'ws-bad-gateway'],
    [3001, 'ws-application-close'],
    [4999, 'ws-application-close'],
  ])('reads %i as %s', (code, cause) => {
    const session = opened().message('client', 20).close('server', code).close('client', code).fin('server').build();
    expect(found(closeCode, session)).toBe(`${cause} error ${cause}`);
    expect(verdictOn(session)).toBe(`failed open ${cause}`);
  });

  it.each([1000, 1001, 1005])('takes %i for a goodbye', (code) => {
    const session = opened().close('server', code).close('client', code).fin('server').build();
    expect(found(closeCode, session)).toBe('nothing');
    expect(verdictOn(session)).toBe('ok close');
  });

  it('lets the first Close decide', () => {
    expect(verdictOn(opened().close('client', 1000).close('server', 1011).fin('server').build())).toBe('ok close');
  });

  it('quotes the reason and names the program whose wording it is', () => {
    const session = opened().close('client', 1011, 'keepalive ping timeout').fin('client').build();
    const finding = findingOf(closeCode, session);
    expect(filled(finding, 'reason')).toBe(' and the reason “keepalive ping timeout”');
    expect(finding?.remedies[0]).toBe('program');
    expect(finding?.data?.hint).toMatchObject({ text: expect.stringContaining('python websockets') });
  });

  it.each([
    [3000, 'unauthorized'],
    [3003, 'forbidden'],
    [3008, 'timeout'],
  ])('says what %i stands for in the registry', (code, meaning) => {
    const finding = findingOf(closeCode, opened().close('server', code).fin('server').build());
    expect(finding).toMatchObject({ message: 'registered', cause: 'ws-application-close', remedies: ['application'] });
    expect(filled(finding, 'meaning')).toContain(meaning);
  });

  it('knows a ping timeout of a program that did not read the pongs it got', () => {
    const answered = () => opened().ping('client').wait(2).pong('server');
    const unread = answered().wait(3000).close('client', 1011, 'keepalive ping timeout').fin('client').build();
    expect(findingOf(closeCode, unread)).toMatchObject({
      message: 'unread',
      confidence: 'likely',
      remedies: ['reader'],
      evidence: [{ note: 'ping' }, { note: 'pong' }, { note: 'close' }],
    });
    const unanswered = answered()
      .ping('client')
      .wait(3000)
      .close('client', 1011, 'keepalive ping timeout')
      .fin('client');
    expect(findingOf(closeCode, unanswered.build())?.message).toBe('ping-timeout');
  });

  it.each([1003, 1007, 1009])('does not blame a message for %i where the other side sent none', (code) => {
    const session = opened().close('client', code).close('server', code).fin('server').build();
    const finding = findingOf(closeCode, session);
    expect(finding).toMatchObject({ message: 'unsent', remedies: ['chosen'] });
    expect(finding?.evidence.map(({ note }) => note)).toEqual(['close']);
  });

  it('does not say that none was sent where one was begun, or may have been missed', () => {
    const begun = opened().close('server', 1009).fin('server').build();
    const arrival = begun.websocket!.firstClose!.span.first;
    begun.websocket!.unfinishedFrame.client = { opcode: 2, expected: 90_000, seen: 1400, arrival };
    expect(findingOf(closeCode, begun)).toMatchObject({
      message: 'ws-message-too-big',
      data: { largest: { bytes: 90_000 } },
    });
    const missed = opened().unseen('no-gaps').close('server', 1003).fin('server').build();
    expect(findingOf(closeCode, missed)?.message).toBe('ws-unsupported-data');
  });

  it('shows the largest message before a 1009', () => {
    const session = opened().message('client', 70_000).close('server', 1009).fin('server').build();
    const largest = session.websocket?.lastData.client;
    Object.assign(session.websocket?.messageSizes.client ?? {}, { largestBytes: 70_000, largest });
    const finding = findingOf(closeCode, session);
    expect(finding?.data?.largest).toEqual({ type: 'bytes', bytes: 70_000 });
    expect(finding?.evidence.map(({ note }) => note)).toEqual(['largest', 'close']);
  });
});
