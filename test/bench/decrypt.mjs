// `npm run build && node test/bench/decrypt.mjs`: how fast protected records are opened, as a ratio to `openssl speed` of
// the same cipher over as many octets at once. One thread each, in turns; of some rounds the best of each counts, since a
// busy machine only ever slows down. Small records show what a call of node:crypto costs, large ones the cipher.
import { spawnSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { cipherParameters } from '../../dist/tls/cipher-parameters.js';
import { trafficKeys } from '../../dist/tls/key-schedule.js';
import { Tls13Protection } from '../../dist/tls/record-protection.js';

/** Numbers of the registry "TLS Cipher Suites", and what `openssl speed` calls their ciphers. */
const SUITES = [
  [0x1301, 'aes-128-gcm'],
  [0x1302, 'aes-256-gcm'],
  [0x1303, 'chacha20-poly1305'],
];
/** Octets of content: a chat message, a segment, the longest record. */
const LENGTHS = [128, 1400, 16_383];
const ROUNDS = 3;
const ROUND_MS = 400;
const RECORDS = 64;

const row = (...cells) =>
  console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(16))).join(''));
row('cipher', 'octets a record', 'opened MB/s', 'us a record', 'openssl MB/s', 'ratio');
for (const [number, name] of SUITES) {
  for (const length of LENGTHS) {
    const parameters = cipherParameters(number);
    const keys = trafficKeys(randomBytes(parameters.hash === 'sha384' ? 48 : 32), parameters);
    const records = Array.from({ length: RECORDS }, (_, sequence) => seal(parameters, keys, sequence, length));
    let [opened, reference] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      opened = Math.max(opened, openingSpeed(new Tls13Protection(parameters, keys), records, length));
      reference = Math.max(reference, opensslSpeed(name, length + 1));
    }
    row(
      name,
      String(length),
      (opened / 1e6).toFixed(0),
      ((length / opened) * 1e6).toFixed(1),
      Number.isNaN(reference) ? '-' : (reference / 1e6).toFixed(0),
      Number.isNaN(reference) ? '-' : (opened / reference).toFixed(2),
    );
  }
}

/** One record of TLS 1.3 with application data (RFC 8446 5.2), made by node:crypto alone. */
function seal({ algorithm, tagLength }, { key, iv }, sequence, length) {
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
  const size = length + 1 + tagLength;
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from([23, 3, 3, size >> 8, size & 0xff]));
  const inner = Buffer.concat([randomBytes(length), Buffer.of(23)]);
  const sealed = Buffer.concat([cipher.update(inner), cipher.final()]);
  return { type: 23, version: 0x0303, body: Buffer.concat([sealed, cipher.getAuthTag()]) };
}

/** Octets of content a second. */
function openingSpeed(protection, records, length) {
  const began = process.hrtime.bigint();
  let [count, spent] = [0, 0];
  while (spent < ROUND_MS * 1e6) {
    for (const [sequence, record] of records.entries()) {
      if (protection.open(record, sequence)?.content.length !== length) throw new Error('a record did not open');
    }
    count += records.length;
    spent = Number(process.hrtime.bigint() - began);
  }
  return (count * length * 1e9) / spent;
}

/** Octets a second; NaN where there is no openssl command. */
function opensslSpeed(name, length) {
  const { stdout, error } = spawnSync(
    'openssl',
    ['speed', '-mr', '-elapsed', '-decrypt', '-seconds', '1', '-bytes', String(length), '-evp', name],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const speed = /^\+F:\d+:[^:]+:([\d.]+)/m.exec(stdout ?? '')?.[1];
  return error !== undefined || speed === undefined ? Number.NaN : Number(speed);
}
