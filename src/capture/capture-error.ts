/**
 * A capture of which nothing can be read. The message is one line for the user: what is wrong, what the first bytes look
 * like, what to do. A file that is damaged behind its first packet is no error: it keeps its packets and gets a warning.
 */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';

  constructor(
    message: string,
    /** Where in the file reading failed, in bytes from its start. */
    readonly offset = 0,
  ) {
    super(message);
  }
}
