/**
 * HAR 1.2 as a JSON Schema, from its specification (http://www.softwareishard.com/blog/har-12-spec/), stricter where the
 * specification only says so in words: URLs are absolute, dates ISO 8601, unknown durations -1, custom keys begin with
 * an underscore. `_webSocketMessages` is as DevTools writes it. Answers with what is wrong, or nothing.
 */
import { isIP } from 'node:net';
import { Ajv } from 'ajv';

type Schema = Record<string, unknown>;

const text = { type: 'string' };
const flag = { type: 'boolean' };
/** In octets; -1 where unknown. */
const size = { type: 'integer', minimum: -1 };
/** In milliseconds. */
const duration = { type: 'number', minimum: 0 };
const optionalDuration = { anyOf: [{ const: -1 }, duration] };
const date = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+(?:Z|[+-]\\d\\d:\\d\\d)$' };

const list = (items: Schema): Schema => ({ type: 'array', items });

/** Keys that end in `?` may be missing, as may comments; others are allowed with an underscore only. */
const object = (keys: Record<string, Schema>): Schema => ({
  type: 'object',
  required: Object.keys(keys).filter((key) => !key.endsWith('?')),
  properties: {
    ...Object.fromEntries(Object.entries(keys).map(([key, schema]) => [key.replace('?', ''), schema])),
    comment: text,
  },
  patternProperties: { '^_': {} },
  additionalProperties: false,
});

const pair = object({ name: text, value: text });

const cookie = object({
  name: text,
  value: text,
  'path?': text,
  'domain?': text,
  'expires?': date,
  'httpOnly?': flag,
  'secure?': flag,
});

const request = object({
  method: { type: 'string', minLength: 1 },
  url: { type: 'string', format: 'absolute-url', not: { pattern: '#' } },
  httpVersion: { type: 'string', pattern: '^HTTP/\\d' },
  cookies: list(cookie),
  headers: list(pair),
  queryString: list(pair),
  'postData?': object({ mimeType: text, 'params?': list(object({ name: text, 'value?': text })), 'text?': text }),
  headersSize: size,
  bodySize: size,
});

const response = object({
  status: { type: 'integer', minimum: 0, maximum: 999 },
  statusText: text,
  httpVersion: text,
  cookies: list(cookie),
  headers: list(pair),
  content: object({
    size: { type: 'integer', minimum: 0 },
    'compression?': { type: 'integer' },
    mimeType: text,
    'text?': text,
    'encoding?': text,
  }),
  redirectURL: text,
  headersSize: size,
  bodySize: size,
});

const timings = object({
  'blocked?': optionalDuration,
  'dns?': optionalDuration,
  'connect?': optionalDuration,
  'ssl?': optionalDuration,
  send: duration,
  wait: duration,
  receive: duration,
});

/** Text as it is, everything else as base64. */
const message = {
  ...object({ type: { enum: ['send', 'receive'] }, time: duration, opcode: { enum: [1, 2, 8, 9, 10] }, data: text }),
  anyOf: [
    { properties: { opcode: { const: 1 } } },
    { properties: { data: { pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' } } },
  ],
};

const entry = object({
  'pageref?': text,
  startedDateTime: date,
  time: duration,
  request,
  response,
  cache: object({ 'beforeRequest?': {}, 'afterRequest?': {} }),
  timings,
  'serverIPAddress?': { type: 'string', format: 'ip-address' },
  'connection?': { type: 'string', pattern: '^\\d+$' },
  _resourceType: { const: 'websocket' },
  _webSocketMessages: list(message),
});

const schema = object({
  log: object({
    version: { const: '1.2' },
    creator: object({ name: text, version: text }),
    'browser?': object({ name: text, version: text }),
    'pages?': list(object({ startedDateTime: date, id: text, title: text, pageTimings: object({}) })),
    entries: list(entry),
  }),
});

const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
ajv.addFormat('absolute-url', (value: string) => URL.canParse(value));
ajv.addFormat('ip-address', (value: string) => isIP(value) > 0);
const validate = ajv.compile(schema);

export const harErrors = (har: unknown): string[] =>
  validate(har) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
