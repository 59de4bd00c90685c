/**
 * The frame of every drawing over time: what the client did stands above the line and what the server did below it, on
 * one scale, over one time axis. Paths are told in units across and in pixels down; they are stretched to the width of
 * the page, labels are not. Words for those who do not see it are its title and description.
 */
import type { Catalogue } from '../language/catalogue.js';
import { type Html, html } from './html.js';
import { ACROSS, type Axis, axisLabels, axisLines } from './time-axis.js';

/** Rows above, below and under the drawing, in pixels. */
const LABEL = 15;

export interface TimeChart {
  /** Of ids on the page. */
  key: string;
  title: string;
  description: string;
  axis: Axis;
  /** From the line to the highest value, in pixels. */
  reach: number;
  /** The highest value in words; null where the heights are only to be compared. */
  top: string | null;
  /** In units across and pixels, the line at `reach`. */
  paths: Html;
  /** Labels inside the drawing. */
  inside?: Html;
}

export const timeChart = (chart: TimeChart, { page: { chart: said }, terms }: Catalogue): Html => {
  const { key, title, description, axis, reach, top, paths, inside = null } = chart;
  const plot = 2 * reach;
  const right = (y: number, text: string | null) =>
    text === null ? null : html`<text x="100%" y="${y}" text-anchor="end">${text}</text>`;
  return html`<svg class="plot" height="${plot + 3 * LABEL + 4}" role="img" aria-labelledby="${key}-title ${key}-desc">
<title id="${key}-title">${title}</title><desc id="${key}-desc">${description}</desc>
<svg y="${LABEL}" width="100%" height="${plot}" viewBox="0 0 ${ACROSS} ${plot}" preserveAspectRatio="none" overflow="visible">
${axisLines(axis, plot)}<path class="grid" d="M0 0H${ACROSS}M0 ${plot}H${ACROSS}"/>
${paths}
<path class="axis" d="M0 ${reach}H${ACROSS}"/></svg>
${inside}<text x="0" y="${LABEL - 4}">${said.client}</text>${right(LABEL - 4, top)}
<text x="0" y="${plot + 2 * LABEL - 3}">${said.server}</text>${right(plot + 2 * LABEL - 3, top)}
${axisLabels(axis, plot + 3 * LABEL, terms.units)}
</svg>`;
};

/** Where labels inside begin, in pixels. */
export const INSIDE = LABEL;

/** A sign of the drawing and what it means. */
export const chartKey = (kind: string, text: string): Html =>
  html`<span class="key"><svg viewBox="0 0 12 12" aria-hidden="true">${SIGNS[kind] ?? null}</svg>${text}</span>`;

const SIGNS: Readonly<Record<string, Html>> = {
  client: html`<path class="k-client" d="M1 1h10v10h-10z"/>`,
  server: html`<path class="k-server" d="M1 1h10v10h-10z"/>`,
  ping: html`<path class="k-dots k-ping" d="M6 6h.01"/>`,
  pong: html`<path class="k-dots k-pong" d="M6 6h.01"/>`,
  end: html`<path class="k-end" d="M6 0v12"/>`,
  silence: html`<rect class="k-silence" width="12" height="12"/>`,
};
