import type { CommonOptions } from '../adapters/options.js'
import type { CipherSuiteName } from '../registry/cipher-suite.js'
import { NamedGroup, type NamedGroupName } from '../registry/named-group.js'
import { SignatureScheme, type SignatureSchemeName } from '../registry/signature-scheme.js'
import { listOf, numberIn, type OptionSpecs, UsageError, type Values } from './arguments.js'
import { openKeyLog, readCredentials } from './files.js'
import { provider } from './provider.js'
import { pskOptions, pskSuites, readPreSharedKeys, suitesFor } from './psk-options.js'
import { type TrustContext, trustFrom, trustOptions } from './trust-options.js'

/** The options that a client and a server have alike. */
export const tlsOptions = {
  cert: { type: 'string', value: 'FILE', help: 'own certificate in PEM, its issuers after it' },
  key: { type: 'string', value: 'FILE', help: 'private key of the certificate in PEM' },
  p12: { type: 'string', value: 'FILE', help: 'certificates and keys in PKCS#12, in place of --cert and --key' },
  'key-password-file': {
    type: 'string',
    value: 'FILE',
    help: 'holds the password of --key or --p12 and nothing else; a line end after it does not count',
  },
  ...trustOptions,
  ...pskOptions,
  'cipher-suites': {
    type: 'string',
    value: 'LIST',
    help: 'names separated by commas in order of preference, or "all": every suite there is, weak ones too; by default those with forward secrecy and AEAD',
  },
  groups: { type: 'string', value: 'LIST', help: 'key exchange groups, x25519,secp256r1,ffdhe2048 for example' },
  'signature-algorithms': {
    type: 'string',
    value: 'LIST',
    help: 'signature schemes, ecdsa_secp256r1_sha256,rsa_pss_rsae_sha256 for example',
  },
  alpn: { type: 'string', value: 'LIST', help: 'application protocols, http/1.1 for example' },
  'key-log': {
    type: 'string',
    value: 'FILE',
    help: 'append secrets to this file in the NSS format: whoever reads it reads the connections',
  },
  'handshake-timeout': {
    type: 'string',
    value: 'SECONDS',
    help: 'give up on a handshake after so long; 10 by default',
  },
} as const satisfies OptionSpecs

/** Names out of a list, each of which must be known. */
function known<T extends string>(option: string, value: string | undefined, isKnown: (name: string) => name is T) {
  return listOf(option, value)?.map((name) => {
    if (!isKnown(name)) throw new UsageError(`--${option}: ${JSON.stringify(name)} is not one that there is`)
    return name
  })
}

const isGroup = (name: string): name is NamedGroupName => Object.hasOwn(NamedGroup, name)
const isScheme = (name: string): name is SignatureSchemeName => Object.hasOwn(SignatureScheme, name)

function suitesFrom(value: string | undefined, withPsk: boolean): readonly CipherSuiteName[] | undefined {
  const possible = suitesFor(withPsk)
  if (value === 'all') return possible
  if (value === undefined) return withPsk ? pskSuites : undefined
  return known('cipher-suites', value, (name): name is CipherSuiteName => possible.some((suite) => suite === name))
}

function protocolsFrom(value: string | undefined): readonly string[] | undefined {
  const names = listOf('alpn', value)
  const wrong = names?.find((name) => !/^[\x21-\x7e]{1,255}$/.test(name))
  if (wrong !== undefined)
    throw new UsageError(`--alpn: ${JSON.stringify(wrong)} is not 1 to 255 printable ASCII characters`)
  return names
}

/** Only what is set: `undefined` is no value for an option of the library. */
const defined = <T extends object>(options: T) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

export interface TlsSettings {
  readonly options: CommonOptions & { readonly handshakeTimeout: number }
  /** Whether some peer's certificate can be accepted at all. */
  readonly hasTrust: boolean
  /** The DER names of the authorities, as far as a server should tell clients of them. */
  readonly authorities: readonly Uint8Array[]
  /** What the user should hear before the first connection. */
  readonly warnings: readonly string[]
  /** To be called when all connections are over. */
  readonly close: () => void
}

const listsFrom = (values: Values<typeof tlsOptions>) => ({
  cipherSuites: suitesFrom(values['cipher-suites'], values['psk-file'] !== undefined),
  groups: known('groups', values.groups, isGroup),
  signatureSchemes: known('signature-algorithms', values['signature-algorithms'], isScheme),
  applicationProtocols: protocolsFrom(values.alpn),
})

/** What the common options mean. Throws `UsageError`. */
export async function tlsSettings(
  values: Values<typeof tlsOptions>,
  trustContext: TrustContext = {},
): Promise<TlsSettings> {
  const trust = trustFrom(values, trustContext)
  const range = { least: 0.001, most: 86_400, fraction: true }
  const seconds = numberIn('handshake-timeout', values['handshake-timeout'], range)
  const lists = listsFrom(values)
  const { cert, key, p12, 'key-password-file': passwordFile } = values
  const credentials = await readCredentials(provider, { cert, key, p12, passwordFile })
  const preSharedKeys = values['psk-file'] === undefined ? undefined : readPreSharedKeys(values['psk-file'])
  const keyLog = values['key-log'] === undefined ? undefined : openKeyLog(values['key-log'])
  return {
    options: {
      ...defined({ ...lists, credentials, preSharedKeys, keyLog: keyLog?.line }),
      verifier: trust.verifier,
      handshakeTimeout: (seconds ?? 10) * 1000,
    },
    hasTrust: trust.isGiven,
    authorities: trust.authorities,
    warnings: trust.warnings,
    close: () => keyLog?.close(),
  }
}
