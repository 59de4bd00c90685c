/**
 * Healthy traffic is never accused: whatever a capture lacks of a healthy session, no side is at fault for it. What is
 * missing is a gap or unseen, and the outcome is ok, open or partial.
 */
import { describe, expect, it } from 'vitest';
import { type AnalyzeOptions, analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { keyLogOf } from '../wire/analyze-sample.js';
import { Recording } from '../wire/recording.js';
import { isHealthy, sampleRows } from '../wire/sample-table.js';

/** Every healthy sample is cut at some packets; these, which differ in what they carry, are cut at each. */
const CUT_EVERYWHERE = new Set([
  'browser-healthy.pcap',
  'centrifugo-healthy.pcap',
  'centrifugo-protobuf.pcap',
  'close-by-server.pcap',
  'graphql-healthy.pcap',
  'graphql-older-healthy.pcap',
  'h2c-healthy.pcap',
  'https-page-chromium-h1.pcap',
  'https-page-h1.pcap',
  'json-rpc.pcap',
  'mqtt-healthy.pcap',
  'nginx-healthy.pcap',
  'phoenix-healthy.pcap',
  'signalr-healthy.pcap',
  'socketio-healthy.pcap',
  'socketio2-healthy.pcap',
  'stomp-healthy.pcap',
  'wamp-cbor.pcap',
  'wamp-healthy.pcap',
  'wamp-msgpack.pcap',
  'ws-deflate-no-takeover.pcap',
  'ws-healthy.pcap',
  'ws-ipv6.pcap',
  'ws-pcapng.pcapng',
  'ws-timeout.pcap',
  'wss-healthy-tls12.pcap',
  'wss-healthy-tls13.pcap',
]);

/** Of the others so many cuts, evenly spread; with WSCOPE_EVERY_CUT=1 every sample is cut at each packet. */
const CUTS = 6;
const everyCut = process.env.WSCOPE_EVERY_CUT === '1';

/**
 * Up to the answer for its first search suffix, this is a capture of a name that does not exist. The lookup under the
 * second suffix, which shows that nothing was wrong, comes after it.
 */
const FAILS_UNTIL_RETRIED = new Set(['dns-search-suffix.pcap']);

/** A frame that breaks a rule, and the Close 1002 that answers it: where the frame is cut out, the answer stands alone. */
const BREAKS_A_RULE = new Set(['caddy-reload.pcap']);

const healthy = sampleRows
  .filter((row) => isHealthy(row) && !BREAKS_A_RULE.has(row.name) && !/^no sessions\b/.test(row.text))
  .map(({ name }) => ({ name, recording: Recording.ofSample(name), secrets: secretsOf(name) }));

interface Sample {
  name: string;
  recording: Recording;
  /** As it is, and with the key log where there is one. */
  secrets: AnalyzeOptions[];
}

function secretsOf(name: string): AnalyzeOptions[] {
  const keyLog = keyLogOf(name);
  return keyLog === undefined ? [{}] : [{}, { keyLog }];
}

/** Packet indices at which a sample is cut. */
function cutsOf({ name, recording: { packets } }: Sample): number[] {
  const step = everyCut || CUT_EVERYWHERE.has(name) ? 1 : Math.max(1, packets.length / CUTS);
  return Array.from({ length: Math.floor(packets.length / step) }, (_, index) => Math.floor(index * step));
}

/** What is said against anybody, in words that name the cut. */
async function accusations({ name, secrets }: Sample, cut: string, file: Uint8Array): Promise<string[]> {
  const said: string[] = [];
  for (const options of secrets) {
    const { report } = await analyze([memorySource(name, file)], options);
    for (const { id, outcome, cause, verdict, findings } of report.sessions) {
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (outcome === 'failed' || errors.length > 0) {
        said.push(`${cut}: session ${id} ${outcome} ${cause ?? errors[0]?.rule}: ${verdict}`);
      }
    }
    // An order among encrypted sessions accuses nobody.
    for (const { rule } of report.findings) if (rule !== 'tls/sealed-candidates') said.push(`${cut}: ${rule}`);
    for (const warning of report.captures[0]?.warnings ?? []) {
      if (warning.includes('rule')) said.push(`${cut}: ${warning}`);
    }
  }
  return said;
}

async function collect<T>(items: readonly T[], accuse: (item: T) => Promise<string[]>): Promise<string[]> {
  const said: string[] = [];
  for (const item of items) said.push(...(await accuse(item)));
  return said;
}

describe.each(healthy)('$name accuses nobody', (sample) => {
  const { recording } = sample;
  const { packets } = recording;
  const cuts = cutsOf(sample);

  it.skipIf(FAILS_UNTIL_RETRIED.has(sample.name))('when the capture ends early', async () => {
    const said = await collect(cuts.slice(1), (cut) =>
      accusations(sample, `the first ${cut}`, recording.fileOf(packets.slice(0, cut))),
    );
    expect(said).toEqual([]);
  });

  it('when the capture begins late', async () => {
    const said = await collect(cuts.slice(1), (cut) =>
      accusations(sample, `without the first ${cut}`, recording.fileOf(packets.slice(cut))),
    );
    expect(said).toEqual([]);
  });

  it('when one packet is missing', async () => {
    const said = await collect(cuts, (cut) => accusations(sample, `without ${cut + 1}`, recording.without(cut)));
    expect(said).toEqual([]);
  });

  it('when one direction alone was captured, whole or in part', async () => {
    const said = await collect(Object.entries(recording.bySender()), async ([sender, sent]) => [
      ...(await accusations(sample, `only the ${sender}`, recording.fileOf(sent))),
      ...(await accusations(
        sample,
        `only the ${sender}, first half`,
        recording.fileOf(sent.slice(0, sent.length / 2)),
      )),
      ...(await accusations(sample, `only the ${sender}, second half`, recording.fileOf(sent.slice(sent.length / 2)))),
    ]);
    expect(said).toEqual([]);
  });

  it('when one direction is missing before or after a packet', async () => {
    const senders = recording.bySender();
    const said = await collect(cuts.slice(1), async (cut) => {
      const at = `packet ${cut + 1}`;
      const client = new Set(senders.client);
      const keep = (isKept: (fromClient: boolean, index: number) => boolean) =>
        recording.fileOf(packets.filter((packet, index) => isKept(client.has(packet), index)));
      return [
        ...(await accusations(
          sample,
          `no client from ${at} on`,
          keep((c, i) => !c || i < cut),
        )),
        ...(await accusations(
          sample,
          `no client before ${at}`,
          keep((c, i) => !c || i >= cut),
        )),
        ...(await accusations(
          sample,
          `no server from ${at} on`,
          keep((c, i) => c || i < cut),
        )),
        ...(await accusations(
          sample,
          `no server before ${at}`,
          keep((c, i) => c || i >= cut),
        )),
      ];
    });
    expect(said).toEqual([]);
  });

  it('when every packet was recorded twice, or two of them in the wrong order', async () => {
    const said = await accusations(sample, 'doubled', recording.fileOf(packets.flatMap((packet) => [packet, packet])));
    for (const cut of cuts.slice(1)) {
      const swapped = [...packets];
      swapped.splice(cut - 1, 2, packets[cut]!, packets[cut - 1]!);
      said.push(...(await accusations(sample, `${cut} and ${cut + 1} swapped`, recording.fileOf(swapped))));
    }
    expect(said).toEqual([]);
  });

  it.skipIf(sample.name.endsWith('.pcapng'))('when packets were cut short', async () => {
    const said = await collect([54, 66, 70, 80, 96, 120, 128, 200, 256, 512], (length) =>
      accusations(sample, `snap length ${length}`, recording.snapped(length)),
    );
    expect(said).toEqual([]);
  });
});
