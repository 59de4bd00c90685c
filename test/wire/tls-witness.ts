/**
 * Real handshakes between node:tls and itself, over streams in memory: what each side wrote, in order, as an independent
 * witness of what TLS looks like on the wire.
 */
import { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  TLSSocket as Socket,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import type { Side } from '../../src/stream/side.js';
import { CERTIFICATE, KEY } from './tls-certificates.js';

export interface Transcript {
  /** One write of a side; its index is its packet number minus one. */
  writes: { side: Side; bytes: Uint8Array }[];
  /** For resuming; undefined when none came. */
  session: Buffer | undefined;
  protocol: string | null;
  error: string | undefined;
  /** Lines as SSLKEYLOGFILE has them. */
  keyLog: string;
}

/** Runs a handshake; if it succeeds, the client asks `ask`, the server answers `reply`, and the client leaves. */
export async function handshake(
  client: ConnectionOptions,
  server: TlsOptions & { ecdhCurve?: string },
  { ask = 'ask', reply = 'reply' } = {},
): Promise<Transcript> {
  const transcript: Transcript = { writes: [], session: undefined, protocol: null, error: undefined, keyLog: '' };
  const [left, right] = pair(transcript);
  const secureContext = createSecureContext({ key: KEY, cert: CERTIFICATE, ...server } as object);
  const accepted = new Socket(right, { isServer: true, secureContext, ...server });
  const connected = connect({ rejectUnauthorized: false, ...client, socket: left });
  const closed = Promise.all([over(accepted, transcript), over(connected, transcript)]);
  connected.on('session', (session) => {
    transcript.session = session;
  });
  connected.on('keylog', (line) => {
    transcript.keyLog += line.toString('latin1');
  });
  connected.on('secureConnect', () => {
    transcript.protocol = connected.getProtocol();
    connected.write(ask);
  });
  accepted.on('data', () => accepted.write(reply));
  connected.on('data', () => connected.end());
  await closed;
  return transcript;
}

function over(socket: TLSSocket, transcript: Transcript): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      transcript.error ??= error.code ?? error.message;
      socket.destroy();
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve());
  });
}

function pair(transcript: Transcript): [Duplex, Duplex] {
  const make = (side: Side, other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        transcript.writes.push({ side, bytes: new Uint8Array(chunk) });
        setImmediate(() => {
          other().push(chunk);
          done();
        });
      },
      final(done) {
        setImmediate(() => {
          other().push(null);
          done();
        });
      },
      destroy(error, done) {
        setImmediate(() => {
          other().push(null);
          done(error);
        });
      },
    });
  const left: Duplex = make('client', () => right);
  const right: Duplex = make('server', () => left);
  return [left, right];
}
