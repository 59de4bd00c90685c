// What a recorded peer does on an open WebSocket, told as words on a command line, and the count of the
// frames it really put on the wire. Both ws-client.mjs and ws-server.mjs speak these words:
//
//   text:WORDS          a text message            letters:N     a text message of N letters
//   latin-1:WORDS       the same, not in UTF-8
//   bytes:N             a binary message          ping:WORDS    pong:WORDS
//   fragments:N[:ping]  a text message in N frames, with a ping after the first
//   wait:MS             hear:N  until N messages came in all     hear-pong
//   close[:CODE[:REASON]]       vanish  end the socket without a Close     reset  send an RST

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sender } from 'ws';

const OPCODE_NAMES = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };

/** Counts every frame this process sends, as the keys of the report do; payload bytes as they go on the wire. */
export function tallyFrames() {
  const frames = { text: 0, binary: 0, continuation: 0, ping: 0, pong: 0, close: 0 };
  const tally = { frames, messages: 0, payloadBytes: 0 };
  const frame = Sender.frame;
  Sender.frame = (data, options) => {
    frames[OPCODE_NAMES[options.opcode]] += 1;
    tally.payloadBytes += Buffer.byteLength(data);
    if (options.fin && options.opcode < 0x8) tally.messages += 1;
    return frame(data, options);
  };
  return tally;
}

/** The peer's own half of the truth; `heard` is what its library told the application. */
export function writeTruth(file, tally, heard) {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ sent: tally, heard })}\n`);
}

/** What the application hears: messages, pings, pongs, how it ended. */
export function listen(socket) {
  const heard = { messages: 0, pings: 0, pongs: 0, close: null };
  socket.on('message', () => {
    heard.messages += 1;
  });
  socket.on('ping', () => {
    heard.pings += 1;
  });
  socket.on('pong', () => {
    heard.pongs += 1;
  });
  socket.on('close', (code, reason) => {
    heard.close = { code, reason: reason.toString() };
  });
  socket.on('error', (error) => console.error(error.message));
  return heard;
}

/** Performs the steps one after the other. */
export async function perform(socket, steps, heard) {
  for (const step of steps) {
    const [verb, ...words] = step.split(':');
    const rest = words.join(':');
    if (verb === 'text') socket.send(rest);
    else if (verb === 'latin-1') socket.send(Buffer.from(rest, 'latin1'), { binary: false });
    else if (verb === 'letters') socket.send(letters(Number(rest)));
    else if (verb === 'bytes') socket.send(Buffer.from(Array.from({ length: Number(rest) }, (_, i) => i & 0xff)));
    else if (verb === 'ping') socket.ping(rest);
    else if (verb === 'pong') socket.pong(rest);
    else if (verb === 'fragments') await sendFragments(socket, Number(words[0]), words[1] === 'ping');
    else if (verb === 'wait') await sleep(Number(rest));
    else if (verb === 'hear') await until(() => heard.messages >= Number(rest), socket);
    else if (verb === 'hear-pong') await until(() => heard.pongs > 0, socket);
    else if (verb === 'close') socket.close(...closeArguments(words));
    else if (verb === 'vanish') socket.terminate();
    else if (verb === 'reset') socket._socket.resetAndDestroy();
    else throw new Error(`no such step: ${step}`);
    // One step, one packet: what is said in one breath would share a segment.
    await sleep(5);
  }
}

async function sendFragments(socket, count, withPing) {
  for (let i = 1; i <= count; i++) {
    socket.send(`part ${i} of ${count}${i < count ? ', ' : '.'}`, { fin: i === count });
    await sleep(5);
    if (i === 1 && withPing) socket.ping('in between');
    await sleep(5);
  }
}

async function until(condition, socket) {
  while (!condition() && socket.readyState === socket.OPEN) await sleep(2);
}

function closeArguments([code, ...reason]) {
  return code === undefined ? [] : [Number(code), reason.join(':')];
}

function letters(count) {
  const line = 'The quick brown fox jumps over the lazy dog. ';
  return line.repeat(Math.ceil(count / line.length)).slice(0, count);
}
