/**
 * Commands and replies of Centrifugo out of one message, in either encoding: which verb, which id, which error. Field
 * numbers are those of its client protocol (Command, Reply, Error, ConnectResult).
 */
import type { Side } from '../stream/side.js';
import { type Content, clip, isObject, member, parseJson, toCount, toText } from './content.js';
import { readFields, readVarint } from './protobuf.js';

export interface CentrifugoMessage {
  /** connect, subscribe, publish, push, …; undefined when there is none: a ping or a pong. */
  verb: string | undefined;
  id: string | undefined;
  error: { code: string; text: string } | undefined;
  /** Of a reply to connect. */
  connected: { pingSeconds: number; server: string } | undefined;
}

/** Fields of Command by number. */
const VERBS: Readonly<Record<number, string>> = {
  4: 'connect',
  5: 'subscribe',
  6: 'unsubscribe',
  7: 'publish',
  8: 'presence',
  9: 'presence_stats',
  10: 'history',
  11: 'ping',
  12: 'send',
  13: 'rpc',
  14: 'refresh',
  15: 'sub_refresh',
};

/** Fields of Reply by number, besides id, error, push and connect. */
const REPLIES: Readonly<Record<number, string>> = {
  6: 'subscribe',
  7: 'unsubscribe',
  8: 'publish',
  9: 'presence',
  10: 'presence_stats',
  11: 'history',
  12: 'ping',
  13: 'rpc',
  14: 'refresh',
  15: 'sub_refresh',
};

const VERB_NAMES: ReadonlySet<string> = new Set([...Object.values(VERBS), 'push']);

/** Verbs of protocol 1, whose commands carry a number instead of a member of that name. */
const METHODS = [
  'connect',
  'subscribe',
  'unsubscribe',
  'publish',
  'presence',
  'presence_stats',
  'history',
  'ping',
  'send',
  'rpc',
  'refresh',
  'sub_refresh',
];

/** One JSON object a line; lines that are none are left out. */
export function* readJsonMessages({ text, isWhole }: Content, limit: number): Generator<CentrifugoMessage> {
  if (!isWhole) return;
  for (const line of text.split('\n', limit)) {
    const value = line.startsWith('{') ? parseJson(line) : undefined;
    if (isObject(value)) yield fromObject(value);
  }
}

const fromObject = (value: Readonly<Record<string, unknown>>): CentrifugoMessage => {
  const id = member(value, 'id');
  const error = member(value, 'error');
  // Protocol 1 answers with a result of no name, and pushes with one that has no id.
  const old = member(value, 'result');
  const result = member(value, 'connect') ?? old;
  const named = Object.keys(value).find((key) => VERB_NAMES.has(key));
  return {
    verb: named ?? oldVerb(value) ?? (isObject(old) && !(Number(id) > 0) ? 'push' : undefined),
    id: typeof id === 'number' && id > 0 ? String(id) : undefined,
    error: isObject(error)
      ? { code: toText(member(error, 'code')), text: toText(member(error, 'message')) }
      : undefined,
    connected: isObject(result) && typeof member(result, 'client') === 'string' ? fromResult(result) : undefined,
  };
};

const fromResult = (result: Readonly<Record<string, unknown>>) => ({
  pingSeconds: toCount(member(result, 'ping')) ?? 0,
  server: clip(toText(member(result, 'version')), 60),
});

/** Protocol 1: {"id": 1, "method": 2, "params": …}, and connect without a method because it is 0. */
const oldVerb = (value: Readonly<Record<string, unknown>>): string | undefined => {
  const method = member(value, 'method');
  if (typeof method === 'number') return METHODS[method];
  if (typeof method === 'string') return VERB_NAMES.has(method) ? method : undefined;
  return isObject(member(value, 'params')) ? METHODS[0] : undefined;
};

/** Messages with their length before them. */
export function* readProtobufMessages({ bytes }: Content, limit: number, side: Side): Generator<CentrifugoMessage> {
  let at = 0;
  for (let count = 0; count < limit && at < bytes.length; count++) {
    const length = readVarint(bytes, at);
    if (length === undefined || length.end + length.value > bytes.length) return;
    at = length.end + length.value;
    yield fromFields(bytes.subarray(length.end, at), side);
  }
}

const fromFields = (bytes: Uint8Array, side: Side): CentrifugoMessage => {
  const message: CentrifugoMessage = { verb: undefined, id: undefined, error: undefined, connected: undefined };
  for (const { number, value, octets } of readFields(bytes)) {
    if (number === 1 && value > 0) message.id = String(value);
    else if (side === 'client') message.verb ??= VERBS[number];
    else if (number === 2) message.error = readError(octets);
    else if (number === 4) message.verb = 'push';
    else if (number === 5) {
      message.verb = 'connect';
      message.connected = readConnectResult(octets);
    } else message.verb ??= REPLIES[number];
  }
  return message;
};

const readError = (octets: Uint8Array): { code: string; text: string } => {
  const error = { code: '', text: '' };
  for (const field of readFields(octets)) {
    if (field.number === 1) error.code = String(field.value);
    if (field.number === 2) error.text = clip(Buffer.from(field.octets).toString('utf8'));
  }
  return error;
};

const readConnectResult = (octets: Uint8Array): { pingSeconds: number; server: string } => {
  const result = { pingSeconds: 0, server: '' };
  for (const field of readFields(octets)) {
    if (field.number === 2) result.server = clip(Buffer.from(field.octets).toString('utf8'), 60);
    if (field.number === 7) result.pingSeconds = field.value;
  }
  return result;
};
