/**
 * The URL of an entry. HAR 1.2 wants an absolute one, and viewers hand it to their URL parser, so one always comes out:
 * the session's own where it is a URL for HTTP or WebSocket, otherwise the address that was connected to with the target
 * that was asked for. Characters that no URL has (RFC 3986 2) are percent-encoded; redactions stay readable.
 */
import type { SessionReport } from '../report.js';

export const harUrl = ({ url, transport, server }: SessionReport, target: string): string => {
  const own = encode(url ?? '');
  if (SCHEME.test(own) && URL.canParse(own)) return own;
  const path = encode(target);
  return `${transport === 'wss' ? 'wss' : 'ws'}://${server}${path.startsWith('/') ? '' : '/'}${path}`;
};

/** Parameters as they stand in the URL, undecoded, which is how browsers export them. */
export const harQuery = (url: string): { name: string; value: string }[] => {
  const start = url.indexOf('?');
  if (start < 0) return [];
  return url
    .slice(start + 1)
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? { name: part, value: '' } : { name: part.slice(0, equals), value: part.slice(equals + 1) };
    });
};

/** RFC 9112 3.2.1: a target has no fragment, so a `#` in one is no delimiter; HAR wants none either. */
const encode = (text: string): string =>
  text.replace(NOT_IN_URLS, (character) =>
    [...Buffer.from(character, 'utf8')]
      .map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );

const NOT_IN_URLS = /[^\x21-\x7e]|["#<>\\^`{|}]|%(?![0-9a-f]{2})/giu;
const SCHEME = /^(?:wss?|https?):\/\//i;
