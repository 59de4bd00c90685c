/**
 * Names of key exchange groups ("TLS Supported Groups") and of signature schemes ("TLS SignatureScheme"), as the IANA
 * registries spell them, with the experimental post-quantum groups that browsers shipped before the registered ones.
 */
import { codePointName } from './code-points.js';

export function groupName(group: number): string {
  return codePointName(GROUPS, group);
}

export function signatureAlgorithmName(algorithm: number): string {
  return codePointName(SIGNATURE_ALGORITHMS, algorithm);
}

const run = (start: number, names: string): [number, string][] =>
  names.split(' ').map((name, index) => [start + index, name]);

const GROUPS = new Map<number, string>([
  ...run(0x0001, 'sect163k1 sect163r1 sect163r2 sect193r1 sect193r2 sect233k1 sect233r1 sect239k1'),
  ...run(0x0009, 'sect283k1 sect283r1 sect409k1 sect409r1 sect571k1 sect571r1'),
  ...run(0x000f, 'secp160k1 secp160r1 secp160r2 secp192k1 secp192r1 secp224k1 secp224r1 secp256k1'),
  ...run(0x0017, 'secp256r1 secp384r1 secp521r1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 x25519 x448'),
  ...run(0x001f, 'brainpoolP256r1tls13 brainpoolP384r1tls13 brainpoolP512r1tls13'),
  ...run(0x0022, 'GC256A GC256B GC256C GC256D GC512A GC512B GC512C curveSM2'),
  ...run(0x0100, 'ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192'),
  ...run(0x0200, 'MLKEM512 MLKEM768 MLKEM1024'),
  ...run(0x11eb, 'SecP256r1MLKEM768 X25519MLKEM768 SecP384r1MLKEM1024 curveSM2MLKEM768'),
  [0x4138, 'CECPQ2'],
  ...run(0x6399, 'X25519Kyber768Draft00 SecP256r1Kyber768Draft00'),
  ...run(0xfe30, 'X25519Kyber512Draft00 X25519Kyber768Draft00'),
  ...run(0xff01, 'arbitrary_explicit_prime_curves arbitrary_explicit_char2_curves'),
]);

const SIGNATURE_ALGORITHMS = new Map<number, string>([
  // TLS 1.2 wrote a hash octet and a signature octet (RFC 5246 7.4.1.4.1); TLS 1.3 took those pairs over.
  [0x0101, 'rsa_pkcs1_md5'],
  [0x0201, 'rsa_pkcs1_sha1'],
  [0x0202, 'dsa_sha1'],
  [0x0203, 'ecdsa_sha1'],
  ...run(0x0301, 'rsa_pkcs1_sha224 dsa_sha224 ecdsa_sha224'),
  ...run(0x0401, 'rsa_pkcs1_sha256 dsa_sha256 ecdsa_secp256r1_sha256'),
  [0x0420, 'rsa_pkcs1_sha256_legacy'],
  ...run(0x0501, 'rsa_pkcs1_sha384 dsa_sha384 ecdsa_secp384r1_sha384'),
  [0x0520, 'rsa_pkcs1_sha384_legacy'],
  ...run(0x0601, 'rsa_pkcs1_sha512 dsa_sha512 ecdsa_secp521r1_sha512'),
  [0x0620, 'rsa_pkcs1_sha512_legacy'],
  ...run(0x0704, 'eccsi_sha256 iso_ibs1 iso_ibs2 iso_chinese_ibs sm2sig_sm3'),
  ...run(0x0709, 'gostr34102012_256a gostr34102012_256b gostr34102012_256c gostr34102012_256d'),
  ...run(0x070d, 'gostr34102012_512a gostr34102012_512b gostr34102012_512c'),
  ...run(0x0804, 'rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 ed25519 ed448'),
  ...run(0x0809, 'rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512'),
  ...run(0x081a, 'ecdsa_brainpoolP256r1tls13_sha256 ecdsa_brainpoolP384r1tls13_sha384'),
  [0x081c, 'ecdsa_brainpoolP512r1tls13_sha512'],
  ...run(0x0904, 'mldsa44 mldsa65 mldsa87'),
  [0xeded, 'gostr34102001'],
  [0xeeee, 'gostr34102012_256'],
  [0xefef, 'gostr34102012_512'],
]);
