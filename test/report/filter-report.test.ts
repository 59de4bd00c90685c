import { describe, expect, it } from 'vitest';
import { filterReport, type SessionFilter } from '../../src/report/filter-report.js';
import { renderJson } from '../../src/report/json.js';
import { renderNdjson } from '../../src/report/ndjson.js';
import { aSession } from '../wire/session-builder.js';
import { aReport, failing, well } from './sample-report.js';
import { incident } from './terminal/stories.js';

const report = aReport([
  failing(
    aSession(1)
      .between('10.0.0.5:1001', '203.0.113.7:443')
      .handshake()
      .clientHello('Chat.Example.com')
      .rst('server')
      .build(),
    {
      cause: 'tls-reset-after-client-hello',
      stage: 'tls',
      message: 'Reset.',
    },
  ),
  well(
    aSession(2)
      .host('api.example.com:8080')
      .between('10.0.0.5:1002', '203.0.113.8:8080')
      .handshake()
      .request('/live/1?x=1')
      .response()
      .build(),
    'open',
  ),
  well(aSession(3).between('[2001:db8::1]:1003', '[2001:db8::2]:80').midstream().message('client', 1).build(), 'open'),
]);

describe('a filter', () => {
  it.each<[SessionFilter, number[]]>([
    [{}, [1, 2, 3]],
    [{ ids: new Set([2, 3]) }, [2, 3]],
    [{ hosts: ['api.example.com'] }, [2]],
    [{ hosts: ['*.EXAMPLE.com'] }, [1, 2]],
    [{ hosts: ['203.0.113.7', '2001:db8::2'] }, [1, 3]],
    [{ hosts: ['example.com'] }, []],
    [{ ports: [443, 1003] }, [1, 3]],
    [{ snis: ['chat.example.com'] }, [1]],
    [{ paths: ['/live/*'] }, [2]],
    [{ paths: ['/live'] }, []],
    [{ paths: ['*1*live*'] }, []],
    [{ stages: ['tls'] }, [1]],
    [{ causes: ['tls-*'] }, [1]],
    [{ outcomes: ['open'], ports: [80] }, [3]],
  ])('%j leaves sessions %j', (filter, ids) => {
    expect(filterReport(report, filter).sessions.map(({ id }) => id)).toEqual(ids);
  });

  it('narrows the summary alike, and leaves the files as they are', () => {
    const { summary, captures } = filterReport(report, { outcomes: ['open'] });
    expect(summary).toMatchObject({ sessions: 2, failed: 0, open: 2, byCause: {}, byStage: {} });
    expect(captures).toEqual(report.captures);
  });
});

describe('JSON', () => {
  it('is the report, a line for each session', () => {
    const text = [...renderJson(incident())].join('');
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(incident())));
    expect(text.trimEnd().split('\n')).toHaveLength(2 + incident().sessions.length);
    expect(JSON.parse([...renderJson(aReport([]))].join('')).sessions).toEqual([]);
  });

  it('holds no character that a terminal obeys, and loses none', () => {
    const hostile = '\x1b[2J\x9b31m\u202egpj\u2028\x7f\u{e0041}';
    const told = aReport([
      well(
        aSession()
          .handshake()
          .request('/', [['X', hostile]])
          .response()
          .build(),
        'open',
      ),
    ]);
    for (const text of [[...renderJson(told)].join(''), [...renderNdjson(told)].join('')]) {
      expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202e\u2028]/u);
    }
    expect(JSON.parse([...renderJson(told)].join('')).sessions[0].upgrade.request.headers[1]).toEqual(['X', hostile]);
  });

  it('comes as lines too: captures, sessions followed by their events, the summary with the findings', () => {
    const lines = [...renderNdjson(incident())].map((line) => JSON.parse(line));
    const counts = incident().sessions.flatMap(({ timeline }) => ['session', ...timeline.map(() => 'event')]);
    expect(lines.map(({ type }) => type)).toEqual(['capture', ...counts, 'summary']);
    expect(lines.at(-1)).toMatchObject({ schema: 'wscope.report/1', sessions: 4, findings: [] });
  });
});
