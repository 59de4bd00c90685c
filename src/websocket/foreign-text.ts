/**
 * Tells whether octets at a frame boundary are the start of an HTTP message: a second writer on an upgraded socket, whose
 * "HTTP/1.1 400" would read as a Close with RSV1. Every text here begins with an octet that no frame header allowed by
 * RFC 6455 and RFC 7692 has (RSV bits with a control or reserved opcode, or RSV3), so nothing is taken away from frames.
 */
export function beginsHttp(octets: Uint8Array, from: number, to: number): boolean | 'undecided' {
  let undecided = false;
  for (const text of BEGINNINGS) {
    const agreed = agreement(text, octets, from, to);
    if (agreed === text.length) return true;
    if (agreed === to - from) undecided = true;
  }
  return undecided ? 'undecided' : false;
}

/** Octets of `text` that stand at `from`; stops at the first that differs. */
function agreement(text: string, octets: Uint8Array, from: number, to: number): number {
  let at = 0;
  while (at < text.length && from + at < to && octets[from + at] === text.charCodeAt(at)) at++;
  return at;
}

/** None is longer than a frame header can be (14 octets), so that a decoder can hold it in the same place. */
const BEGINNINGS: readonly string[] = [
  'HTTP/1.',
  'GET /',
  'HEAD /',
  'POST /',
  'PUT /',
  'DELETE /',
  'OPTIONS /',
  'PATCH /',
  'CONNECT ',
];
