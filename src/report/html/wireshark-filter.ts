/** Display filters of Wireshark that show what a report speaks of. Made of numbers and addresses only. */
import { isIP } from 'node:net';
import type { PacketPlace, SessionReport } from '../report.js';

/** The packets of one file; numbers of other files mean something else there. */
export const packetFilter = (places: readonly PacketPlace[]): string => {
  const numbers = [...new Set(places.map(({ packet }) => packet))].sort((a, b) => a - b);
  return numbers.length === 1 ? `frame.number == ${numbers[0]}` : `frame.number in {${numbers.join(', ')}}`;
};

/** The connection of a session; undefined where an end is no address. */
export const streamFilter = ({ client, server, tcp }: SessionReport): string | undefined => {
  const ends = [client, server].map(endOf);
  const [a, b] = ends;
  if (a === undefined || b === undefined) return undefined;
  const ip = a.version === 6 ? 'ipv6' : 'ip';
  const transport = tcp === null ? 'udp' : 'tcp';
  return `${ip}.addr == ${a.address} && ${ip}.addr == ${b.address} && ${transport}.port == ${a.port} && ${transport}.port == ${b.port}`;
};

const endOf = (text: string): { address: string; port: number; version: number } | undefined => {
  const [, bracketed, plain, port = ''] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const version = isIP(address);
  return version === 0 ? undefined : { address, port: Number(port), version };
};
