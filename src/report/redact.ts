/**
 * Takes credentials out of what a capture says before it enters the report, so that every renderer is safe: header
 * values, Sec-WebSocket-Protocol tokens, userinfo and parameters of URLs, and the same inside bodies and other texts.
 * What explains a failure stays: scheme words, cookie names, parameter names. It is a net, not a proof: an unknown
 * secret in an unknown place of a body can pass, which is why values found in headers are looked for everywhere.
 */
import type { Header } from '../http/http-facts.js';

export const REDACTED = '[redacted]';

/** Values shorter than this are not looked for in other texts: too many innocent words are as short. */
const SHORTEST_LEARNED = 8;
/** Secrets remembered a session: each costs one scan of every text. */
const MOST_LEARNED = 32;

/** No subprotocol name is longer; a limit keeps the patterns below fast on hostile headers. */
const LONGEST_PROTOCOL = 512;

export interface Redactor {
  header(name: string, value: string): string;
  /** One name of a Sec-WebSocket-Protocol list, alone. */
  subprotocol(name: string): string;
  /** Any other text: URLs, bodies, reasons. */
  text(text: string): string;
}

/** For --show-secrets. */
export const revealing: Redactor = {
  header: (_name, value) => value,
  subprotocol: (name) => name,
  text: (text) => text,
};

/** One for each session: it learns the secrets of these headers and URLs and finds them in other texts too. */
export const redactorFor = (headers: Iterable<Header>, urls: Iterable<string>): Redactor => {
  const learned = new Set<string>();
  const learn = (secret: string): string => {
    if (secret.length >= SHORTEST_LEARNED && learned.size < MOST_LEARNED) learned.add(secret);
    return REDACTED;
  };
  for (const [name, value] of headers) redactHeader(name, value, learn);
  for (const url of urls) redactText(url, learn);
  // Longest first, lest a part of a secret be replaced and the rest be left.
  const secrets = [...learned].sort((a, b) => b.length - a.length);
  const forget = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  return {
    header: (name, value) => forget(redactHeader(name, value)),
    subprotocol: (name) => forget(redactProtocol(name)),
    text: (text) => forget(redactText(text)),
  };
};

type Learn = (secret: string) => string;
const replace: Learn = () => REDACTED;

const redactHeader = (name: string, value: string, learn: Learn = replace): string => {
  const key = name.toLowerCase();
  if (key === 'cookie') return redactCookies(value, learn);
  if (key === 'set-cookie') return redactSetCookie(value, learn);
  if (key === 'sec-websocket-protocol') return redactProtocols(value, learn);
  if (CREDENTIAL_HEADER.test(key)) return redactCredentials(value, learn);
  if (SECRET_HEADER.test(key)) return value === '' ? '' : learn(value);
  return redactText(value, learn);
};

/** `Bearer abc` keeps its scheme (RFC 9110 11.4); a value of one word may itself be the secret. */
const redactCredentials = (value: string, learn: Learn): string => {
  const scheme = /^([A-Za-z][\w.-]{0,31})\s+(\S.*)$/s.exec(value);
  if (scheme?.[1] === undefined || scheme[2] === undefined) return value === '' ? '' : learn(value);
  learn(scheme[2]);
  return `${scheme[1]} ${REDACTED}`;
};

/** Names stay, since a missing cookie explains a 401 (RFC 6265 4.2.1). */
const redactCookies = (value: string, learn: Learn): string =>
  value
    .split(';')
    .map((pair) => redactPair(pair, learn))
    .join(';');

/** Attributes after the first `;` are no secrets (RFC 6265 4.1.1). */
const redactSetCookie = (value: string, learn: Learn): string => {
  const end = value.indexOf(';');
  return end < 0 ? redactPair(value, learn) : redactPair(value.slice(0, end), learn) + value.slice(end);
};

const redactPair = (pair: string, learn: Learn): string => {
  const equals = pair.indexOf('=');
  if (equals < 0) return pair.trim() === '' ? pair : learn(pair.trim());
  const value = pair.slice(equals + 1).trim();
  if (value === '') return pair;
  if (!PLAIN_WORDS.test(value)) learn(value);
  return `${pair.slice(0, equals + 1)}${REDACTED}`;
};

/** Browsers cannot set headers, so tokens travel as subprotocols: `bearer, eyJ…`, `base64url.bearer.….<token>`. */
const redactProtocols = (value: string, learn: Learn): string => {
  let announced = false;
  return value
    .split(',')
    .map((part) => {
      const name = part.trim();
      const shown = announced && name !== '' ? learn(name) : redactProtocol(name, learn);
      announced = TOKEN_ANNOUNCED.test(name);
      return part.replace(name, () => shown);
    })
    .join(',');
};

const redactProtocol = (name: string, learn: Learn = replace): string => {
  if (name.length > LONGEST_PROTOCOL) return learn(name);
  const prefix = TOKEN_PREFIX.exec(name);
  if (prefix?.[1] !== undefined && prefix[2] !== undefined) {
    learn(prefix[2]);
    return prefix[1] + REDACTED;
  }
  return looksRandom(name) ? learn(name) : redactText(name, learn);
};

/** Upper case, lower case and digits in 24 characters or more: no subprotocol is named like that. */
const looksRandom = (name: string): boolean =>
  name.length >= 24 && /[a-z]/.test(name) && /[A-Z]/.test(name) && /\d/.test(name);

const redactText = (text: string, learn: Learn = replace): string => {
  if (!MAY_HOLD_SECRET.test(text)) return text;
  return text
    .replace(HEADER_LINE, (_, name: string, value: string) => `${name}${redactHeader(headerName(name), value, learn)}`)
    .replace(USERINFO, (_, slashes: string, userinfo: string) => `${slashes}${learn(userinfo)}@`)
    .replace(HUB_CONNECTION, (_, before: string, token: string) => before + learnDecoded(token, learn))
    .replace(PARAMETER, (whole: string, before: string, name: string, value: string) =>
      isSecretParameter(before, decoded(name)) ? before + redactParameter(before, name, value, learn) : whole,
    )
    .replace(QUOTED_MEMBER, (whole: string, start: string, name: string, value: string) =>
      value !== '' && (SECRET_NAME.test(name) || SECRET_MEMBER.test(name)) ? `${start}"${learn(value)}"` : whole,
    )
    .replace(SCHEME_AND_TOKEN, (_, scheme: string, token: string) => `${scheme} ${learn(token)}`)
    .replace(KNOWN_TOKEN, (token) => learn(token));
};

/** `code=1011` in a sentence is no secret, `?code=…` in a URL is. */
const isSecretParameter = (before: string, name: string): boolean =>
  SECRET_NAME.test(name) || (/[?&;#]/.test(before) && SECRET_PARAMETER.test(name));

const headerName = (prefix: string): string => prefix.slice(0, prefix.indexOf(':')).trim();

/** A path parameter (RFC 3986 3.3) ends where the query begins; inside a query `?` is data. */
const redactParameter = (before: string, name: string, value: string, learn: Learn): string => {
  const end = before === ';' ? value.indexOf('?') : -1;
  if (end < 0) return `${name}=${learnDecoded(value, learn)}`;
  return `${name}=${learnDecoded(value.slice(0, end), learn)}${redactText(value.slice(end), learn)}`;
};

/** A body may quote the decoded value. */
const learnDecoded = (value: string, learn: Learn): string => {
  learn(decoded(value));
  return learn(value);
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Cheap: most texts of a capture hold none of these and are not looked at twice. */
const MAY_HOLD_SECRET = /[=@:]|eyJ|bearer|basic|sk-|gh[opsu]_|xox/i;

const CREDENTIAL_HEADER = /^(?:proxy-)?authorization$/;
/** Named after what they carry: X-Api-Key, X-Auth-Token, X-CSRF-Token, X-Amz-Security-Token, … */
const SECRET_HEADER =
  /(?:^|[-_])(?:api-?key|apikey|access-?key|auth-?key|tokens?|secret|passw(?:or)?d|passcode|credentials?|signature|session(?:-?id)?|jwt|auth)$/;

/** Parameters and members that are secrets wherever they stand. */
const SECRET_NAME =
  /^(?:[\w-]*[-_])?(?:access_?token|id_?token|refresh_?token|auth(?:orization)?(?:[-_]?token)?|token|api[-_]?key|apikey|access[-_]?key|secret|client_?secret|passw(?:or)?d|passcode|pwd|pass|sig|signature|credentials?|jwt|bearer|ticket|otp|session[-_]?(?:id|key|token)|jsessionid|phpsessid)$/i;
/** Innocent words that name a secret inside a URL (OAuth's `code`, Engine.IO's `sid`), or as a member of JSON. */
const SECRET_PARAMETER = /^(?:key|code|session|sid|cookie)$/i;
const SECRET_MEMBER = /^(?:session|sid|cookie)$/i;
/** A cookie like this is no credential, and hiding the word elsewhere would hide hosts and paths. */
const PLAIN_WORDS = /^[a-z]+(?:[-_./][a-z]+)*(?::\d+)?$|^\d+$/i;

/** The name before the next list item: a token follows. */
const TOKEN_ANNOUNCED =
  /^(?:bearer|basic|token|access[-_]?token|auth(?:orization)?(?:[-_]?token)?|jwt|api[-_]?key|session|ticket)$/i;
/** A subprotocol that is a marker, a separator and a token. */
const TOKEN_PREFIX =
  /^((?:[\w-]+\.)*?(?:base64url\.bearer\.authorization\.k8s\.io\.|[\w-]*(?:bearer|token|api-?key|auth(?:orization)?|jwt|secret|password|credential|ticket|session)[=._:|-]))(\S{8,})$/i;

/** `Authorization: …` in a body that quotes a request. */
const HEADER_LINE = /(\b(?:proxy-authorization|authorization|set-cookie|cookie|x-[\w-]{1,40}):[ \t]*)([^\r\n"]+)/gi;
const USERINFO = /(:\/\/)([^\s/?#@"'<>]{1,512})@/g;
/** In queries, fragments, path parameters and forms; the name stands at the start or behind a separator. */
const PARAMETER = /(^|[^\w%.-])([\w%.-]{1,80})=([^&;\s"'<>#,)\]}]+)/g;
/** SignalR's connection token: `id` behind the path of a hub, or 16 random octets in base64url under that name. */
const HUB_CONNECTION = /(hub\/?\?(?:[^\s"'#&]{0,200}&){0,8}id=|[?&]id=(?=[\w-]{22}(?![\w-])))([^\s&#"'<>]+)/gi;
const QUOTED_MEMBER = /("([\w-]{1,80})"\s*:\s*)"((?:[^"\\]|\\.)*)"?/g;
const SCHEME_AND_TOKEN = /\b(bearer|basic)\s+([\w\-.~+/]{8,}=*)/gi;
/** JSON Web Tokens, and keys that name their issuer. */
const KNOWN_TOKEN =
  /\beyJ[\w-]{5,4096}\.[\w-]{2,}(?:\.[\w-]*)?|\bsk-[\w-]{16,}|\bgh[opsu]_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[A-Z0-9]{16}\b/g;
