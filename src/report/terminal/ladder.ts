/**
 * The timeline as a ladder: time, time since the row before, packet, an arrow from its sender, a note. Rows that repeat
 * the same event are folded; of very long timelines the beginning and the end are shown unless everything was asked for.
 */
import { eventText, runLabel, runNote } from '../event-text.js';
import { formatCount, formatDuration } from '../format-value.js';
import type { EventReport, Report, SessionReport } from '../report.js';
import { withoutCopies } from '../without-copies.js';
import { fillTemplate } from '../wording.js';
import { packetNumber } from './finding-lines.js';
import type { Look } from './look.js';
import { cutText, padLeft, padRight, textWidth, wrapText } from './text-width.js';

/** Rows of one story that are not asked for in full: what came first and how it ended. */
const FIRST_ROWS = 40;
const LAST_ROWS = 25;
/** From this many of one kind in a row, the ones in the middle are counted. */
const FOLD_FROM = 6;
const INDENT = '  ';
const DELTA_WIDTH = 8;
/** Narrower than this the Δ column goes. */
const DELTA_FROM = 76;
/** An arrow is not drawn longer or shorter than this. */
const WIDEST_ARROW = 40;
const ARROW_SHARE = 0.45;
const SHORTEST_ARROW = 18;
/** Of a note; a server may send a very long reason. */
const NOTE_LINES = 4;
/** In milliseconds: packets this close came together, and Δ stays empty. */
const QUICK = 0.5;
/** Shorter sessions, in milliseconds, are told to the microsecond. */
const FINE_TIME = 100;

export const ladderLines = (session: SessionReport, report: Report, look: Look, inFull: boolean): string[] => {
  const { timelineOmitted, id } = session;
  const timeline = withoutEchoes(inFull ? session.timeline : withoutCopies(session.timeline, session));
  if (timeline.length === 0) return [];
  const rows = inFull ? timeline.map((event): Row => ({ event })) : shortened(timeline);
  const ladder = new Ladder(session, report, look, rows);
  const omitted =
    timelineOmitted > 0
      ? look.paragraph(
          fillTemplate(look.catalogue.texts.left.events, { count: formatCount(timelineOmitted), id: String(id) }),
          INDENT.length,
        )
      : [];
  return [ladder.title(), ...rows.flatMap((row) => ladder.row(row)), ...omitted];
};

/** An event, or how many were left out before the next one. */
type Row = { event: EventReport; left?: undefined } | { left: number; event?: undefined };

const shortened = (timeline: readonly EventReport[]): Row[] => {
  const folded = foldRepeats(timeline);
  if (folded.length <= FIRST_ROWS + LAST_ROWS + 1) return folded;
  const middle = folded.slice(FIRST_ROWS, -LAST_ROWS);
  const left = middle.reduce((sum, row) => sum + (row.left ?? 1), 0);
  return [...folded.slice(0, FIRST_ROWS), { left }, ...folded.slice(-LAST_ROWS)];
};

/** A hole that several layers tell of is told once, by the layer that says most of it: the uppermost. */
const withoutEchoes = (timeline: readonly EventReport[]): EventReport[] =>
  timeline.filter((event, at) => {
    if (event.event !== 'gap') return true;
    const { packet, capture, from } = event;
    for (let next = at + 1; next < timeline.length; next++) {
      const other = timeline[next]!;
      if (other.packet !== packet || other.capture !== capture) return true;
      if (other.event === 'gap' && other.from === from && other.layer !== event.layer) return false;
    }
    return true;
  });

/** The first and the last of a long series stay (of pings: ping and pong are two series side by side). */
const foldRepeats = (timeline: readonly EventReport[]): Row[] => {
  const rows: Row[] = [];
  let start = 0;
  for (let at = 1; at <= timeline.length; at++) {
    if (at < timeline.length && isLike(timeline[at]!, timeline[start]!)) continue;
    const series = timeline.slice(start, at);
    const edge = series.length >= 2 && isSame(series[0]!, series[1]!) ? 1 : 2;
    if (series.length < FOLD_FROM + edge) rows.push(...series.map((event): Row => ({ event })));
    else {
      rows.push(...series.slice(0, edge).map((event): Row => ({ event })));
      rows.push({ left: series.length - 2 * edge });
      rows.push(...series.slice(-edge).map((event): Row => ({ event })));
    }
    start = at;
  }
  return rows;
};

const isLike = (event: EventReport, first: EventReport): boolean =>
  isSame(event, first) || (isPingOrPong(first) && isPingOrPong(event));

const isSame = (a: EventReport, b: EventReport): boolean =>
  a.layer === b.layer && a.event === b.event && a.from === b.from && a.event !== 'run';

const isPingOrPong = ({ layer, event }: EventReport): boolean =>
  layer === 'ws' && (event === 'ping' || event === 'pong');

class Ladder {
  private before = 0;
  private readonly timeWidth: number;
  private readonly packetWidth: number;
  private readonly arrowWidth: number;
  private readonly deltaWidth: number;
  private readonly noteWidth: number;

  constructor(
    private readonly session: SessionReport,
    private readonly report: Report,
    private readonly look: Look,
    rows: readonly Row[],
  ) {
    const events = rows.flatMap(({ event }) => event ?? []);
    const widest = (text: (event: EventReport) => string, least: number) =>
      events.reduce((width, event) => Math.max(width, textWidth(text(event))), least);
    this.deltaWidth = look.width >= DELTA_FROM ? DELTA_WIDTH + 1 : 0;
    // A run names two times and takes the room of the Δ for the second.
    this.timeWidth = Math.max(
      widest((event) => (event.event === 'run' ? '' : this.time(event)), 8),
      widest((event) => (event.event === 'run' ? this.time(event) : ''), 8) - this.deltaWidth,
    );
    this.packetWidth = widest((event) => this.packet(event), 6);
    const rest = look.width - INDENT.length - this.timeWidth - this.deltaWidth - this.packetWidth - 6;
    this.arrowWidth = Math.max(SHORTEST_ARROW, Math.min(WIDEST_ARROW, Math.floor(rest * ARROW_SHARE)));
    this.noteWidth = rest - this.arrowWidth;
  }

  title(): string {
    const { signs } = this.look;
    const { time, packet, client, server } = this.look.catalogue.texts.ladder;
    const room = this.arrowWidth - textWidth(client) - textWidth(server) - 2;
    const sides = `${client} ${signs.line.repeat(Math.max(1, room))} ${server}`;
    const delta = this.deltaWidth === 0 ? '' : padLeft(signs.delta, this.deltaWidth);
    const line = `${INDENT}${padLeft(time, this.timeWidth)}${delta}  ${padLeft(packet, this.packetWidth)}  ${sides}`;
    return this.look.paint('dim', line);
  }

  row({ event, left }: Row): string[] {
    const { look } = this;
    if (event === undefined) {
      const indent = ' '.repeat(INDENT.length + this.timeWidth + this.deltaWidth + this.packetWidth + 4);
      const more = fillTemplate(look.catalogue.texts.left.rows, { count: formatCount(left) });
      return [look.paint('dim', `${indent}${look.signs.ellipsis} ${more}`)];
    }
    const isRun = event.event === 'run';
    const when = isRun
      ? padRight(padLeft(this.time(event), this.timeWidth), this.timeWidth + this.deltaWidth)
      : padLeft(this.time(event), this.timeWidth) + this.delta(event);
    this.before = event.untilMs ?? event.atMs;
    const head = `${INDENT}${when}  ${padLeft(this.packet(event), this.packetWidth)}  `;
    const [first = '', ...more] = isRun ? [this.run(event)] : this.arrow(event);
    return [head + first, ...more];
  }

  /** Seconds since the session began. */
  private time(event: EventReport): string {
    const { startMs, endMs } = this.session;
    const digits = endMs - startMs < FINE_TIME ? 6 : 3;
    const seconds = (ms: number) => ((ms - startMs) / 1000).toFixed(digits);
    if (event.untilMs === undefined) return seconds(event.atMs);
    return `${seconds(event.atMs)} ${this.look.signs.range} ${seconds(event.untilMs)}`;
  }

  /** Nothing for packets that came together. */
  private delta(event: EventReport): string {
    if (this.deltaWidth === 0) return '';
    const since = event.atMs - (this.before === 0 ? this.session.startMs : this.before);
    return padLeft(since < QUICK ? '' : this.look.say(formatDuration(since * 1e6)), this.deltaWidth);
  }

  private packet(event: EventReport): string {
    const first = packetNumber(event, this.report);
    if (event.untilPacket === undefined) return first;
    return `${first}${this.look.signs.range}${event.untilPacket}`;
  }

  /** The note goes on below where it is long. */
  private arrow(event: EventReport): string[] {
    const { look, arrowWidth } = this;
    const { label, note } = eventText(event, look.catalogue);
    const said = look.cut(label, arrowWidth - 4);
    const line = look.signs.line.repeat(Math.max(1, arrowWidth - textWidth(said) - 2));
    const drawn =
      event.from === 'client'
        ? `${said} ${line}${look.signs.right}`
        : event.from === 'server'
          ? `${look.signs.left}${line} ${said}`
          : centred(said, arrowWidth, look);
    const colour = NOTABLE.get(`${event.layer}:${event.event}`);
    const painted = colour === undefined ? drawn : look.paint(colour, drawn);
    if (note === '') return [painted];
    const [first = '', ...more] = wrapText(look.say(note), this.noteWidth);
    const rest = more.length < NOTE_LINES ? more : [...more.slice(0, NOTE_LINES - 2), look.signs.ellipsis];
    const indent = ' '.repeat(INDENT.length + this.timeWidth + this.deltaWidth + this.packetWidth + 4 + arrowWidth);
    return [`${painted}  ${look.paint('dim', first)}`, ...rest.map((line) => `${indent}  ${look.paint('dim', line)}`)];
  }

  private run(event: EventReport): string {
    const { look } = this;
    const run = {
      layer: event.layer,
      count: event.count ?? { client: 0, server: 0 },
      bytes: event.bytes ?? { client: 0, server: 0 },
      kinds: event.kinds ?? {},
    };
    const client =
      run.count.client > 0 ? [`${look.signs.right} ${look.say(runLabel(run, 'client', look.catalogue))}`] : [];
    const server =
      run.count.server > 0 ? [`${look.signs.left} ${look.say(runLabel(run, 'server', look.catalogue))}`] : [];
    const both = [...client, ...server].join('   ');
    const note = runNote(run, look.catalogue);
    const room = this.arrowWidth + 2 + this.noteWidth;
    const drawn = cutText(both, room, look.signs.ellipsis);
    const left = room - Math.max(textWidth(drawn), this.arrowWidth) - 2;
    if (note === '' || left < 12) return drawn;
    return `${padRight(drawn, this.arrowWidth)}  ${look.paint('dim', look.cut(note, left))}`;
  }
}

/** Neither side sent it: it stands in between. */
const centred = (said: string, width: number, look: Look): string => {
  const free = Math.max(0, width - textWidth(said) - 2);
  const left = Math.floor(free / 2);
  return `${look.signs.line.repeat(left)} ${said} ${look.signs.line.repeat(free - left)}`;
};

const NOTABLE: ReadonlyMap<string, 'red' | 'yellow'> = new Map([
  ['tcp:rst', 'red'],
  ['tcp:icmp-error', 'red'],
  ['tls:alert', 'red'],
  ['ws:violation', 'red'],
  ['tcp:retransmission', 'yellow'],
  ['tcp:zero-window', 'yellow'],
  ['tcp:gap', 'yellow'],
  ['ws:gap', 'yellow'],
  ['http:gap', 'yellow'],
  ['tls:gap', 'yellow'],
]);
