/**
 * Subprotocols that are told by their name in Sec-WebSocket-Protocol, and by no more: their messages are not read. Only names
 * that are known to be names are repeated, since some clients put credentials into that header.
 */
import { type CloseMeaning, NO_CLOSE_CODES } from './subprotocol.js';

export interface NamedSubprotocol {
  name: string;
  version: string | null;
  closeCodes: ReadonlyMap<number, CloseMeaning>;
}

/** Undefined for names that are not known. */
export const namedOnly = (token: string, target: string): NamedSubprotocol | undefined => {
  for (const [pattern, name, closeCodes] of NAMES) {
    const found = pattern.exec(token);
    if (found !== null) return { name, version: found[1] ?? null, closeCodes: closeCodes ?? NO_CLOSE_CODES };
  }
  // Pusher agrees on no name; its path and query are its own.
  const pusher = /^\/app\/[^/?]+\?(?:[^#]*&)?protocol=(\d{1,2})(?:&|$)/.exec(target);
  return pusher === null ? undefined : { name: 'pusher', version: pusher[1]!, closeCodes: PUSHER_CLOSE_CODES };
};

/** What a close code means in a subprotocol that is known by name only. */
export const namedCloseCodes = (name: string): ReadonlyMap<number, CloseMeaning> =>
  name === 'pusher' ? PUSHER_CLOSE_CODES : NO_CLOSE_CODES;

const PUSHER_CLOSE_CODES: ReadonlyMap<number, CloseMeaning> = new Map([
  [4000, { text: 'the application accepts TLS connections only' }],
  [4001, { text: 'the application does not exist' }],
  [4003, { text: 'the application is disabled' }],
  [4004, { text: 'the application is over its connection quota' }],
  [4005, { text: 'path not found' }],
  [4006, { text: 'invalid version string' }],
  [4007, { text: 'unsupported protocol version' }],
  [4008, { text: 'no protocol version given' }],
  [4009, { text: 'connection is not authorised' }],
  [4100, { text: 'over capacity, reconnect later' }],
  [4200, { text: 'generic reconnect immediately' }],
  [4201, { text: 'pong reply not received in time' }],
  [4202, { text: 'closed after inactivity' }],
  [4301, { text: 'client event rejected, rate limit exceeded' }],
]);

const NAMES: readonly (readonly [RegExp, string, ReadonlyMap<number, CloseMeaning>?])[] = [
  [/^actioncable-(v\d+)-msgpack$/, 'actioncable'],
  [/^actioncable-unsupported$/, 'actioncable'],
  [/^sip$/i, 'sip'],
  [/^xmpp(?:-framing)?$/i, 'xmpp'],
  [/^msrp$/i, 'msrp'],
  [/^coap$/i, 'coap'],
  [/^amqp(?:wsb10)?$/i, 'amqp'],
  [/^ocpp(\d\.\d(?:\.\d)?)$/i, 'ocpp'],
  [/^(v\d)\.channel\.k8s\.io$/, 'kubernetes-channel'],
  [/^(v\d)\.base64\.channel\.k8s\.io$/, 'kubernetes-channel'],
  [/^(v\d)\.portforward\.k8s\.io$/, 'kubernetes-portforward'],
  [/^janus-protocol$/, 'janus'],
  [/^vite-(?:hmr|ping)$/, 'vite'],
  [/^(?:json|protobuf)(?:\.reliable)?\.webpubsub\.azure\.(v\d)$/, 'azure-web-pubsub'],
  [/^binary$/, 'binary'],
  [/^base64$/, 'base64'],
  [/^soap$/i, 'soap'],
  [/^vnc$/i, 'vnc'],
  [/^tty$/, 'ttyd'],
  [/^rtmp$/i, 'rtmp'],
  [/^opcua\+(?:uacp|uajson)$/, 'opc-ua'],
  [/^ship$/, 'ship'],
  [/^bolt$/i, 'bolt'],
  [/^speech$/, 'speech'],
  [/^lwm2m$/i, 'lwm2m'],
  [/^v\d*\.?bfcp$|^bfcp$/i, 'bfcp'],
];
