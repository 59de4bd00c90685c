import { describe, expect, it } from 'vitest';
import { unexpectedPreamble } from '../../../../src/diagnosis/rules/proxy/unexpected-preamble.js';
import { aSession } from '../../../wire/session-builder.js';
import { UPGRADE } from '../../sessions.js';
import { preambleOf } from '../../tunnels.js';
import { findingOf, found, verdictOn, viewOf } from '../../verdict.js';

const begun = () =>
  aSession()
    .handshake()
    .proxied({ preambles: [preambleOf()], tunnels: [] });
const refused = () =>
  begun()
    .request('/live', [...UPGRADE])
    .response(400, 'Bad Request')
    .fin('server')
    .build();

describe('proxy/unexpected-preamble', () => {
  it('tells a 400, and is sure where connections without a preamble work', () => {
    const session = refused();
    expect(found(unexpectedPreamble, session)).toBe('proxy-preamble-unexpected error answer');
    expect(verdictOn(session)).toBe('failed proxy proxy-preamble-unexpected');
    expect(findingOf(unexpectedPreamble, session)?.confidence).toBe('likely');
    const view = viewOf([session], { workedWithoutPreamble: 2 });
    expect(findingOf(unexpectedPreamble, session, view)?.confidence).toBe('proven');
  });

  it('tells an alert where a ServerHello belongs', () => {
    const session = begun().clientHello('a.test').alert('server', 'protocol_version', 70).fin('server').build();
    expect(found(unexpectedPreamble, session)).toBe('proxy-preamble-unexpected error answer');
    expect(verdictOn(session)).toBe('failed proxy proxy-preamble-unexpected');
  });

  it('tells an end without a word', () => {
    expect(found(unexpectedPreamble, begun().rst('server').build())).toBe('proxy-preamble-unexpected error ended');
  });

  it('blames no preamble where others work, where the session opened, or where there was none', () => {
    const session = refused();
    expect(found(unexpectedPreamble, session, viewOf([session], { workedWithPreamble: 1 }))).toBe('nothing');
    const opened = begun()
      .request('/live', [...UPGRADE])
      .response(101)
      .fin('server')
      .build();
    expect(found(unexpectedPreamble, opened)).toBe('nothing');
    const plain = aSession()
      .handshake()
      .request('/live', [...UPGRADE])
      .response(400)
      .build();
    expect(found(unexpectedPreamble, plain)).toBe('nothing');
  });
});
