/**
 * The value of Sec-WebSocket-Extensions → extensions with their parameters (RFC 6455 9.1). Knows the grammar, not what
 * any extension means.
 */
import { headerValues, splitOutsideQuotes } from '../http/header-fields.js';
import type { Header } from '../http/http-facts.js';

export interface ExtensionParameter {
  /** Lower-cased. */
  name: string;
  /** Unquoted; undefined for a parameter without a value. */
  value: string | undefined;
}

export interface Extension {
  /** As written. */
  text: string;
  /** Lower-cased. */
  name: string;
  parameters: ExtensionParameter[];
}

export interface ExtensionList {
  extensions: Extension[];
  /** Elements that do not follow the grammar, as written. */
  malformed: string[];
}

/** More are nobody's offer; each would be judged against all others. */
const MAX_EXTENSIONS = 64;

export function parseExtensions(headers: readonly Header[]): ExtensionList {
  const list: ExtensionList = { extensions: [], malformed: [] };
  const elements = headerValues(headers, 'sec-websocket-extensions').flatMap((value) => splitOutsideQuotes(value, ','));
  for (const element of elements.filter((text) => text !== '').slice(0, MAX_EXTENSIONS)) {
    const extension = parseExtension(element);
    if (extension === undefined) list.malformed.push(element);
    else list.extensions.push(extension);
  }
  return list;
}

function parseExtension(text: string): Extension | undefined {
  const [name = '', ...rest] = splitOutsideQuotes(text, ';');
  const parameters = rest.map(parseParameter);
  if (!TOKEN.test(name) || !parameters.every((parameter) => parameter !== undefined)) return undefined;
  return { text, name: name.toLowerCase(), parameters };
}

function parseParameter(text: string): ExtensionParameter | undefined {
  const [, name, token, quoted] = PARAMETER.exec(text) ?? [];
  if (name === undefined) return undefined;
  const value = quoted === undefined ? token : quoted.replace(/\\(.)/gs, '$1');
  // RFC 6455 9.1: after unescaping, a quoted value must be a token, too.
  if (value !== undefined && !TOKEN.test(value)) return undefined;
  return { name: name.toLowerCase(), value };
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Blanks around the equals sign are tolerated, as most servers do. */
const PARAMETER = /^([^\s=";]+)(?:[ \t]*=[ \t]*(?:([^\s";=]+)|"((?:[^"\\]|\\.)*)"))?$/s;
