/**
 * What a connection was opened for, and by which program, as far as its packets tell: whether a later one may be the
 * same attempt made again. What was not seen speaks for nothing and against nothing.
 */
import { headerValue } from '../http/header-fields.js';
import type { HttpRequest } from '../http/http-facts.js';
import type { Session } from './session.js';

/** Undefined is what the packets do not show. */
export interface Purpose {
  /** In lower case, without a port. */
  name: string | undefined;
  /** Without the query. */
  path: string | undefined;
  /** TLS was begun, or a request was sent in clear. */
  secure: boolean | undefined;
  /** User-Agent; empty of a request that names none. */
  agent: string | undefined;
  /** What a program offers in every ClientHello alike, whatever it resumes, asks for or shuffles. */
  hello: string | undefined;
}

export const purposeOf = (session: Session): Purpose => {
  const { tls } = session;
  const hello = tls?.firstClientHello ?? tls?.clientHello;
  const request = requestOf(session);
  const isClear = request !== undefined && tls === undefined;
  return {
    name: nameOf(session),
    path: pathOf(session),
    secure: tls?.clientHello === undefined ? (isClear ? false : undefined) : true,
    agent: request && (headerValue(request.headers, 'user-agent') ?? ''),
    hello: hello && [hello.cipherSuites, hello.signatureAlgorithms, hello.alpn].join(' '),
  };
};

/** Nothing speaks against it that both are attempts of one program at one thing. */
export const isSamePurpose = (a: Purpose, b: Purpose): boolean =>
  mayBe(a.name, b.name) && mayBe(a.path, b.path) && mayBe(a.secure, b.secure) && isSameProgram(a, b);

/** Nothing speaks against it that one program made both, whatever for. */
export const isSameProgram = (a: Purpose, b: Purpose): boolean => mayBe(a.agent, b.agent) && mayBe(a.hello, b.hello);

/** What is known of both together. */
export const joined = (a: Purpose, b: Purpose): Purpose => ({
  name: a.name ?? b.name,
  path: a.path ?? b.path,
  secure: a.secure ?? b.secure,
  agent: a.agent ?? b.agent,
  hello: a.hello ?? b.hello,
});

export const nameOf = ({ host }: Session): string | undefined =>
  host?.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');

/** Without the query: tokens and cache busters change from attempt to attempt. */
export const pathOf = (session: Session): string | undefined =>
  requestOf(session)
    ?.target.replace(/^[a-z]+:\/\/[^/?#]*/i, '')
    .split(/[?#]/, 1)[0];

/** The one for an upgrade; else the ordinary one that the session is listed for. */
const requestOf = ({ upgrade, http }: Session): HttpRequest | undefined => (upgrade ?? http?.exchanges.at(-1))?.request;

const mayBe = <T>(a: T | undefined, b: T | undefined): boolean => a === undefined || b === undefined || a === b;
