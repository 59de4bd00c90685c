/**
 * For whom a proxy asks, as its request says: the last hop of Forwarded (RFC 7239), X-Forwarded-For or X-Real-IP, and
 * the ids that a request keeps on its way. What a client writes there itself stands before what the proxy adds.
 */
import { headerElements, headerValue, splitOutsideQuotes } from '../http/header-fields.js';
import type { HttpHead } from '../http/http-facts.js';

export interface ForwardedFor {
  address: string;
  port: number | undefined;
}

/** The client of the proxy that sent this request; undefined where it says nothing that can be read. */
export function forwardedFor(request: HttpHead | undefined): ForwardedFor | undefined {
  if (request === undefined) return undefined;
  const listed = headerElements(request.headers, 'X-Forwarded-For').at(-1);
  if (listed !== undefined) return nodeOf(listed);
  const hop = headerElements(request.headers, 'Forwarded').at(-1);
  if (hop !== undefined) {
    const pair = splitOutsideQuotes(hop, ';').find((part) => /^for=/i.test(part));
    return pair === undefined ? undefined : nodeOf(pair.slice('for='.length).replace(/^"|"$/g, ''));
  }
  const real = headerValue(request.headers, 'X-Real-IP');
  return real === undefined ? undefined : nodeOf(real);
}

/** RFC 7239 6: an address, IPv6 in brackets when a port follows. */
function nodeOf(text: string): ForwardedFor | undefined {
  const bare = text.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();
  const [, bracketed, v4, port] = /^(?:\[([0-9a-f:.]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(bare) ?? [];
  const address = bracketed ?? v4 ?? (/^[0-9a-f:]+:[0-9a-f:.]*$/.test(bare) ? bare : undefined);
  if (address === undefined) return undefined;
  return { address: address.replace(/^::ffff:(?=\d+\.)/, ''), port: port === undefined ? undefined : Number(port) };
}

/** Headers whose value is made for one request and kept by every hop. */
const ID_HEADERS = ['X-Request-Id', 'X-Correlation-Id', 'X-Amzn-Trace-Id'];
/** Anything shorter may be a counter that starts anew with each program. */
const SHORTEST_ID = 16;
/** Longer than any id that programs make. */
const LONGEST_ID = 256;

/** Ids of a request or its answer that hardly two requests share. */
export const requestIds = (...heads: readonly (HttpHead | undefined)[]): string[] =>
  heads.flatMap((head) =>
    head === undefined
      ? []
      : ID_HEADERS.flatMap((name) => {
          const value = headerValue(head.headers, name);
          return value !== undefined && value.length >= SHORTEST_ID && value.length <= LONGEST_ID ? [value] : [];
        }),
  );
