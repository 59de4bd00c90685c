/**
 * A text of the capture as one word of a POSIX shell command: remedies are pasted into terminals, and a server name or
 * URL is written by a stranger. Quoted unless it is plain; nothing inside single quotes is ever expanded.
 */
const PLAIN = /^[A-Za-z0-9_./:@%+=][A-Za-z0-9_./:@%+=-]*$/;

export const shellWord = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
