/** Findings of one session: why, what to do, and which packets to look at in Wireshark. */
import { beyondVerdict } from '../headline.js';
import type { Catalogue } from '../language/catalogue.js';
import type { FindingReport, PacketPlace, Report, SessionReport } from '../report.js';
import { fillCounted, fillTemplate } from '../wording.js';
import type { Look } from './look.js';

/** Room for the words in front of each part. */
const INDENT = 8;
/** Evidence that is written out; more is in the JSON. */
const PACKETS_NAMED = 8;

/** As Wireshark's packet number; `2:97` in the second of several files. */
export const packetNumber = ({ packet, capture = 0 }: PacketPlace, { captures }: Report): string =>
  captures.length > 1 ? `${capture + 1}:${packet}` : String(packet);

export const packetList = (
  { evidence }: FindingReport,
  report: Report,
  { texts: { finding: said }, terms }: Catalogue,
): string => {
  const packets = evidence
    .slice(0, PACKETS_NAMED)
    .map((each) => {
      const packet = packetNumber(each, report);
      return each.note === '' ? packet : fillTemplate(said.noted, { packet, note: each.note });
    })
    .join(terms.and);
  const more = evidence.length - PACKETS_NAMED;
  return more > 0
    ? fillTemplate(said.packetsMore, { packets, more: String(more) })
    : fillCounted(said.packets, evidence.length, { packets });
};

/** With how bad it is and how sure. */
export const titleOf = ({ title, severity, confidence }: FindingReport, { texts, terms }: Catalogue): string =>
  fillTemplate(texts.finding.title, {
    title,
    severity: terms.severities[severity],
    confidence: terms.confidences[confidence],
  });

/** Advice is told once: later findings point to the session where it stands. */
export type ToldRemedies = Map<string, number>;

export const sessionFindingLines = (
  session: SessionReport,
  report: Report,
  look: Look,
  told: ToldRemedies,
): string[] => {
  const isDecisive = session.outcome === 'failed' && session.findings[0]?.cause === session.cause;
  return session.findings.flatMap((finding, index) => [
    ...(isDecisive && index === 0 ? whyLines(finding, session, look) : alsoLines(finding, look)),
    ...remedyLines(finding, session.id, look, told),
    ...(finding.evidence.length === 0
      ? []
      : look.paragraph(packetList(finding, report, look.catalogue), INDENT, `  ${look.catalogue.texts.finding.see}`)),
  ]);
};

/** The headline has said the verdict already: what the explanation adds to it. */
const whyLines = (finding: FindingReport, session: SessionReport, look: Look): string[] => {
  const rest = beyondVerdict(finding, session);
  return rest === '' ? [] : look.paragraph(rest, INDENT, `  ${look.catalogue.texts.finding.why}`);
};

const alsoLines = ({ title, severity, confidence, explanation }: FindingReport, look: Look): string[] => {
  const { texts, terms } = look.catalogue;
  const whole = fillTemplate(texts.finding.whole, {
    title,
    severity: terms.severities[severity],
    confidence: terms.confidences[confidence],
    explanation,
  });
  return look.paragraph(whole, INDENT, `  ${texts.finding.also}`);
};

const remedyLines = ({ remedy }: FindingReport, id: number, look: Look, told: ToldRemedies): string[] => {
  const {
    texts: { finding: said },
    terms,
  } = look.catalogue;
  const fresh = remedy.filter((text) => !told.has(text));
  for (const text of fresh) told.set(text, id);
  const elsewhere = [...new Set(remedy.map((text) => told.get(text)!))].filter((where) => where !== id);
  const texts =
    elsewhere.length === 0 ? fresh : [...fresh, fillTemplate(said.told, { ids: elsewhere.join(terms.and) })];
  return texts.flatMap((text, index) => look.paragraph(text, INDENT, index === 0 ? `  ${said.fix}` : ''));
};
