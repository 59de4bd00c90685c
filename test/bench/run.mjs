/**
 * `npm run bench [-- --runs 5] [--tshark] [--only small]`: how long wscope takes, as a user runs it, beside programs that
 * do less (tcpdump copies packets, pcap-parser splits them) and one that does as much (tshark, slow: only when asked
 * for). Captures are generated once, into .bench/. Runs are interleaved, so that a slow minute of the machine hits all
 * alike; the median counts. Ends with status 1 when wscope's counts are not the generator's.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bulk, mixed, smallFrames } from './generate.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = join(ROOT, '.bench');
const WSCOPE = join(ROOT, 'bin/wscope.js');
const SPLIT = join(ROOT, 'test/bench/split-packets.mjs');
/** GNU time tells a child's peak memory and processor time; without it those columns stay empty. */
const GNU_TIME = '/usr/bin/time';

/** What each capture is made of. A change of the parameters makes a new file. */
const CAPTURES = [
  { name: 'small', says: 'small frames', make: smallFrames, with: { sessions: 5341, frames: 1_100_000, size: 305 } },
  { name: 'bulk', says: 'large messages', make: bulk, with: { sessions: 40, messages: 6000, size: 65_536 } },
  {
    name: 'mixed',
    says: 'other traffic, 5 % WebSocket',
    make: mixed,
    with: { connections: 20_000, segments: 500_000 },
  },
];

const PROGRAMS = [
  { name: 'tcpdump', command: (file) => ['tcpdump', '-r', file, '-w', '/dev/null'] },
  { name: 'wscope', command: (file) => [process.execPath, WSCOPE, '--json', file] },
  { name: 'pcap-parser', command: (file) => [process.execPath, '--no-deprecation', SPLIT, file] },
];
const TSHARK = {
  name: 'tshark',
  command: (file) =>
    ['tshark', '-r', file, '-Y', 'websocket', '-T', 'fields'].concat(
      ['frame.number', 'websocket.opcode', 'websocket.payload_length'].flatMap((field) => ['-e', field]),
    ),
};

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    tshark: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const runs = Number(options.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs wants a number from 1 up');

const scratch = mkdtempSync(join(tmpdir(), 'wscope-bench-'));
try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function bench() {
  let isRight = true;
  for (const capture of CAPTURES.filter(({ name }) => options.only === undefined || name === options.only)) {
    const { path, truth } = generated(capture);
    console.log(
      `\n${capture.name}.pcap: ${capture.says}, ${whole(truth.packets)} packets, ${mebibytes(statSync(path).size)}, ` +
        `${whole(truth.sessions)} sessions, ${whole(truth.frames)} frames`,
    );
    const counts = await countsOf(path);
    const agrees = counts.sessions === truth.sessions && counts.frames === truth.frames && counts.ok === truth.sessions;
    isRight &&= agrees;
    console.log(
      `wscope counts ${whole(counts.sessions)} sessions (${whole(counts.ok)} ok) and ${whole(counts.frames)} frames: ` +
        (agrees ? 'right' : 'WRONG'),
    );
    table(measured(path));
  }
  return isRight;
}

/** The capture, made when it is not there or was made with other parameters, and what is in it. */
function generated({ name, make, with: parameters }) {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `bench-${name}.pcap`);
  const note = join(FOLDER, `bench-${name}.json`);
  if (existsSync(path) && existsSync(note)) {
    const known = JSON.parse(readFileSync(note, 'utf8'));
    if (JSON.stringify(known.parameters) === JSON.stringify(parameters)) return { path, truth: known.truth };
  }
  process.stderr.write(`making ${path}\n`);
  const truth = make(path, parameters);
  writeFileSync(note, JSON.stringify({ parameters, truth }));
  return { path, truth };
}

/** What wscope says is in the capture. */
async function countsOf(path) {
  const child = spawn(process.execPath, [WSCOPE, '--ndjson', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const counts = { sessions: 0, ok: 0, frames: 0 };
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"type":"session"')) continue;
    const { outcome, websocket } = JSON.parse(line);
    counts.sessions++;
    if (outcome === 'ok') counts.ok++;
    for (const side of Object.values(websocket?.frames ?? {})) {
      for (const count of Object.values(side)) counts.frames += count;
    }
  }
  return counts;
}

/** Times and peaks of every program, interleaved; the first round only warms the page cache. */
function measured(path) {
  const programs = (options.tshark ? [...PROGRAMS, TSHARK] : PROGRAMS).filter(({ command }) => isThere(command('')[0]));
  const results = new Map(programs.map(({ name }) => [name, []]));
  for (const program of PROGRAMS) if (programs.includes(program)) run(program.command(path));
  for (let round = 0; round < runs; round++) {
    for (const { name, command } of programs) {
      // Minutes for what the others do in seconds: once tells enough.
      if (name === TSHARK.name && round > 0) continue;
      results.get(name).push(run(command(path)));
    }
  }
  return results;
}

function run([program, ...args]) {
  const note = join(scratch, 'peak');
  const [file, ...rest] = existsSync(GNU_TIME)
    ? [GNU_TIME, '-f', '%M %U %S', '-o', note, program, ...args]
    : [program, ...args];
  const began = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(file, rest, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 2 ** 26 });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (error !== undefined || status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  const told = existsSync(note) ? readFileSync(note, 'utf8') : '';
  const [kibibytes = Number.NaN, user = Number.NaN, system = Number.NaN] = told.match(/[\d.]+/g)?.map(Number) ?? [];
  return { seconds, peak: kibibytes * 1024, processor: user + system };
}

function table(results) {
  const base = median((results.get('tcpdump') ?? results.get('wscope')).map(({ seconds }) => seconds));
  const to = results.has('tcpdump') ? 'tcpdump' : 'wscope';
  const row = (...cells) =>
    console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(12) : cell.padStart(14))).join(''));
  row('', 'median s', 'fastest s', 'slowest s', `to ${to}`, 'processor s', 'peak MiB');
  for (const [name, all] of results) {
    const times = all.map(({ seconds }) => seconds);
    const middle = median(times);
    row(
      name,
      middle.toFixed(2),
      Math.min(...times).toFixed(2),
      Math.max(...times).toFixed(2),
      (middle / base).toFixed(middle / base < 10 ? 2 : 0),
      orDash(median(all.map(({ processor }) => processor)), 2),
      orDash(median(all.map(({ peak }) => peak / 2 ** 20)), 0),
    );
  }
}

function orDash(value, digits) {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}

function isThere(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function whole(count) {
  return count.toLocaleString('en');
}

function mebibytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
