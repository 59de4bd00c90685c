import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/diagnosis/rules/index.js';
import { commandsIn } from '../../src/report/commands-in-text.js';

const commands = (text: string) => commandsIn(text).flatMap((piece) => (piece.isCommand ? [piece.text] : []));

describe('commands in a text', () => {
  it.each([
    ['To see it: openssl s_client -connect a:443 </dev/null', 'openssl s_client -connect a:443 </dev/null'],
    ['Lower it: ip link set dev eth0 mtu 1400. Linux can also.', 'ip link set dev eth0 mtu 1400'],
    ['a limit (nft list ruleset), or a table', 'nft list ruleset'],
    [
      '查看证书链：openssl s_client -connect a:443 -showcerts </dev/null。',
      'openssl s_client -connect a:443 -showcerts </dev/null',
    ],
    ['See it: ss -ltnp "sport = :53"', 'ss -ltnp "sport = :53"'],
  ])('are found whole: %s', (text, command) => {
    expect(commands(text)).toEqual([command]);
  });

  it('are not found in prose', () => {
    expect(commands('Use curl without headers; openssl -servername names it: the ip of a host.')).toEqual([]);
  });

  it('leave the text as it is', () => {
    const words = fc.constantFrom(
      ':',
      ' ',
      'curl',
      'ip',
      '(',
      ')',
      '.',
      'A',
      '：',
      '。',
      '-i',
      '证',
      '\n',
      ' and the ',
    );
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        const text = parts.join('');
        expect(
          commandsIn(text)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('are in the advice of many rules, options and all', () => {
    const advice = RULES.flatMap(({ meta }) => Object.values(meta.remedies ?? {}));
    const found = advice.flatMap(commands);
    expect(found.length).toBeGreaterThan(10);
    expect(found).toContain(
      'iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    );
  });
});
