/**
 * Whether a certificate is for a host, as clients decide it (RFC 9525 6.3): names without regard to case, a wildcard
 * for exactly one whole label on the left, IP addresses by their value and never by a wildcard.
 */
import { isIP, SocketAddress } from 'node:net';
import type { CertificateFacts } from './tls-facts.js';

/** `host`: a DNS name, an IPv4 address or an IPv6 address, the latter with or without brackets. */
export function coversName(certificate: CertificateFacts, host: string): boolean {
  const wanted = host.replace(/^\[(.*)\]$/, '$1');
  const address = canonicalAddress(wanted);
  if (address !== undefined) return certificate.names.some((name) => canonicalAddress(name) === address);
  const labels = labelsOf(wanted);
  return certificate.names.some((name) => canonicalAddress(name) === undefined && matches(labelsOf(name), labels));
}

function matches(pattern: readonly string[], labels: readonly string[]): boolean {
  if (pattern.length !== labels.length) return false;
  return pattern.every((label, index) => {
    // RFC 9525 6.3: `*` stands for a whole label, the leftmost one, and something follows it.
    if (label === '*' && index === 0 && pattern.length > 1) return labels[0] !== '';
    return label !== '' && label === labels[index];
  });
}

/** Lower case, without the dot of the root. */
const labelsOf = (name: string): string[] => name.toLowerCase().replace(/\.$/, '').split('.');

/** One way of writing each address; undefined for anything else. */
function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  return version === 4 ? text : new SocketAddress({ address: text, family: 'ipv6' }).address;
}
