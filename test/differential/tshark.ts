/** What tshark makes of a capture: one run a file, kept for all tests that ask. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { SAMPLES } from '../wire/sample-table.js';

export const hasTshark = ((): boolean => {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export interface TsharkPacket {
  number: number;
  /** Undefined for what is no TCP. */
  stream: number | undefined;
  /** The higher port is the client's in every sample. */
  from: 'client' | 'server';
  payloadBytes: number;
  retransmission: boolean;
  /** SYN to the ACK that completes the handshake, in milliseconds; only where it was seen. */
  initialRttMs: number | undefined;
  closeCode: number | undefined;
  frames: { opcode: number; payloadBytes: number }[];
}

const FIELDS = [
  'frame.number',
  'tcp.stream',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.len',
  'tcp.analysis.retransmission',
  'tcp.analysis.initial_rtt',
  'websocket.payload.close.status_code',
  'websocket.opcode',
  'websocket.payload_length',
  'websocket.payload_length_ext_16',
  'websocket.payload_length_ext_64',
];

const runs = new Map<string, TsharkPacket[]>();

export function tsharkOf(name: string): TsharkPacket[] {
  const known = runs.get(name);
  if (known !== undefined) return known;
  const keyLog = SAMPLES + name.replace(/\.pcap.*$/, '.keylog');
  const options = ['-n', '-2', '-o', 'tcp.reassemble_out_of_order:TRUE'];
  if (existsSync(keyLog)) options.push('-o', `tls.keylog_file:${keyLog}`);
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const text = execFileSync('tshark', [...options, '-r', SAMPLES + name, '-T', 'fields', ...fields], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packets = text.split('\n').filter(Boolean).map(readLine);
  runs.set(name, packets);
  return packets;
}

function readLine(line: string): TsharkPacket {
  const [number, stream, source, destination, length, again, rtt, code, opcodes, lengths, ext16, ext64] =
    line.split('\t');
  const numbers = (list: string | undefined) => (list === undefined || list === '' ? [] : list.split(',').map(Number));
  const [short, long] = [numbers(ext16), numbers(ext64)];
  const sizes = numbers(lengths).map((size) => (size === 126 ? short.shift()! : size === 127 ? long.shift()! : size));
  return {
    number: Number(number),
    stream: stream === undefined || stream === '' ? undefined : Number(stream),
    from: Number(source) > Number(destination) ? 'client' : 'server',
    payloadBytes: Number(length),
    retransmission: again !== undefined && again !== '',
    initialRttMs: rtt === undefined || rtt === '' ? undefined : Number(rtt) * 1000,
    closeCode: numbers(code)[0],
    frames: numbers(opcodes).map((opcode, index) => ({ opcode, payloadBytes: sizes[index]! })),
  };
}
