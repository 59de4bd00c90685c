import { afterEach, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.js';

vi.mock('../../src/analyze.js', () => ({
  analyze: async () => {
    throw new TypeError('x is \x1b[31mundefined');
  },
}));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

const complaint = async (): Promise<string> => {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  await main(['a.pcap']);
  return written.join('');
};

it('admits a fault of its own with 70 and one line that asks for a report', async () => {
  expect(await complaint()).toMatch(
    /^wscope: this is a fault of wscope.*TypeError: x is \\x1b\[31mundefined.*report it.*\n$/,
  );
  expect(process.exitCode).toBe(70);
});

it('shows the stack to whoever asks', async () => {
  vi.stubEnv('WSCOPE_DEBUG', '1');
  expect(await complaint()).toContain('own-fault.test.ts');
});
