import { toLatin1 } from '../bytes/convert.js'
import { recognizeGroup } from '../crypto/finite-field-groups.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../crypto/subject-public-key-info.js'
import type { KeyExchange } from '../crypto/suite-parameters.js'
import { isKeyTransport, usesPsk } from '../handshake/negotiation.js'
import { HANDSHAKE_HEADER_LENGTH, type HandshakeMessages } from '../messages/handshake.js'
import { ClientPskIdentity, ServerPskParams } from '../messages/pre-shared-key.js'
import { ClientCertificateType } from '../registry/client-certificate-type.js'
import { SignatureScheme } from '../registry/signature-scheme.js'
import { type Fact, fact } from './described-step.js'
import { type Story, tryRead, tryServerParams } from './story.js'
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

const printable = (bytes: Uint8Array): string => JSON.stringify(toLatin1(bytes))

function describePskParams(body: Uint8Array): Fact[] {
  const decoded = tryRead(ServerPskParams, body)
  if (decoded === undefined) return doesNotFit(body)
  const { pskIdentityHint, params } = decoded
  const hint = fact('identity hint', pskIdentityHint.length === 0 ? 'none' : printable(pskIdentityHint))
  const unsigned = `${plural(params.length, 'byte')}, unsigned: the key that both sides share vouches for them`
  return params.length === 0 ? [hint] : [hint, fact('params', unsigned)]
}

export function describeServerKeyExchange(
  { body }: HandshakeMessages['server_key_exchange'],
  { suite }: Story,
): Fact[] {
  if (suite !== undefined && usesPsk(suite.keyExchange)) return describePskParams(body)
  const decoded = tryServerParams(suite, body)
  if (decoded === undefined) return doesNotFit(body)
  const facts =
    decoded.kind === 'ecdh'
      ? [
          fact('group', groupText(decoded.params.namedCurve)),
          fact('public value', `${plural(decoded.params.publicKey.length, 'byte')}, made for this handshake alone`),
        ]
      : [
          fact(
            'group',
            `${recognizeGroup(decoded.params.dhP, decoded.params.dhG) ?? 'not a known one'}, a modulus of ${bitLength(decoded.params.dhP)} bits`,
          ),
          fact('public value', `${plural(decoded.params.dhYs.length, 'byte')}, made for this handshake alone`),
        ]
  const { algorithm, signature } = decoded.signature
  const signed = `${schemeText(algorithm)}, ${plural(signature.length, 'byte')}, over both randoms and these parameters`
  return [...facts, fact('signature', signed)]
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

/** Bytes of length prefix before the one field of each body, behind the name of the key where there is one. */
const prefixes: Readonly<Record<KeyExchange, number>> = {
  RSA: 2,
  DHE_RSA: 2,
  ECDHE_RSA: 1,
  ECDHE_ECDSA: 1,
  PSK: 0,
  DHE_PSK: 2,
  ECDHE_PSK: 1,
  RSA_PSK: 2,
}

export function describeClientKeyExchange(
  { body }: HandshakeMessages['client_key_exchange'],
  { suite }: Story,
): Fact[] {
  if (suite === undefined) return [fact('content', plural(body.length, 'byte'))]
  if (!usesPsk(suite.keyExchange)) return describeExchangeKeys(suite.keyExchange, body)
  const named = tryRead(ClientPskIdentity, body)
  if (named === undefined) return doesNotFit(body)
  const name = fact('name of the key', `${printable(named.pskIdentity)}, in the clear`)
  return suite.keyExchange === 'PSK' ? [name] : [name, ...describeExchangeKeys(suite.keyExchange, named.exchangeKeys)]
}

function describeExchangeKeys(keyExchange: KeyExchange, body: Uint8Array): Fact[] {
  const length = plural(body.length - prefixes[keyExchange], 'byte')
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
