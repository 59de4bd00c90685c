/**
 * Writes large captures with known counts for the bench: classic pcap, Ethernet, IPv4, many sessions interleaved.
 * Everything follows from a seed, so the same name always means the same bytes.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

const CHUNK = 4 << 20;
const HEADERS = 14 + 20 + 32;
const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;

/** Small deterministic generator (xorshift32). */
function randomOf(seed) {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

class Writer {
  constructor(path) {
    this.file = openSync(path, 'w');
    this.buffer = Buffer.alloc(CHUNK);
    this.used = 24;
    this.packets = 0;
    this.bytes = 0;
    this.micros = 1_700_000_000_000_000;
    this.buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.buffer.writeUInt16LE(2, 4);
    this.buffer.writeUInt16LE(4, 6);
    this.buffer.writeUInt32LE(262144, 16);
    this.buffer.writeUInt32LE(1, 20);
  }

  /** Room for one packet of `payload` bytes: the offset of its payload; headers are written. */
  packet(connection, fromClient, flags, payloadLength) {
    const size = 16 + HEADERS + payloadLength;
    if (this.used + size > CHUNK) this.flush();
    const { buffer } = this;
    let at = this.used;
    this.used += size;
    this.packets++;
    this.micros += 3;
    buffer.writeUInt32LE(Math.floor(this.micros / 1e6), at);
    buffer.writeUInt32LE(this.micros % 1e6, at + 4);
    buffer.writeUInt32LE(HEADERS + payloadLength, at + 8);
    buffer.writeUInt32LE(HEADERS + payloadLength, at + 12);
    at += 16;
    buffer.writeUIntBE(0x020000000002, at, 6);
    buffer.writeUIntBE(0x020000000001, at + 6, 6);
    buffer.writeUInt16BE(0x0800, at + 12);
    at += 14;
    const { client, server } = connection;
    const [from, to] = fromClient ? [client, server] : [server, client];
    buffer.writeUInt32BE(0x45000000 | (20 + 32 + payloadLength), at);
    buffer.writeUInt32BE((((from.id++ & 0xffff) << 16) | 0x4000) >>> 0, at + 4);
    buffer.writeUInt32BE(0x40060000, at + 8);
    buffer.writeUInt32BE(from.address, at + 12);
    buffer.writeUInt32BE(to.address, at + 16);
    at += 20;
    buffer.writeUInt16BE(from.port, at);
    buffer.writeUInt16BE(to.port, at + 2);
    buffer.writeUInt32BE(from.next, at + 4);
    buffer.writeUInt32BE((flags & ACK) === 0 ? 0 : to.next, at + 8);
    buffer.writeUInt32BE(((0x80 << 24) | (flags << 16) | 512) >>> 0, at + 12);
    buffer.writeUInt32BE(0, at + 16);
    buffer.writeUInt32BE(0x0101080a, at + 20);
    buffer.writeUInt32BE(Math.floor(this.micros / 1000) >>> 0, at + 24);
    buffer.writeUInt32BE(0, at + 28);
    from.next = (from.next + payloadLength + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    return at + 32;
  }

  data(connection, fromClient, bytes) {
    const at = this.packet(connection, fromClient, PSH | ACK, bytes.length);
    bytes.copy(this.buffer, at);
  }

  flush() {
    writeSync(this.file, this.buffer, 0, this.used);
    this.bytes += this.used;
    this.used = 0;
  }

  close() {
    this.flush();
    closeSync(this.file);
  }
}

function connectionOf(index, port) {
  return {
    client: { address: 0x0a000000 + (index >>> 14) + 1, port: 1024 + (index & 0x3fff), next: index * 7919, id: index },
    server: { address: 0xc0a80001, port, next: index * 104729, id: index * 3 },
  };
}

function open(writer, connection) {
  writer.packet(connection, true, SYN, 0);
  writer.packet(connection, false, SYN | ACK, 0);
  writer.packet(connection, true, ACK, 0);
}

function close(writer, connection) {
  writer.packet(connection, true, FIN | ACK, 0);
  writer.packet(connection, false, FIN | ACK, 0);
  writer.packet(connection, true, ACK, 0);
}

function upgrade(writer, connection, index) {
  const key = createHash('md5').update(`key ${index}`).digest('base64');
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  writer.data(
    connection,
    true,
    Buffer.from(
      `GET /live/${index} HTTP/1.1\r\nHost: bench.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    ),
  );
  writer.data(
    connection,
    false,
    Buffer.from(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    ),
  );
}

/** One frame; client frames are masked. */
function frame(random, fromClient, opcode, length) {
  const lengthBytes = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const header = 2 + lengthBytes + (fromClient ? 4 : 0);
  const bytes = Buffer.alloc(header + length);
  bytes[0] = 0x80 | opcode;
  bytes[1] = (fromClient ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) bytes.writeUInt16BE(length, 2);
  if (lengthBytes === 8) bytes.writeUInt32BE(length, 6);
  const word = 'the quick brown fox jumps over the lazy dog {"id":123,"price":"4.56"} ';
  bytes.fill(word.slice(random(40)), header, header + length, 'latin1');
  if (fromClient) {
    const mask = [random(256), random(256), random(256), random(256)];
    for (let index = 0; index < 4; index++) bytes[2 + lengthBytes + index] = mask[index];
    for (let index = 0; index < length; index++) bytes[header + index] ^= mask[index & 3];
  }
  return bytes;
}

/** `sessions` sessions that exchange `frames` frames of about `size` bytes, an ACK for about every second one. */
export function smallFrames(path, { sessions, frames, size, seed = 1 }) {
  const writer = new Writer(path);
  const random = randomOf(seed);
  // A pool of frames: making each anew would take longer than analyzing it.
  const pools = [true, false].map((fromClient) =>
    Array.from({ length: 512 }, () => frame(random, fromClient, random(4) === 0 ? 2 : 1, 20 + random(2 * size - 40))),
  );
  const all = Array.from({ length: sessions }, (_, index) => connectionOf(index, 80));
  for (const [index, connection] of all.entries()) {
    open(writer, connection);
    upgrade(writer, connection, index);
  }
  for (let count = 0; count < frames; count++) {
    const connection = all[random(sessions)];
    const fromClient = random(2) === 0;
    writer.data(connection, fromClient, pools[fromClient ? 0 : 1][random(512)]);
    if (random(100) < 70) writer.packet(connection, !fromClient, ACK, 0);
  }
  const byes = [true, false].map((fromClient) => closeFrame(random, fromClient));
  for (const connection of all) {
    writer.data(connection, true, byes[0]);
    writer.data(connection, false, byes[1]);
    close(writer, connection);
  }
  writer.close();
  return { sessions, frames: frames + 2 * sessions, packets: writer.packets, bytes: writer.bytes };
}

function closeFrame(random, fromClient) {
  const bytes = frame(random, fromClient, 8, 2);
  const header = bytes.length - 2;
  bytes.writeUInt16BE(1000, header);
  if (fromClient) for (let index = 0; index < 2; index++) bytes[header + index] ^= bytes[2 + index];
  return bytes;
}

/** Few sessions, big messages in full segments. */
export function bulk(path, { sessions, messages, size, seed = 2 }) {
  const writer = new Writer(path);
  const random = randomOf(seed);
  const pools = [true, false].map((fromClient) => Array.from({ length: 4 }, () => frame(random, fromClient, 2, size)));
  const all = Array.from({ length: sessions }, (_, index) => connectionOf(index, 80));
  for (const [index, connection] of all.entries()) {
    open(writer, connection);
    upgrade(writer, connection, index);
  }
  for (let count = 0; count < messages; count++) {
    const connection = all[count % sessions];
    const fromClient = count % 2 === 0;
    const bytes = pools[fromClient ? 0 : 1][random(4)];
    for (let at = 0, segment = 0; at < bytes.length; at += 1448, segment++) {
      writer.data(connection, fromClient, bytes.subarray(at, at + 1448));
      if (segment % 2 === 1) writer.packet(connection, !fromClient, ACK, 0);
    }
  }
  const byes = [true, false].map((fromClient) => closeFrame(random, fromClient));
  for (const connection of all) {
    writer.data(connection, true, byes[0]);
    writer.data(connection, false, byes[1]);
    close(writer, connection);
  }
  writer.close();
  return { sessions, frames: messages + 2 * sessions, packets: writer.packets, bytes: writer.bytes };
}

/** Mostly other traffic: downloads over HTTP and SSH-like noise; one connection in twenty is WebSocket. */
export function mixed(path, { connections, segments, seed = 3 }) {
  const writer = new Writer(path);
  const random = randomOf(seed);
  const noise = Array.from({ length: 16 }, () => Buffer.from(Array.from({ length: 1448 }, () => random(256))));
  const text = Array.from({ length: 64 }, () => frame(random, false, 1, 20 + random(100)));
  const bye = [true, false].map((fromClient) => closeFrame(random, fromClient));
  const all = Array.from({ length: connections }, (_, index) => {
    const kind = index % 20 === 0 ? 'ws' : index % 2 === 0 ? 'http' : 'ssh';
    return { kind, ...connectionOf(index, kind === 'ssh' ? 22 : 80) };
  });
  for (const [index, connection] of all.entries()) {
    open(writer, connection);
    if (connection.kind === 'ws') upgrade(writer, connection, index);
    else if (connection.kind === 'http') {
      writer.data(connection, true, Buffer.from('GET /file HTTP/1.1\r\nHost: files.example.test\r\n\r\n'));
      writer.data(connection, false, Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n'));
    } else {
      writer.data(connection, false, Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
      writer.data(connection, true, Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
    }
  }
  let frames = 0;
  for (let count = 0; count < segments; count++) {
    const connection = all[random(connections)];
    if (connection.kind === 'ws') {
      writer.data(connection, false, text[random(64)]);
      frames++;
    } else writer.data(connection, false, noise[random(16)]);
    if (random(2) === 0) writer.packet(connection, true, ACK, 0);
  }
  let sessions = 0;
  for (const connection of all) {
    if (connection.kind === 'ws') {
      sessions++;
      writer.data(connection, true, bye[0]);
      writer.data(connection, false, bye[1]);
    }
    close(writer, connection);
  }
  writer.close();
  return { sessions, frames: frames + 2 * sessions, packets: writer.packets, bytes: writer.bytes };
}
