/**
 * A text of the capture as one word of a POSIX shell command: remedies are pasted into terminals, and a server name or
 * URL is written by a stranger. Quoted unless it is plain; nothing inside single quotes is ever expanded.
 */
const PLAIN = /^[A-Za-z0-9_./:@%+=][A-Za-z0-9_./:@%+=-]*$/;

/** Cut before it is quoted, so that the closing quote is never lost; commands longer than this are not read. */
const WORD_KEPT = 1000;

export const shellWord = (text: string): string => {
  const word = text.slice(0, WORD_KEPT);
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
};
