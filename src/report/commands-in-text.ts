/**
 * Finds the commands in a text of advice, so that they can be set as code and copied whole: `To see it: openssl s_client …`.
 * A command stands behind a colon or in brackets and begins with the name of a program that advice calls; it ends with its
 * sentence, its brackets, or where words of another script begin.
 */

export interface TextPiece {
  text: string;
  isCommand: boolean;
}

/** The pieces of a text, in order: joined they are the text. */
export const commandsIn = (text: string): TextPiece[] => {
  const pieces: TextPiece[] = [];
  let after = 0;
  for (const match of text.matchAll(COMMAND)) {
    const command = match[0].trimEnd();
    if (match.index > after) pieces.push({ text: text.slice(after, match.index), isCommand: false });
    pieces.push({ text: command, isCommand: true });
    after = match.index + command.length;
  }
  if (after < text.length) pieces.push({ text: text.slice(after), isCommand: false });
  return pieces;
};

const PROGRAMS = 'curl|ip|iptables|nft|openssl|ss|sysctl|tcpdump';
const BEFORE = '(?<=[:(] ?|[：（])';
const END = String.raw`\.(?: [A-Z]|$)|[);]| and the |[^ -~]|$`;
const COMMAND = new RegExp(`${BEFORE}(?:${PROGRAMS}) [ -~]*?(?=${END})`, 'g');
