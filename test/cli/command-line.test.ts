import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AnalyzeRequest, readCommandLine as readCommand } from '../../src/cli/command-line.js';

const readCommandLine = (argv: string[]): AnalyzeRequest => {
  const command = readCommand(argv);
  if (command.name !== 'analyze') throw new Error(`it is read as ${command.name}`);
  return command.request;
};

afterEach(() => vi.restoreAllMocks());

describe('the command line', () => {
  it('reads a plain list of captures', () => {
    expect(readCommandLine(['a.pcap', '-'])).toEqual({
      captures: ['a.pcap', '-'],
      format: 'terminal',
      filter: {},
      all: false,
      showSecrets: false,
      exitCode: false,
      ascii: false,
    });
  });

  it('reads filters as lists, given once or more', () => {
    const { filter } = readCommandLine([
      ...['--session', '1,4', '--session=9', '--host', 'a.example, *.b', '--port', '443', '--port', '80'],
      ...['--sni', 's', '--path', '/x', '--stage', 'tls,open', '--cause', 'ws-*', '--outcome', 'failed', 'a.pcap'],
    ]);
    expect(filter).toEqual({
      ids: new Set([1, 4, 9]),
      hosts: ['a.example', '*.b'],
      ports: [443, 80],
      snis: ['s'],
      paths: ['/x'],
      stages: ['tls', 'open'],
      causes: ['ws-*'],
      outcomes: ['failed'],
    });
  });

  it.each([
    [[]],
    [['--unknown', 'a.pcap']],
    [['--session', '0', 'a.pcap']],
    [['--session', '1;2', 'a.pcap']],
    [['--port', '70000', 'a.pcap']],
    [['--stage', 'middle', 'a.pcap']],
    [['--cause', 'ws-nothing-like-it', 'a.pcap']],
    [['--outcome', 'bad', 'a.pcap']],
    [['--host', ' ', 'a.pcap']],
    [['--json', '--ndjson', 'a.pcap']],
  ])('refuses %j with a line on standard error', (argv) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(() => readCommandLine(argv)).toThrow(CommanderError);
    expect(String(written.mock.calls[0]![0])).toMatch(/^wscope: .+\n$/);
  });
});
