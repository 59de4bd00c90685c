/**
 * The file behind --keylog, as text. What keeps it from being one becomes a line for the user: a wrong path, a file that
 * is too long, a capture given by mistake. What its lines mean is for tls/key-log.ts.
 */
import { readFileSync, statSync } from 'node:fs';
import { isSystemError, systemMessage } from './sources.js';

/** In bytes: the keys of half a million connections. More is some other file. */
const LONGEST = 256 * 2 ** 20;

export type KeyLogText = { text: string; problem?: never } | { text?: never; problem: string };

export const readKeyLog = (path: string): KeyLogText => {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return { problem: 'It is a directory, not a key log' };
    if (stats.size > LONGEST) return { problem: `It is too long for a key log: ${stats.size} bytes` };
    const text = readFileSync(path, 'latin1');
    // A key log may be empty: the program that writes it has not met TLS yet. Other files have no line of one.
    if (text.trim() === '' || SECRET.test(text)) return { text };
    return { problem: 'It holds no TLS secrets: expected lines such as CLIENT_RANDOM <64 digits> <secret>' };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') return { problem: 'There is no such file: check the path' };
    return { problem: systemMessage(error) };
  }
};

const SECRET = /^(#|\s*(RSA |RSA Session-ID:|[A-Z][A-Z_0-9]+ )[0-9a-fA-F]+ )/m;
