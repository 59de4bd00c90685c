/**
 * The headers Cookie and Set-Cookie as HAR's lists of cookies (RFC 6265 4, 5.2). Values are as redacted as in the
 * headers. Attributes that HAR has no key for stay in the header alone.
 */
type Headers = readonly (readonly [name: string, value: string])[];

export interface HarCookie {
  name: string;
  value: string;
  path?: string;
  domain?: string;
  /** ISO 8601. */
  expires?: string;
  httpOnly?: boolean;
  secure?: boolean;
}

/** Cookies of a request. */
export const sentCookies = (headers: Headers): HarCookie[] =>
  valuesOf(headers, 'cookie')
    .flatMap((value) => value.split(';'))
    .filter((pair) => pair.trim() !== '')
    .map(pairOf);

/** Cookies of a response, one a header. */
export const setCookies = (headers: Headers): HarCookie[] =>
  valuesOf(headers, 'set-cookie').map((value) => {
    const [pair = '', ...attributes] = value.split(';');
    const cookie: HarCookie = { ...pairOf(pair), httpOnly: false, secure: false };
    for (const { name, value } of attributes.map(pairOf)) {
      switch ((name || value).toLowerCase()) {
        case 'path':
          cookie.path = value;
          break;
        case 'domain':
          cookie.domain = value;
          break;
        case 'expires':
          if (HTTP_DATE.test(value)) Object.assign(cookie, dateOf(value));
          break;
        case 'httponly':
          cookie.httpOnly = true;
          break;
        case 'secure':
          cookie.secure = true;
          break;
      }
    }
    return cookie;
  });

const valuesOf = (headers: Headers, wanted: string): string[] =>
  headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);

/** Without `=` it is a value without a name, as browsers read it. */
const pairOf = (pair: string): { name: string; value: string } => {
  const equals = pair.indexOf('=');
  return { name: pair.slice(0, Math.max(0, equals)).trim(), value: pair.slice(equals + 1).trim() };
};

/** One wrong date makes a browser refuse the whole file. */
const dateOf = (value: string): { expires?: string } => {
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? {} : { expires: new Date(ms).toISOString() };
};

/** RFC 9110 5.6.7, and the same with hyphens as many servers write it. Always GMT: no time zone of this machine enters. */
const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{4} \d{2}:\d{2}:\d{2} GMT$/;
