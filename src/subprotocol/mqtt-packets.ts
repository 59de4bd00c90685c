/**
 * MQTT control packets of one direction out of WebSocket messages (MQTT 3.1.1 2.2, MQTT 5 2.1, both section 6: a message
 * may hold several packets or a part of one). Keeps the beginning of each packet, which holds all but application data.
 */
import type { Content } from './content.js';

/** Kept of a packet: a CONNECT with client id, will and user name fits; the payload of a PUBLISH need not. */
const PACKET_KEPT = 4096;
/** Packets of one message: more are possible and say nothing new. */
const PACKETS_PER_MESSAGE = 4096;

export interface MqttPacket {
  /** 1 (CONNECT) to 15 (AUTH). */
  type: number;
  flags: number;
  /** Variable header and payload, PACKET_KEPT octets at most. A view. */
  body: Uint8Array;
}

export class MqttPackets {
  private readonly kept = new Uint8Array(PACKET_KEPT);
  private keptLength = 0;
  /** Octets of the packet still to come; -1 while its length is not known. */
  private remaining = -1;
  private flags = 0;
  private header: number[] = [];
  /** Set where octets had to be a fixed header and are none, for whoever asks after each message. */
  misfit: number | undefined;

  /** The packets that end in this message. Where octets are missing or make no sense, the next message begins a packet. */
  *read(content: Content): Generator<MqttPacket> {
    const { bytes } = content;
    let at = 0;
    for (let count = 0; at < bytes.length && count < PACKETS_PER_MESSAGE; count++) {
      while (this.remaining < 0 && at < bytes.length) {
        this.header.push(bytes[at++]!);
        if (!this.readHeader()) {
          this.misfit = this.header[0];
          this.reset();
          return;
        }
      }
      if (this.remaining < 0) return;
      const take = Math.min(this.remaining, bytes.length - at);
      this.keep(bytes.subarray(at, at + take));
      at += take;
      this.remaining -= take;
      if (this.remaining > 0) break;
      yield { type: this.flags >> 4, flags: this.flags & 0x0f, body: this.kept.subarray(0, this.keptLength) };
      this.reset();
    }
    if (!content.isWhole) this.miss(content.length - bytes.length);
  }

  /** False for octets that are no fixed header. */
  private readHeader(): boolean {
    const { header } = this;
    const last = header.at(-1)!;
    if (header.length === 1) return isFirstOctet(last);
    if (last >= 0x80) return header.length < 5;
    this.flags = header[0]!;
    this.remaining = header.slice(1).reduce((sum, octet, index) => sum + (octet & 0x7f) * 128 ** index, 0);
    return true;
  }

  private keep(octets: Uint8Array): void {
    const room = octets.subarray(0, PACKET_KEPT - this.keptLength);
    this.kept.set(room, this.keptLength);
    this.keptLength += room.length;
  }

  /** The end of a message is not there. Inside a packet that is longer still, only its data are missed. */
  private miss(length: number): void {
    if (this.remaining > length && length > 0) this.remaining -= length;
    else this.reset();
  }

  private reset(): void {
    this.header = [];
    this.remaining = -1;
    this.keptLength = 0;
  }
}

/** MQTT 2.1.3: every type but PUBLISH has flags of its own that never change. */
const isFirstOctet = (octet: number): boolean => {
  const type = octet >> 4;
  const flags = octet & 0x0f;
  if (type === 0) return false;
  if (type === 3) return (flags & 0x06) !== 0x06;
  return flags === (type === 6 || type === 8 || type === 10 ? 2 : 0);
};
