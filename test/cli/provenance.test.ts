import { describe, expect, it } from 'vitest';
import { provenance } from '../../src/cli/provenance.js';

describe('what made a report', () => {
  it('names the command without the folders of its files', () => {
    const argv = [
      '--markdown',
      '--keylog',
      '/home/x/keys.log',
      '--keylog=/srv/k y',
      '--host',
      'chat.*',
      '/srv/a b.pcap',
      '-',
    ];
    expect(provenance(argv, ['/srv/a b.pcap', '-']).command).toBe(
      "wscope --markdown --keylog keys.log --keylog='k y' --host 'chat.*' 'a b.pcap' -",
    );
  });

  it('names the versions of wscope and Node.js', () => {
    expect(provenance([], []).madeWith).toMatch(/^wscope \d+\.\d+\.\d+, Node\.js \d+\.\d+\.\d+$/);
  });
});
