import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { fileSource } from '../../src/capture/read-blocks.js';
import { reportOf, told } from '../wire/capture-report.js';
import { type Conversation, concat, conversation } from '../wire/conversation.js';
import { a, aaaa, cname, DnsTalk, dnsMessage, TYPE, u16 } from '../wire/dns-messages.js';

const SAMPLES = new URL('../../samples/', import.meta.url).pathname;
const NAME = 'chat.example.test';
const UPGRADE = (host: string) =>
  `GET /live HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
const refusedSession = (startMs: number, options = {}): Conversation =>
  conversation({ startMs, ...options })
    .syn()
    .rst('server');
const asking = (startMs: number, host: string, options = {}): Conversation =>
  conversation({ startMs, ...options })
    .handshake()
    .client(UPGRADE(host))
    .server('HTTP/1.1 404 Not Found\r\n\r\n');
const found = (at: number, name = NAME, address = '10.0.0.2') =>
  new DnsTalk().query(at, name).answer(at + 5, name, TYPE.A, { answers: [a(address)] });

describe('a lookup that leads to a connection', () => {
  it('is its first stage, gives it a name and its beginning', async () => {
    const { sessions } = await reportOf(found(10).packets, refusedSession(20));
    expect(sessions.map(told)).toEqual([`failed tcp tcp-refused ${NAME}`]);
    expect(sessions[0]).toMatchObject({ startMs: 0, packets: 2 });
    expect(sessions[0]?.stages[0]).toMatchObject({
      stage: 'dns',
      status: 'ok',
      durationMs: 5,
      detail: `${NAME}: 10.0.0.2, from 10.0.0.53:53`,
      steps: [
        { step: 'query', packet: 1 },
        { step: 'answer', packet: 2 },
      ],
    });
    expect(sessions[0]?.timeline.map(({ layer, event, from }) => `${layer} ${event} ${from}`).slice(0, 2)).toEqual([
      'dns query client',
      'dns answer network',
    ]);
  });

  it('is found over CNAMEs and over the other family of the same client', async () => {
    const talk = new DnsTalk().query(0, NAME, TYPE.AAAA);
    talk.answer(1, NAME, TYPE.AAAA, { answers: [cname('edge.test'), { ...aaaa(2), owner: 'edge.test' }] });
    const { sessions } = await reportOf(talk.packets, asking(5, NAME, { ipv6: true }));
    expect(sessions[0]?.stages[0]).toMatchObject({
      stage: 'dns',
      detail: `${NAME}: fd00::2, as edge.test, from 10.0.0.53:53`,
    });
  });

  it('has no part in a connection that speaks of another name, or that came long after', async () => {
    const other = await reportOf(found(0).packets, asking(10, 'other.test'));
    expect(other.sessions[0]?.stages[0]?.stage).toBe('tcp');
    const late = await reportOf(found(0).packets, refusedSession(60_000));
    expect(late.sessions[0]).toMatchObject({ host: NAME, startMs: 60_001 });
    expect(late.sessions[0]?.stages[0]?.stage).toBe('tcp');
  });

  it('is not that of another client', async () => {
    const talk = new DnsTalk('10.0.0.9').query(0, NAME).answer(1, NAME, TYPE.A, { answers: [a('10.0.0.2')] });
    const { sessions } = await reportOf(talk.packets, refusedSession(5));
    expect(sessions.map(told)).toEqual(['failed tcp tcp-refused']);
  });

  it('may be asked over TCP, when the answer was cut', async () => {
    const over = (octets: Uint8Array) => concat(u16(octets.length), octets);
    const talk = new DnsTalk().query(0, NAME).answer(1, NAME, TYPE.A, { truncated: true });
    const tcp = conversation({ startMs: 2, server: '10.0.0.53', serverPort: 53, clientPort: 41000 })
      .handshake()
      .client(over(dnsMessage({ id: 9, name: NAME })))
      .server(over(dnsMessage({ id: 9, name: NAME, response: true, answers: [a('10.0.0.2')] })))
      .bye('client');
    const { sessions, summary } = await reportOf(talk.packets, tcp, refusedSession(20));
    expect(sessions.map(told)).toEqual([`failed tcp tcp-refused ${NAME}`]);
    expect(sessions[0]?.stages[0]?.steps.map(({ step }) => step)).toEqual(['query', 'query', 'answer']);
    expect(summary.notListed.other).toBe(1);
  });

  it('is not judged by an answer that a snap length cut', async () => {
    const talk = new DnsTalk().query(0, NAME).answer(1, NAME, TYPE.A, { answers: [a('10.0.0.2')] });
    const [query, answer] = talk.packets;
    const cut = { ...answer!, wireLength: answer!.bytes.length, bytes: answer!.bytes.slice(0, -10) };
    const later = conversation({ startMs: 9000 }).handshake().bye('client');
    const { sessions } = await reportOf([query!, cut], later);
    expect(sessions.map(told).filter((text) => text.includes('dns'))).toEqual([]);
  });

  it('is warned of when it was slow', async () => {
    const talk = new DnsTalk().query(0, NAME).query(2000, NAME, TYPE.A, true);
    talk.answer(2005, NAME, TYPE.A, { answers: [a('10.0.0.2')] });
    const { sessions } = await reportOf(talk.packets, refusedSession(2010));
    expect(sessions[0]?.cause).toBe('tcp-refused');
    expect(sessions[0]?.findings.map(({ cause, severity }) => `${cause} ${severity}`)).toContain('dns-slow warning');
  });
});

describe('a lookup that leads nowhere', () => {
  it.each([
    { name: 'NXDOMAIN', code: 3, cause: 'dns-nxdomain' },
    { name: 'SERVFAIL', code: 2, cause: 'dns-servfail' },
    { name: 'REFUSED', code: 5, cause: 'dns-servfail' },
    { name: 'an empty answer', code: 0, cause: 'dns-no-address' },
  ])('fails by $name', async ({ code, cause }) => {
    const talk = new DnsTalk().query(0, NAME).answer(5, NAME, TYPE.A, { code });
    const { sessions, summary } = await reportOf(talk.packets);
    expect(sessions.map(told)).toEqual([`failed dns ${cause} ${NAME}`]);
    expect(sessions[0]).toMatchObject({
      client: '10.0.0.1:5354',
      server: '10.0.0.53:53',
      tcp: null,
      startMs: 0,
      endMs: 5,
      packets: 2,
      stages: [{ stage: 'dns', status: 'failed' }],
    });
    expect(summary.byCause).toEqual({ [cause]: 1 });
  });

  it('fails by silence after two repeats of a question, not before', async () => {
    const once = new DnsTalk().query(0, NAME).query(5000, NAME, TYPE.A, true);
    expect((await reportOf(once.packets)).sessions).toEqual([]);
    const twice = once.query(9000, NAME, TYPE.A, true);
    expect((await reportOf(twice.packets)).sessions.map(told)).toEqual([`failed dns dns-unanswered ${NAME}`]);
  });

  it('counts repeats of both families where the capture goes on', async () => {
    const both = new DnsTalk().query(0, NAME).query(5000, NAME, TYPE.A, true);
    const six = new DnsTalk('10.0.0.1', '10.0.0.53', 6000).query(0, NAME, TYPE.AAAA).query(5000, NAME, TYPE.AAAA, true);
    expect((await reportOf(both.packets, six.packets)).sessions).toEqual([]);
    const later = await reportOf(both.packets, six.packets, refusedSession(10_500));
    expect(later.sessions.map(told)).toContain(`failed dns dns-unanswered ${NAME}`);
  });

  it.each([8, 1000])('fails by an ICMP error that quotes %i octets of it', async (quoted) => {
    const talk = new DnsTalk().query(0, NAME).refuse(1, 3, 3, quoted);
    const { sessions } = await reportOf(talk.packets);
    expect(sessions.map(told)).toEqual([`failed dns dns-unreachable ${NAME}`]);
    expect(sessions[0]?.findings[0]?.evidence.map(({ packet }) => packet)).toEqual([1, 2]);
  });

  it.each([
    { name: 'the other family has an address', rescue: found(10) },
    {
      name: 'a search suffix has one',
      rescue: new DnsTalk()
        .query(10, `${NAME}.corp.test`)
        .answer(15, `${NAME}.corp.test`, TYPE.A, { answers: [a('10.0.0.2')] }),
    },
    { name: 'a retry got one a minute later', rescue: found(60_000) },
  ])('is no failure when $name', async ({ rescue }) => {
    const talk = new DnsTalk().query(0, NAME, TYPE.AAAA).answer(5, NAME, TYPE.AAAA, { code: 3 });
    expect((await reportOf(talk.packets, rescue.packets)).sessions).toEqual([]);
  });

  it('is no failure when the client reaches the name all the same', async () => {
    const talk = new DnsTalk().query(0, NAME).answer(5, NAME, TYPE.A, { code: 3 });
    const { sessions } = await reportOf(talk.packets, asking(10, NAME));
    expect(sessions.map(({ stage }) => stage)).toEqual(['upgrade']);
  });

  it('is one entry for all search suffixes, and for all attempts', async () => {
    const talk = new DnsTalk();
    for (const at of [0, 10_000]) {
      for (const [n, name] of [`${NAME}.corp.test`, `${NAME}.test`, NAME].entries()) {
        talk.query(at + n * 10, name).answer(at + n * 10 + 5, name, TYPE.A, { code: 3 });
      }
    }
    const { sessions } = await reportOf(talk.packets);
    expect(sessions.map(told)).toEqual([`failed dns dns-nxdomain ${NAME}`]);
    expect(sessions[0]?.stages[0]?.detail).toMatch(/tried 2 times$/);
  });

  it('is one entry when a stub passes the question on', async () => {
    const outer = new DnsTalk('127.0.0.1', '127.0.0.53').query(0, NAME);
    const inner = new DnsTalk('10.0.0.1').query(1, NAME).answer(4, NAME, TYPE.A, { code: 3 });
    outer.answer(5, NAME, TYPE.A, { code: 3 });
    const { sessions } = await reportOf(outer.packets, inner.packets);
    expect(sessions.map(({ client }) => client)).toEqual(['127.0.0.1:5354']);
  });

  it('does not flood the report: 20 names at most', async () => {
    const talk = new DnsTalk();
    for (let n = 0; n < 50; n++) talk.query(n * 10, `n${n}.test`).answer(n * 10 + 1, `n${n}.test`, TYPE.A, { code: 3 });
    expect((await reportOf(talk.packets)).sessions).toHaveLength(20);
  });

  it('is not what resolvers ask each other, what systems look for by themselves, or other record types', async () => {
    const pointer = new DnsTalk().query(0, 'host.test', 12).answer(5, 'host.test', 12, { code: 3 });
    expect((await reportOf(pointer.packets)).sessions).toEqual([]);
    const discovery = new DnsTalk().query(0, 'wpad.home').answer(5, 'wpad.home', TYPE.A, { code: 3 });
    expect((await reportOf(discovery.packets)).sessions).toEqual([]);
    const noRecursion = new DnsTalk().query(0, NAME).answer(5, NAME, TYPE.A, { code: 3 });
    for (const { bytes } of noRecursion.packets) bytes[14 + 20 + 8 + 2]! &= 0xfe;
    expect((await reportOf(noRecursion.packets)).sessions).toEqual([]);
  });
});

describe('the samples', () => {
  it.each([
    { file: 'dns-nxdomain', verdict: 'failed dns dns-nxdomain' },
    { file: 'dns-servfail', verdict: 'failed dns dns-servfail' },
    { file: 'dns-no-address', verdict: 'failed dns dns-no-address' },
    { file: 'dns-unanswered', verdict: 'failed dns dns-unanswered' },
    { file: 'dns-unreachable', verdict: 'failed dns dns-unreachable' },
    { file: 'dns-healthy', verdict: 'ok close' },
    { file: 'dns-search-suffix', verdict: 'ok close' },
    { file: 'dns-slow', verdict: 'ok close' },
    { file: 'tcp-unreachable', verdict: 'failed tcp tcp-unreachable' },
    { file: 'tcp-unreachable-ipv6', verdict: 'failed tcp tcp-unreachable' },
  ])('$file: $verdict', async ({ file, verdict }) => {
    const { report } = await analyze([fileSource(`${SAMPLES}${file}.pcap`)]);
    const [session] = report.sessions;
    expect(report.sessions).toHaveLength(1);
    expect([session?.outcome, session?.stage, session?.cause].filter(Boolean).join(' ')).toBe(verdict);
    const warned = session?.findings.some(({ cause }) => cause === 'dns-slow');
    expect(warned).toBe(file === 'dns-slow');
  });

  const hasTshark = spawnSync('tshark', ['--version']).status === 0;
  it.skipIf(!hasTshark)('hold the same queries and answers for another reader', async () => {
    for (const file of readdirSync(SAMPLES).filter((name) => /^dns-.*\.pcap$/.test(name))) {
      const fields = ['-T', 'fields', '-e', 'frame.number', '-e', 'dns.flags.response', '-e', 'dns.qry.name'];
      const out = execFileSync('tshark', ['-r', SAMPLES + file, '-Y', 'dns && !icmp', ...fields], { encoding: 'utf8' });
      const { report } = await analyze([fileSource(SAMPLES + file)]);
      const ours = report.sessions.flatMap(({ timeline }) =>
        timeline
          .filter(({ layer }) => layer === 'dns')
          .map(({ packet, event, data }) => `${packet}\t${event === 'answer' ? 'True' : 'False'}\t${data?.name}`),
      );
      const theirs = out
        .trim()
        .split('\n')
        .map((line) => line.replace(/\t1\t/, '\tTrue\t').replace(/\t0\t/, '\tFalse\t'));
      expect({ file, events: ours }).toEqual({ file, events: theirs });
    }
  });
});
