/**
 * permessage-deflate in the opening handshake: are the parameters valid, does the answer accept one of the offers, and
 * what was agreed (RFC 7692 5 and 7.1).
 */
import type { Extension, ExtensionParameter } from './extension-list.js';
import type { DeflateParameters, HandshakeProblem } from './websocket-facts.js';

export const PERMESSAGE_DEFLATE = 'permessage-deflate';

type Judgement = Pick<HandshakeProblem, 'code' | 'detail'>;

/** Parameters that no side may send, whatever the other one offered (RFC 7692 7.1). */
export function judgeDeflateParameters(extension: Extension, inResponse: boolean): Judgement[] {
  const seen = new Set<string>();
  const problems: Judgement[] = [];
  for (const parameter of extension.parameters) {
    if (seen.has(parameter.name) || !isValid(parameter, inResponse)) {
      problems.push({ code: 'extension-parameter-invalid', detail: describe(parameter) });
    }
    seen.add(parameter.name);
  }
  return problems;
}

/** Does the answer accept one of the offers? The problems against the offer that it fits best, none if it fits one. */
export function judgeDeflateAnswer(answer: Extension, offers: readonly Extension[]): Judgement[] {
  const judged = offers.map((offer) => compare(answer, offer));
  return judged.reduce((best, next) => (next.length < best.length ? next : best), judged[0] ?? []);
}

/** What was agreed; a parameter that is invalid counts as absent. */
export function deflateParameters(answer: Extension): DeflateParameters {
  return {
    serverNoContextTakeover: find(answer, SERVER_NO_CONTEXT_TAKEOVER) !== undefined,
    clientNoContextTakeover: find(answer, CLIENT_NO_CONTEXT_TAKEOVER) !== undefined,
    serverMaxWindowBits: windowBits(find(answer, SERVER_MAX_WINDOW_BITS)) ?? DEFAULT_WINDOW_BITS,
    clientMaxWindowBits: windowBits(find(answer, CLIENT_MAX_WINDOW_BITS)) ?? DEFAULT_WINDOW_BITS,
  };
}

function isValid({ name, value }: ExtensionParameter, inResponse: boolean): boolean {
  if (name === SERVER_NO_CONTEXT_TAKEOVER || name === CLIENT_NO_CONTEXT_TAKEOVER) return value === undefined;
  if (name !== SERVER_MAX_WINDOW_BITS && name !== CLIENT_MAX_WINDOW_BITS) return false;
  // RFC 7692 7.1.2.2: in an offer, client_max_window_bits without a value says that the client knows the parameter.
  if (value === undefined) return name === CLIENT_MAX_WINDOW_BITS && !inResponse;
  return WINDOW_BITS.test(value);
}

function compare(answer: Extension, offer: Extension): Judgement[] {
  const problems: Judgement[] = [];
  // RFC 7692 7.1.1.1: an offer with server_no_context_takeover is accepted by answering with it.
  if (find(offer, SERVER_NO_CONTEXT_TAKEOVER) !== undefined && find(answer, SERVER_NO_CONTEXT_TAKEOVER) === undefined) {
    problems.push({ code: 'extension-parameter-invalid', detail: `${SERVER_NO_CONTEXT_TAKEOVER} was asked for` });
  }
  // RFC 7692 7.1.2.1: accepted by answering with the same or a smaller value.
  const askedBits = windowBits(find(offer, SERVER_MAX_WINDOW_BITS));
  const serverBits = windowBits(find(answer, SERVER_MAX_WINDOW_BITS)) ?? DEFAULT_WINDOW_BITS;
  const serverAnswered = find(answer, SERVER_MAX_WINDOW_BITS) !== undefined;
  if (askedBits !== undefined && (!serverAnswered || serverBits > askedBits)) {
    const answered = serverAnswered ? `answered ${serverBits}` : 'not answered';
    problems.push({
      code: 'extension-parameter-invalid',
      detail: `${SERVER_MAX_WINDOW_BITS} ${answered}, asked for ${askedBits}`,
    });
  }
  return [...problems, ...compareClientBits(answer, offer)];
}

function compareClientBits(answer: Extension, offer: Extension): Judgement[] {
  const answered = find(answer, CLIENT_MAX_WINDOW_BITS);
  if (answered === undefined) return [];
  const offered = find(offer, CLIENT_MAX_WINDOW_BITS);
  // RFC 7692 7.1.2.2: a server answers with it only where the client offered it, and with no more than was offered.
  if (offered === undefined) {
    return [{ code: 'extension-not-offered', detail: `${PERMESSAGE_DEFLATE}; ${describe(answered)}` }];
  }
  const limit = windowBits(offered) ?? DEFAULT_WINDOW_BITS;
  const bits = windowBits(answered);
  if (bits === undefined || bits <= limit) return [];
  const detail = `${CLIENT_MAX_WINDOW_BITS} answered ${bits}, offered ${limit}`;
  return [{ code: 'extension-parameter-invalid', detail }];
}

const find = (extension: Extension, name: string): ExtensionParameter | undefined =>
  extension.parameters.find((parameter) => parameter.name === name);

const windowBits = (parameter: ExtensionParameter | undefined): number | undefined =>
  parameter?.value !== undefined && WINDOW_BITS.test(parameter.value) ? Number(parameter.value) : undefined;

const describe = ({ name, value }: ExtensionParameter): string => (value === undefined ? name : `${name}=${value}`);

/** RFC 7692 7.1.2: 8 to 15, decimal, without leading zeroes. */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;

/** RFC 7692 7.1.2.1: without the parameter a window of up to 32,768 bytes. */
const DEFAULT_WINDOW_BITS = 15;

const SERVER_NO_CONTEXT_TAKEOVER = 'server_no_context_takeover';
const CLIENT_NO_CONTEXT_TAKEOVER = 'client_no_context_takeover';
const SERVER_MAX_WINDOW_BITS = 'server_max_window_bits';
const CLIENT_MAX_WINDOW_BITS = 'client_max_window_bits';
