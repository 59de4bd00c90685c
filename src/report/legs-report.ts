/**
 * The part of the report about a reverse proxy that was seen on both sides: which entries are its two legs, what it
 * changed, who ended first and where the answer was waited for. Headers of both legs pass the redactor of each.
 */

import { type HeadChanges, legDifference } from '../diagnosis/measures/leg-difference.js';
import type { Header } from '../http/http-facts.js';
import type { Leg } from '../session/legs.js';
import type { Clock } from './place.js';
import { toMs } from './place.js';
import type { Redactor } from './redact.js';
import type { HeadChangesReport, LegReport } from './report.js';

export const legsReport = (legs: readonly Leg[], clock: Clock, redactor: Redactor): LegReport[] =>
  legs.map((leg) => {
    const { proxy, request, response, ended, delay } = legDifference(leg);
    return {
      client: leg.front.id,
      backend: leg.back.id,
      matchedBy: leg.matchedBy,
      proxy: proxy === undefined ? null : redactor.text(proxy),
      request: changesReport(request, redactor),
      response: changesReport(response, redactor),
      endedBy: ended === undefined ? null : { by: ended.by, ...clock.place(ended.at) },
      delay:
        delay === undefined
          ? null
          : {
              waitedMs: toMs(delay.waited),
              backendMs: toMs(delay.backend),
              connectMs: toMs(delay.connect),
              proxyMs: toMs(delay.proxy),
            },
    };
  });

const changesReport = (changes: HeadChanges | undefined, redactor: Redactor): HeadChangesReport | null => {
  if (changes === undefined) return null;
  const shown = ([name, value]: Header): [string, string] => [name, redactor.header(name, value)];
  const { removed, added, altered, httpVersion, target, status } = changes;
  return {
    removed: removed.map(shown),
    added: added.map(shown),
    altered: altered.map(({ name, from, to }) => ({
      name,
      from: redactor.header(name, from),
      to: redactor.header(name, to),
    })),
    httpVersion: httpVersion === undefined ? null : { from: httpVersion[0], to: httpVersion[1] },
    target: target === undefined ? null : { from: redactor.text(target[0]), to: redactor.text(target[1]) },
    status: status === undefined ? null : { from: status[0], to: status[1] },
  };
};
