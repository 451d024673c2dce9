import { toLatin1 } from '../bytes/convert.js'
import { recognizeGroup } from '../crypto/finite-field-groups.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../crypto/subject-public-key-info.js'
import type { KeyExchange } from '../crypto/suite-parameters.js'
import { isKeyTransport } from '../handshake/negotiation.js'
import { HANDSHAKE_HEADER_LENGTH, type HandshakeMessages } from '../messages/handshake.js'
import { ClientCertificateType } from '../registry/client-certificate-type.js'
import { SignatureScheme } from '../registry/signature-scheme.js'
import { type Fact, fact } from './described-step.js'
import {
  readClientKeyExchange,
  readServerKeyExchange,
  type ServerKeyExchangeBody,
  type ServerShareParams,
} from './key-exchange-bodies.js'
import type { Story } from './story.js'
import { groupText, namesOf, plural, schemeText } from './words.js'

function keyKind(der: Uint8Array): string {
  try {
    const { keyType, curve } = readSubjectPublicKeyInfo(certificatePublicKeyInfo(der))
    return curve === undefined ? keyType : `${keyType} on ${curve}`
  } catch {
    return 'of a kind that is not known here'
  }
}

export function describeCertificate(
  { certificateList }: HandshakeMessages['certificate'],
  { describeCertificate: more }: Story,
): Fact[] {
  const [own] = certificateList
  if (own === undefined) return [fact('certificates', 'none: an empty list')]
  const sizes = certificateList.map(({ length }) => length).join(' + ')
  const count = `${plural(certificateList.length, 'certificate')} (${sizes} bytes), its own first`
  return [fact('certificates', count), fact('key', keyKind(own)), ...more(own)]
}

const bitLength = (bytes: Uint8Array): number => {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24
}

const doesNotFit = (body: Uint8Array): Fact[] => [
  fact('content', `${plural(body.length, 'byte')} that do not fit the cipher suite`),
]

function whereItFits<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const printable = (bytes: Uint8Array): string => JSON.stringify(toLatin1(bytes))

function groupOf({ kind, params }: ServerShareParams): string {
  if (kind === 'ecdh') return groupText(params.namedCurve)
  return `${recognizeGroup(params.dhP, params.dhG) ?? 'not a known one'}, a modulus of ${bitLength(params.dhP)} bits`
}

const publicValueOf = ({ kind, params }: ServerShareParams): Uint8Array =>
  kind === 'ecdh' ? params.publicKey : params.dhYs

const describeShare = (share: ServerShareParams | undefined): Fact[] =>
  share === undefined
    ? []
    : [
        fact('group', groupOf(share)),
        fact('public value', `${plural(publicValueOf(share).length, 'byte')}, made for this handshake alone`),
      ]

function describeShareSignature({ signed, share }: ServerKeyExchangeBody): Fact[] {
  if (signed !== undefined) {
    const { algorithm, signature } = signed.signature
    const text = `${schemeText(algorithm)}, ${plural(signature.length, 'byte')}, over both randoms and these parameters`
    return [fact('signature', text)]
  }
  return share === undefined ? [] : [fact('signature', 'none: the key that both sides share vouches for them')]
}

export function describeServerKeyExchange(
  { body }: HandshakeMessages['server_key_exchange'],
  { suite }: Story,
): Fact[] {
  const read = suite && whereItFits(() => readServerKeyExchange(suite, body))
  if (read === undefined) return doesNotFit(body)
  const { hint, share } = read
  const hinted = hint && fact('identity hint', hint.length === 0 ? 'none' : printable(hint))
  return [...(hinted === undefined ? [] : [hinted]), ...describeShare(share), ...describeShareSignature(read)]
}

export const describeCertificateRequest = (request: HandshakeMessages['certificate_request']): Fact[] => [
  fact('certificate types', namesOf(ClientCertificateType, request.certificateTypes, 1)),
  fact('signature schemes', namesOf(SignatureScheme, request.supportedSignatureAlgorithms)),
  fact(
    'authorities',
    request.certificateAuthorities.length === 0
      ? 'none named: any issuer may be tried'
      : plural(request.certificateAuthorities.length, 'distinguished name'),
  ),
]

export function describeClientKeyExchange(
  { body }: HandshakeMessages['client_key_exchange'],
  { suite }: Story,
): Fact[] {
  if (suite === undefined) return [fact('content', plural(body.length, 'byte'))]
  const read = whereItFits(() => readClientKeyExchange(suite, body))
  if (read === undefined) return doesNotFit(body)
  const { pskIdentity, exchanged } = read
  const name = pskIdentity && fact('name of the key', `${printable(pskIdentity)}, in the clear`)
  return [...(name === undefined ? [] : [name]), ...describeExchanged(suite.keyExchange, exchanged)]
}

function describeExchanged(keyExchange: KeyExchange, exchanged: Uint8Array): Fact[] {
  if (keyExchange === 'PSK') return []
  const length = plural(exchanged.length, 'byte')
  return isKeyTransport(keyExchange)
    ? [fact('encrypted secret', `${length}; inside 2 of version and 46 random ones, to the key in the certificate`)]
    : [fact('public value', `${length}, made for this handshake alone, not encrypted and not secret`)]
}

/** In half a line, what many descriptions say of the client's key exchange, and what it is. */
export const clientKeyExchangeNote = ({ suite }: Story): string =>
  suite?.keyExchange === 'RSA'
    ? 'the "random data encrypted with the server\'s key" of popular descriptions: true of RSA key exchange only'
    : "many descriptions have random data encrypted with the server's key here: that is RSA key exchange only"

export const describeCertificateVerify = (
  { algorithm, signature }: HandshakeMessages['certificate_verify'],
  { messages }: Story,
): Fact[] => [
  fact(
    'signature',
    `${schemeText(algorithm)}, ${plural(signature.length, 'byte')}, by the key of the client's certificate`,
  ),
  fact('covers', `all ${messages} handshake messages before it, in both directions`),
]

/** For messages that have no description of their own. */
export const describeOther = (raw: Uint8Array): Fact[] => [
  fact('content', plural(Math.max(0, raw.length - HANDSHAKE_HEADER_LENGTH), 'byte')),
]
