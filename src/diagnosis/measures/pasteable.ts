/**
 * Text from a capture inside advice that people paste into a configuration or a program: only what cannot end the string
 * it stands in, else a placeholder. A stranger wrote it.
 */

/** Enough for any path or origin that is meant; a longer one is no help to read. */
const LONGEST = 200;

export const pasteable = (text: string, otherwise: string): string =>
  text.length <= LONGEST && /^[\w./:~%+@-]+$/.test(text) ? text : otherwise;
