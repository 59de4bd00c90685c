/** One row a session: who, where, how far it came, how long it lasted, how it came out. */
import { causeWords } from '../cause-words.js';
import { formatDuration } from '../format-value.js';
import { unstopped } from '../headline.js';
import type { Catalogue } from '../language/catalogue.js';
import type { SessionReport, StageReport } from '../report.js';
import { fillTemplate } from '../wording.js';
import type { Look } from './look.js';
import { type Column, renderTable } from './table.js';

/** Long names are cut in the table and whole in the story. */
const WHERE_WIDTH = 36;
/** The verdict needs this much to say anything. */
const VERDICT_LEAST = 26;

export const sessionTable = (sessions: readonly SessionReport[], look: Look): string => {
  const column = (title: string, cell: (session: SessionReport) => string, more: Partial<Column> = {}): Column => ({
    title,
    cells: sessions.map((session) => look.say(cell(session))),
    ...more,
  });
  const said = look.catalogue.texts.table;
  const outcomeOf = (row: number) => sessions[row]?.outcome ?? 'partial';
  const lastStage = column(said.stage, (session) => stageMark(endingStage(session), look), {
    paint: (text, row) => look.paintOutcome(outcomeOf(row), text),
  });
  return renderTable(
    [
      column('#', ({ id }) => String(id), { align: 'right' }),
      column(said.client, ({ client }) => client, { drop: 1 }),
      column(said.server, ({ server }) => server, { drop: 2 }),
      column(said.where, whereOf, { most: WHERE_WIDTH }),
      column(said.stages, ({ stages }) => stages.map((stage) => stageMark(stage, look)).join(' '), {
        drop: 3,
        instead: lastStage,
        paint: (text, row) => look.paintOutcome(outcomeOf(row), text),
      }),
      column(said.lasted, ({ startMs, endMs }) => formatDuration((endMs - startMs) * 1e6, look.catalogue.terms.units), {
        align: 'right',
        drop: 4,
      }),
      {
        title: said.verdict,
        cells: sessions.map(({ verdict }) => look.say(unstopped(verdict))),
        shorter: sessions.map((session) => look.say(shortVerdict(session, look.catalogue))),
        stretch: VERDICT_LEAST,
        paint: (text, row) => look.paintOutcome(outcomeOf(row), text),
      },
    ],
    look,
  );
};

const stageMark = ({ stage, status }: Pick<StageReport, 'stage' | 'status'>, look: Look): string =>
  look.ascii || look.mark(status).length > 1 ? `${stage}:${look.mark(status)}` : `${stage}${look.mark(status)}`;

const endingStage = (session: SessionReport): Pick<StageReport, 'stage' | 'status'> =>
  session.stages.find(({ stage }) => stage === session.stage) ?? {
    stage: session.stage,
    status: session.outcome === 'failed' ? 'failed' : 'in-progress',
  };

/** `wss chat.example.com/live`; the query is for the story. */
const whereOf = ({ transport, host, upgrade, server }: SessionReport): string => {
  const path = upgrade?.request?.target.split(/[?#]/, 1)[0] ?? '';
  const scheme = transport === 'unknown' ? '' : `${transport} `;
  return `${scheme}${host ?? server}${path === '/' || !path.startsWith('/') ? '' : path}`;
};

/** What kind of verdict it is, for rows without room for the sentence. */
const shortVerdict = ({ cause, findings, outcome, verdict }: SessionReport, catalogue: Catalogue): string => {
  const said = catalogue.texts.table;
  if (outcome === 'failed') return cause === null ? verdict : causeWords(cause, catalogue);
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const [first] = warnings;
  if (first === undefined) return said.short[outcome];
  const what = first.cause === null ? first.title : causeWords(first.cause, catalogue);
  const more = warnings.length - 1;
  return fillTemplate(more > 0 ? said.butMore : said.but, { outcome: said.short[outcome], what, more: String(more) });
};
