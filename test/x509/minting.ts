/** Mints certificates as tests want them, wrong ones too: DER by our own writer, keys and signatures by node:crypto. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { DerTag, writeDer } from '../../src/codec/der.js'

export interface MintedKey {
  readonly privateKey: KeyObject
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  /** PKCS#8, DER. */
  readonly privateKeyInfo: Uint8Array
}

export interface Minted {
  readonly der: Uint8Array
  readonly pem: string
  readonly key: MintedKey
  readonly name: string
}

export function ecKey(namedCurve = 'P-256'): MintedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  return exported(privateKey, publicKey)
}

export function rsaKey(modulusLength = 2048): MintedKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return exported(privateKey, publicKey)
}

const exported = (privateKey: KeyObject, publicKey: KeyObject): MintedKey => ({
  privateKey,
  publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
  privateKeyInfo: new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })),
})

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => writeDer(DerTag.sequence, ...parts)

/** A dotted object identifier. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octets = [40 * first + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return writeDer(DerTag.objectIdentifier, Uint8Array.from(octets))
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A name with one CN; the empty name for an empty text. With an emailAddress too, where there is one. */
function nameOf(commonName: string, email?: string): Uint8Array {
  if (commonName === '') return sequence()
  const rdn = (type: string, tag: number, text: string): Uint8Array =>
    writeDer(DerTag.set, sequence(oid(type), writeDer(tag, utf8(text))))
  const address = email === undefined ? [] : [rdn('1.2.840.113549.1.9.1', 0x16, email)]
  return sequence(rdn('2.5.4.3', 0x0c, commonName), ...address)
}

/** UTCTime through 2049, GeneralizedTime from 2050. */
function time(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050 ? writeDer(0x17, utf8(digits.slice(2))) : writeDer(0x18, utf8(digits))
}

interface Extension {
  readonly oid: string
  readonly critical?: boolean
  readonly value: Uint8Array
}

const extensionDer = ({ oid: dotted, critical = false, value }: Extension): Uint8Array =>
  sequence(
    oid(dotted),
    ...(critical ? [writeDer(DerTag.boolean, Uint8Array.of(0xff))] : []),
    writeDer(DerTag.octetString, value),
  )

const usages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
]

function keyUsageValue(names: readonly string[]): Uint8Array {
  const bits = names.reduce((sum, name) => sum | (0x80 >> usages.indexOf(name)), 0)
  let unused = 0
  while (unused < 7 && (bits & (1 << unused)) === 0) unused++
  return writeDer(DerTag.bitString, Uint8Array.of(unused, bits))
}

export const purposes = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const

const integer = (value: number): Uint8Array => writeDer(DerTag.integer, Uint8Array.of(value))

const dnsName = (name: string): Uint8Array => writeDer(0x82, utf8(name))

export interface MintOptions {
  readonly name: string
  /** An email address in the subject. */
  readonly emailAddress?: string
  /** Self-signed where there is none. */
  readonly issuer?: Minted
  readonly key?: MintedKey
  readonly ca?: boolean
  readonly pathLength?: number
  readonly keyUsage?: readonly string[]
  readonly purposes?: readonly string[]
  readonly dns?: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly permittedDns?: readonly string[]
  readonly excludedDns?: readonly string[]
  readonly policies?: readonly string[]
  readonly mappings?: readonly (readonly [issuer: string, subject: string])[]
  readonly requireExplicitPolicy?: number
  readonly extensions?: readonly Extension[]
  /** Leave out extensions that RFC 5280 wants and that are otherwise made. */
  readonly without?: readonly ('aki' | 'ski' | 'basicConstraints' | 'keyUsage')[]
  /** Signs in place of the issuer's key. */
  readonly signer?: MintedKey
  readonly digest?: 'sha1' | 'sha256'
}

const keyIdentifier = (key: MintedKey): Uint8Array => new Uint8Array(createHash('sha1').update(key.publicKey).digest())

const subtrees = (tag: number, names: readonly string[] = []): Uint8Array[] =>
  names.length === 0 ? [] : [writeDer(tag, ...names.map((name) => sequence(dnsName(name))))]

function policyExtensions({ policies, mappings, requireExplicitPolicy }: MintOptions): Extension[] {
  const found: Extension[] = []
  if (policies !== undefined) {
    found.push({ oid: '2.5.29.32', value: sequence(...policies.map((policy) => sequence(oid(policy)))) })
  }
  if (mappings !== undefined) {
    const value = sequence(...mappings.map(([from, to]) => sequence(oid(from), oid(to))))
    found.push({ oid: '2.5.29.33', critical: true, value })
  }
  if (requireExplicitPolicy !== undefined) {
    const value = sequence(writeDer(0x80, Uint8Array.of(requireExplicitPolicy)))
    found.push({ oid: '2.5.29.36', critical: true, value })
  }
  return found
}

function extensionsOf(options: MintOptions, key: MintedKey): Extension[] {
  const { ca = false, pathLength, issuer, without = [], dns, permittedDns, excludedDns, name } = options
  const constraints = sequence(
    ...(ca ? [writeDer(DerTag.boolean, Uint8Array.of(0xff))] : []),
    ...(pathLength === undefined ? [] : [integer(pathLength)]),
  )
  const keyUsage = options.keyUsage ?? (ca ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'])
  const aki = sequence(writeDer(0x80, keyIdentifier(issuer?.key ?? key)))
  const found: Extension[] = [
    ...(without.includes('keyUsage') ? [] : [{ oid: '2.5.29.15', critical: true, value: keyUsageValue(keyUsage) }]),
    ...(without.includes('basicConstraints') ? [] : [{ oid: '2.5.29.19', critical: true, value: constraints }]),
    ...(without.includes('ski') ? [] : [{ oid: '2.5.29.14', value: writeDer(DerTag.octetString, keyIdentifier(key)) }]),
    ...(without.includes('aki') ? [] : [{ oid: '2.5.29.35', value: aki }]),
  ]
  if (options.purposes !== undefined) found.push({ oid: '2.5.29.37', value: sequence(...options.purposes.map(oid)) })
  if (dns !== undefined) found.push({ oid: '2.5.29.17', critical: name === '', value: sequence(...dns.map(dnsName)) })
  if (permittedDns !== undefined || excludedDns !== undefined) {
    const value = sequence(...subtrees(0xa0, permittedDns), ...subtrees(0xa1, excludedDns))
    found.push({ oid: '2.5.29.30', critical: true, value })
  }
  return [...found, ...policyExtensions(options), ...(options.extensions ?? [])]
}

const algorithms = {
  ec: { sha1: '1.2.840.10045.4.1', sha256: '1.2.840.10045.4.3.2' },
  rsa: { sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11' },
}

let serial = 0

/** Mints one certificate, valid from 2020 to 2040 unless told otherwise. */
export function mint(options: MintOptions): Minted {
  const key = options.key ?? ecKey()
  const signer = options.signer ?? options.issuer?.key ?? key
  const digest = options.digest ?? 'sha256'
  const kind = signer.privateKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec'
  const algorithm = sequence(oid(algorithms[kind][digest]), ...(kind === 'rsa' ? [writeDer(DerTag.null)] : []))
  serial++
  const tbs = sequence(
    writeDer(0xa0, integer(2)),
    writeDer(DerTag.integer, Uint8Array.of(1, serial >> 8, serial & 0xff)),
    algorithm,
    nameOf(options.issuer?.name ?? options.name),
    sequence(time(options.notBefore ?? new Date('2020-01-01')), time(options.notAfter ?? new Date('2040-01-01'))),
    nameOf(options.name, options.emailAddress),
    key.publicKey,
    writeDer(0xa3, sequence(...extensionsOf(options, key).map(extensionDer))),
  )
  const signature = new Uint8Array(sign(digest, tbs, signer.privateKey))
  const der = sequence(tbs, algorithm, writeDer(DerTag.bitString, Uint8Array.of(0), signature))
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return {
    der,
    key,
    name: options.name,
    pem: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  }
}

/** A self-signed authority. */
export const mintRoot = (name = 'Root', options: Partial<MintOptions> = {}): Minted =>
  mint({ name, ca: true, ...options })

/** A server's or a client's certificate for `localhost`. */
export const mintLeaf = (issuer: Minted, options: Partial<MintOptions> = {}): Minted =>
  mint({ name: 'leaf', issuer, dns: ['localhost'], purposes: [purposes.serverAuth], ...options })
