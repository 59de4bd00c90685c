/** Exit statuses, for scripts: they keep their meaning. */

export type ExitStatus = typeof FINE | typeof FAILED_SESSION | typeof UNUSABLE | typeof OWN_FAULT;

/** Analyzed, whatever was found. */
export const FINE = 0;
/** With --exit-code: a session that is shown failed, and no later attempt made up for it. */
export const FAILED_SESSION = 1;
/** A capture cannot be read, or the command line cannot be understood. */
export const UNUSABLE = 2;
/** wscope itself went wrong: EX_SOFTWARE of sysexits.h. */
export const OWN_FAULT = 70;
