/**
 * What a user should know of a reading that went on: files that end early or are damaged, limits that were reached. Kept
 * as keys with their data, so that a report says it in its own language; warningText() says it in English.
 */
export const WARNINGS = {
  'more-like-these': '{count} more warnings like these.',
  'gzip-cut': 'The gzip file is cut: the {octets} bytes before that were read.',
  'gzip-damaged': 'The gzip file is damaged ({error}): the {octets} bytes before that were read.',
  'reading-stopped': 'Reading stopped at byte {octets}: the system cannot read on ({code}).',
  'link-type-unread': '{packets} packets of link type {linkType} cannot be read and were passed over.',
  'ends-inside-packet':
    'The file ends inside packet {packet}, at byte {offset}: the last {unread} bytes are not a whole record.',
  'ends-inside-block':
    'The file ends inside a block behind packet {packet}, at byte {offset}: the last {unread} bytes are not a whole block.',
  'ends-inside-long-block': 'The file ends inside a block behind packet {packet}: {missing} bytes are missing.',
  damaged: 'The file is damaged: {what}. What stands before it was read, the rest was not.',
  'damaged-where':
    'The file is damaged where packet {packet}, at byte {offset}, is expected: {what}. What stands before was read, the rest was not.',
  'length-of-packet': 'packet {packet} at byte {offset} claims a length of {length} bytes',
  'header-of-zeros': 'packet {packet} at byte {offset} has a header of zeros',
  'block-length': 'a block of type {type} claims a length of {length} bytes',
  'block-lengths-differ': 'a block of type {type} states two lengths that differ',
  'no-byte-order': 'a section header has no byte-order magic',
  'too-many-interfaces': 'it describes too many interfaces',
  'short-section-header': 'a section header is {length} bytes long',
  'section-version': 'a section is of version {version}, and only 1.x can be read',
  'packet-beyond-block': 'its block holds {held} bytes and claims {claimed}',
  'unknown-interface': 'it belongs to interface {interface}, which the file does not describe',
  'secrets-cut': 'A block of decryption secrets claims {claimed} bytes and has {held}; it was left out.',
  'secrets-over-limit': 'The file carries more than {limit} bytes of decryption secrets; the rest was left out.',
  'secrets-too-late':
    'Secrets for TLS stand behind the packets they belong to, too far to read standard input again: save the capture to a file and pass that.',
  'connections-evicted': '{count} connections were given up while open, because too many were open at the same time.',
  'lookups-forgotten':
    'The first {count} DNS lookups were forgotten, because there are too many: sessions after them may lack their names.',
  'series-over-limit':
    'Numbers over time were kept of {kept} connections, and not of {omitted} after them: --session tells of one.',
  'key-log-fits-nothing':
    'The key log fits no TLS connection here: its {secrets} secrets are of {connections} other connections, recorded at another time or by another program.',
  'key-log-lacks-client':
    'The key log lacks the secrets of the client of {connections} TLS connections, though it has those of the other side: what the client said there stays encrypted. It may be cut, or was begun too late.',
  'key-log-lacks-server':
    'The key log lacks the secrets of the server of {connections} TLS connections, though it has those of the other side: what the server said there stays encrypted. It may be cut, or was begun too late.',
  'key-log-over-limit': 'The key log has more than {limit} secrets; {omitted} were left out.',
} as const;

export type WarningKey = keyof typeof WARNINGS;

export interface Warning {
  warning: WarningKey;
  /** Fillers of the placeholders; one may be a warning of its own. */
  data: Readonly<Record<string, string | number | Warning>>;
}

export const warning = (key: WarningKey, data: Warning['data'] = {}): Warning => ({ warning: key, data });

export const warningText = (
  { warning: key, data }: Warning,
  templates: Readonly<Record<WarningKey, string>> = WARNINGS,
): string =>
  templates[key].replace(/\{(\w+)\}/g, (_, name: string) => {
    const filler = data[name];
    return typeof filler === 'object' ? warningText(filler, templates) : String(filler ?? '');
  });
