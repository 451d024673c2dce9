/** OpenSSL's command-line client and server as peers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { program } from '../support/outside.js'
import { type PkiKind, pki } from '../support/pki.js'
import { Program, versionOf } from './program.js'

const openssl = program('openssl')

export const opensslAbsent = openssl === undefined
/** What these tests ran against, for titles. */
export const opensslVersion = versionOf(openssl, 'version')

/** OpenSSL's names of the groups, and how `s_client` reports that one was used. */
export const opensslGroups = {
  x25519: { name: 'X25519', reported: 'X25519, 253 bits' },
  x448: { name: 'X448', reported: 'X448, 448 bits' },
  secp256r1: { name: 'P-256', reported: 'ECDH, prime256v1, 256 bits' },
  secp384r1: { name: 'P-384', reported: 'ECDH, secp384r1, 384 bits' },
  secp521r1: { name: 'P-521', reported: 'ECDH, secp521r1, 521 bits' },
} as const

/** A signature scheme with a kind of key that can sign under it, and how OpenSSL reports that the peer did. */
export interface SignatureCase {
  readonly scheme: SignatureSchemeName
  readonly kind: PkiKind
  readonly reported: RegExp
}

const signatureCase = (scheme: SignatureSchemeName, kind: PkiKind, type: string, hash?: string): SignatureCase => ({
  scheme,
  kind,
  reported: new RegExp(`${hash === undefined ? '' : `Hash used: ${hash}\\s+`}Signature type: ${type}\\s`),
})

export const signatureCases: readonly SignatureCase[] = [
  signatureCase('rsa_pkcs1_sha256', 'rsa', 'RSA', 'SHA256'),
  signatureCase('rsa_pkcs1_sha384', 'rsa', 'RSA', 'SHA384'),
  signatureCase('rsa_pkcs1_sha512', 'rsa', 'RSA', 'SHA512'),
  signatureCase('rsa_pss_rsae_sha256', 'rsa', 'RSA-PSS', 'SHA256'),
  signatureCase('rsa_pss_rsae_sha384', 'rsa', 'RSA-PSS', 'SHA384'),
  signatureCase('rsa_pss_rsae_sha512', 'rsa', 'RSA-PSS', 'SHA512'),
  signatureCase('rsa_pss_pss_sha256', 'rsaPss', 'RSA-PSS', 'SHA256'),
  signatureCase('rsa_pss_pss_sha384', 'rsaPss', 'RSA-PSS', 'SHA384'),
  signatureCase('rsa_pss_pss_sha512', 'rsaPss', 'RSA-PSS', 'SHA512'),
  signatureCase('ecdsa_secp256r1_sha256', 'ecdsaP256', 'ECDSA', 'SHA256'),
  signatureCase('ecdsa_secp384r1_sha384', 'ecdsaP384', 'ECDSA', 'SHA384'),
  signatureCase('ecdsa_secp521r1_sha512', 'ecdsaP521', 'ECDSA', 'SHA512'),
  // in TLS 1.2 the hash of an ECDSA scheme does not bind the curve
  signatureCase('ecdsa_secp384r1_sha384', 'ecdsaP256', 'ECDSA', 'SHA384'),
  signatureCase('ed25519', 'ed25519', 'ed25519'),
  signatureCase('ed448', 'ed448', 'ed448'),
]

const credentialArguments = (role: 'client' | 'server', kind: PkiKind, prefix = ''): string[] => {
  const { certPath, keyPath, chainPath } = pki[role][kind]
  return [`-${prefix}cert`, certPath, `-${prefix}key`, keyPath, `-${prefix}cert_chain`, chainPath]
}

/** Puts `Options` of SSL_CONF, which no command-line option reaches, into effect while a program starts and runs. */
export class Configuration {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tls12-interop-'))

  /** The environment for a program that shall run with these options, `-ExtendedMasterSecret` for example. */
  environment(options: string): NodeJS.ProcessEnv {
    const path = join(this.#folder, 'openssl.cnf')
    const sections = ['openssl_conf = main', '[main]', 'ssl_conf = ssl', '[ssl]', 'system_default = tls', '[tls]']
    writeFileSync(path, [...sections, `Options = ${options}`, ''].join('\n'))
    return { OPENSSL_CONF: path }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}

/** A running `openssl s_server`, which takes one connection after the other and sends every line back reversed. */
export interface OpensslServer {
  readonly program: Program
  readonly port: number
}

/** `-rev` closes when it is told `CLOSE`, and without it the server takes commands of one letter; `-state` prints the alerts. */
export async function startServer(
  kinds: readonly [PkiKind, PkiKind?],
  args: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
  mode: readonly string[] = ['-rev'],
): Promise<OpensslServer> {
  const [first, second] = kinds
  const server = new Program(
    'openssl',
    [
      ...['s_server', '-accept', '127.0.0.1:0', '-tls1_2', ...mode, '-state', '-cipher', 'ALL:@SECLEVEL=1'],
      ...credentialArguments('server', first),
      ...(second === undefined ? [] : credentialArguments('server', second, 'd')),
      ...args,
    ],
    environment,
  )
  const [, port] = await server.says(/ACCEPT 127\.0\.0\.1:(\d+)/)
  return { program: server, port: Number(port) }
}

export const trustOurs: readonly string[] = ['-CAfile', pki.ca.certPath, '-verify_return_error']
export const trustImpostor: readonly string[] = ['-CAfile', pki.impostor.ca.certPath, '-verify_return_error']

/** Runs `openssl s_client` against a port of this machine; it ends when its input does. */
export const startClient = (
  port: number,
  client: { kind?: PkiKind; trust?: readonly string[]; version?: '-tls1_2' | '-tls1_1'; args?: readonly string[] },
  environment: NodeJS.ProcessEnv = {},
): Program =>
  new Program(
    'openssl',
    [
      ...['s_client', '-connect', `127.0.0.1:${port}`, client.version ?? '-tls1_2', '-brief', '-state'],
      ...['-servername', 'localhost', '-verify_hostname', 'localhost', '-verify', '5', ...(client.trust ?? trustOurs)],
      ...(client.kind === undefined ? [] : credentialArguments('client', client.kind)),
      ...(client.args ?? []),
    ],
    environment,
  )

/** What `-state` prints of alerts. */
export const closeNotify = { read: /alert read:warning:close notify/, written: /alert write:warning:close notify/ }
