/** Implementations that are asked after and are no peer here, each with the reason. Looked for in Debian 12, and some of them with pip and cargo. */
export const notHere: readonly (readonly [names: string, reason: string])[] = [
  ['LibreSSL', 'Debian packages none: its libtls is libretls, which is that interface around OpenSSL'],
  ['MatrixSSL, CycloneSSL, axTLS', 'Debian has no package of them'],
  ['OCaml-TLS', 'Debian packages none, and the repository of opam could not be reached'],
  ['Schannel, Secure Transport', 'they come with Windows and macOS alone'],
  ['.NET, Mono', 'no stack of their own: on Linux they are OpenSSL and BoringSSL; Debian has no .NET'],
  ['Python ssl, Ruby, PHP, Perl, Racket, Qt', 'OpenSSL again'],
  ['Conscrypt, Dart, AWS-LC', 'BoringSSL again, or a fork of it; s2n-tls runs on AWS-LC, rustls here on ring'],
  ['Java 8', 'JSSE again, and Debian 12 has Java 17 alone'],
  ['node-forge', 'TLS 1.1 is its highest version'],
  ['picotls, siotls, embedded-tls', 'TLS 1.3 only'],
  ['node:tls', 'OpenSSL again; test/interop/node-tls.test.ts meets it'],
  ['lemon-tls, @reclaimprotocol/tls', 'met by bench/peers.ts, and no peers of the matrix yet'],
  ['Zig, scapy', 'both speak TLS 1.2, Zig as a client only; no peers of the matrix yet'],
]

export const describeNotHere = (): string =>
  ['No peers:', ...notHere.map(([names, reason]) => `  ${names}: ${reason}`)].join('\n')
