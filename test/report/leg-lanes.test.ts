import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { memorySource } from '../../src/capture/capture-source.js';
import { LegLanes } from '../../src/report/leg-lanes.js';
import type { LegReport, SessionReport } from '../../src/report/report.js';
import { SAMPLES } from '../wire/sample-table.js';
import { pageOf } from './html/browser.js';
import { incident } from './terminal/stories.js';

const like = incident().sessions[1]!;
const event = like.timeline[0]!;

/** With events at these milliseconds, and pairs of client's and backend's leg. */
const session = (id: number, times: readonly number[], pairs: readonly (readonly [number, number])[] = []) =>
  ({
    ...like,
    id,
    timeline: times.map((atMs, index) => ({ ...event, atMs, packet: 100 * id + index })),
    legs: pairs.map(([client, backend]) => ({ client, backend, proxy: null }) as LegReport),
  }) satisfies SessionReport;

const told = (sessions: SessionReport[], id: number): [packet: number, lane: number][] =>
  new LegLanes(sessions)
    .eventsOf(sessions.find((each) => each.id === id)!)
    .map(({ event: { packet }, leg }) => [packet, leg.lane]);

describe('timelines side by side', () => {
  it('are in the order of time, the leg nearer to the client first at one moment', () => {
    const sessions = [session(1, [0, 5, 9], [[1, 2]]), session(2, [3, 5, 12], [[1, 2]])];
    expect(told(sessions, 1)).toEqual([
      [100, 0],
      [200, 1],
      [101, 0],
      [201, 1],
      [102, 0],
      [202, 1],
    ]);
  });

  it('keep the order of each leg, whatever its clock does', () => {
    const sessions = [session(1, [4, 1, 6], [[1, 2]]), session(2, [2], [[1, 2]])];
    const own = told(sessions, 1).filter(([, lane]) => lane === 0);
    expect(own.map(([packet]) => packet)).toEqual([100, 101, 102]);
  });

  it("are only a leg's own and what is behind it", () => {
    const sessions = [session(1, [0], [[1, 2]]), session(2, [1], [[1, 2]]), session(3, [2])];
    expect(told(sessions, 2)).toEqual([[200, 0]]);
    expect(told(sessions, 3)).toEqual([[300, 0]]);
    const lanes = new LegLanes(sessions);
    expect(sessions.map((each) => lanes.before(each))).toEqual([undefined, 1, undefined]);
  });

  it('go through two proxies, and through no more than there is room for', () => {
    const chain = Array.from({ length: 6 }, (_, index) => {
      const id = index + 1;
      return session(
        id,
        [index],
        [
          [id - 1, id],
          [id, id + 1],
        ],
      );
    });
    expect(told(chain, 1)).toEqual([
      [100, 0],
      [200, 1],
      [300, 2],
    ]);
  });

  it('begin at the leg nearest to the client that has room for this one', () => {
    const pairs = [1, 2, 3].map((id) => [id, id + 1] as const);
    const chain = [1, 2, 3, 4].map((id) => session(id, [id], pairs));
    const lanes = new LegLanes(chain);
    expect(chain.map((each) => lanes.frontOf(each).id)).toEqual([1, 1, 1, 2]);
    const round = [
      [1, 2],
      [2, 1],
    ] as const;
    const circle = [session(1, [0], round), session(2, [1], round)];
    expect(circle.map((each) => new LegLanes(circle).frontOf(each).id)).toEqual([2, 1]);
  });

  it('end where legs go in a circle, or are not in the report', () => {
    const circle = [session(1, [0], [[1, 2]]), session(2, [1], [[2, 1]])];
    expect(told(circle, 1)).toHaveLength(2);
    const lost = [session(1, [0], [[1, 9]]), session(2, [1], [[9, 2]])];
    expect(told(lost, 1)).toEqual([[100, 0]]);
    expect(new LegLanes(lost).before(lost[1]!)).toBeUndefined();
  });
});

describe('the ladder of both legs', () => {
  it('has a proxy between client and server, and all the evidence of its findings', async () => {
    const name = 'nginx-strips-upgrade.pcap';
    const { report } = await analyze([memorySource(name, readFileSync(SAMPLES + name))]);
    const page = pageOf(report);
    expect(page).toContain('<div><span>client</span><span>nginx/1.22.1</span><span>server</span></div>');
    // The same request before and behind the proxy.
    expect(page).toMatch(
      /<tr id="s1-p4" .*client to nginx\/1\.22\.1: .*GET \/room.*<td class="line"><\/td><td class="c-n/,
    );
    expect(page).toMatch(/<tr id="s1-p9" .*<td class="line"><\/td><td class="line">.*nginx\/1\.22\.1 to server: /);
    expect(page).toContain('<a class="packet" href="#s1-p9">packet 9</a> (the same request behind the proxy)');
    expect(page).toContain('The timeline of <a href="#s1">Session 1</a> has both sides of the proxy.');
  });
});
