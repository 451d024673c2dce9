import { toBigInt } from '../../bytes/convert.js'
import { decode } from '../../codec/codec.js'
import { recognizeGroup } from '../../crypto/finite-field-groups.js'
import type { KeyType } from '../../crypto/key-types.js'
import type { KeyShareRequest } from '../../crypto/provider.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../crypto/subject-public-key-info.js'
import type { KeyExchange } from '../../crypto/suite-parameters.js'
import { ServerPskParams } from '../../messages/pre-shared-key.js'
import type { ServerDhParams, ServerEcdhParams } from '../../messages/server-key-exchange.js'
import { decodeServerKeyExchange, ServerDHParams, ServerECDHParams } from '../../messages/server-key-exchange.js'
import { NamedGroup, type NamedGroupName } from '../../registry/named-group.js'
import { nameOf } from '../../registry/registry.js'
import type { HandledEvent } from '../event.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import {
  curvesOf,
  isEphemeral,
  isKeyTransport,
  pointFormIsValid,
  serverKeyTypes,
  typeOfCertificate,
  usesCurves,
  usesFiniteField,
  usesPsk,
} from '../negotiation.js'
import type { ClientConfig, ClientContext } from './context.js'
import type { ClientState, PskParams, ServerFlight, ServerParams, ServerShare } from './states.js'

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** What may follow Certificate depends on the key exchange (RFC 5246 §7.4.3) and on a promised CertificateStatus. */
type AfterCertificate =
  | 'ExpectCertificateStatusOrServerKeyExchange'
  | 'ExpectCertificateStatusOrCertificateRequest'
  | 'ExpectCertificateStatusOrPskHint'
  | 'ExpectServerKeyExchange'
  | 'ExpectCertificateRequest'
  | 'ExpectPskHintOrCertificateRequest'

function nameAfterCertificate(keyExchange: KeyExchange, statusPromised: boolean): AfterCertificate {
  if (isEphemeral(keyExchange))
    return statusPromised ? 'ExpectCertificateStatusOrServerKeyExchange' : 'ExpectServerKeyExchange'
  if (usesPsk(keyExchange))
    return statusPromised ? 'ExpectCertificateStatusOrPskHint' : 'ExpectPskHintOrCertificateRequest'
  return statusPromised ? 'ExpectCertificateStatusOrCertificateRequest' : 'ExpectCertificateRequest'
}

/** What holds where the server says nothing of the key. */
export const noPskParams: PskParams = { identityHint: undefined, share: undefined }

const beginFlight = (negotiated: Negotiated, certificateChain: readonly Uint8Array[]): ServerFlight => ({
  negotiated,
  certificateChain,
  ocspResponse: undefined,
  serverParams: undefined,
  pskParams: usesPsk(negotiated.suite.keyExchange) ? noPskParams : undefined,
  certificateRequest: undefined,
})

const family = (keyType: KeyType): KeyType => (keyType === 'rsa-pss' ? 'rsa' : keyType)

/**
 * A certificate whose key is of another family than the suite's is refused as it comes, where it can be read: what follows
 * could not fit it. Everything else about it is for the verifier, at ServerHelloDone.
 */
function checkFamily({ suite, serverCertificateType }: Negotiated, [endEntity]: readonly Uint8Array[]): void {
  if (endEntity === undefined || serverCertificateType !== 'X509') return
  const keyType = tryKeyType(endEntity)
  if (keyType === undefined || serverKeyTypes[suite.keyExchange].some((one) => family(one) === family(keyType))) return
  refuse('key_unfit_for_suite', `the server's ${keyType} key cannot serve ${suite.name}`)
}

function tryKeyType(certificate: Uint8Array): KeyType | undefined {
  try {
    return readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate)).keyType
  } catch {
    return undefined
  }
}

export function receiveCertificate(
  _context: ClientContext,
  { negotiated, statusPromised }: State<'ExpectCertificate'>,
  { message, through }: HandledEvent<'certificate'>,
): Outcome<State<AfterCertificate>> {
  if (message.certificateList.length === 0) {
    refuse('server_certificate_missing', 'the server sent an empty certificate list')
  }
  checkFamily(negotiated, message.certificateList)
  const flight = beginFlight(negotiated, message.certificateList)
  const name = nameAfterCertificate(negotiated.suite.keyExchange, statusPromised)
  return { state: { name, transcript: through, flight }, actions: [] }
}

export function receiveStatusBeforeServerKeyExchange(
  _context: ClientContext,
  { flight }: State<'ExpectCertificateStatusOrServerKeyExchange'>,
  { message, through }: HandledEvent<'certificate_status'>,
): Outcome<State<'ExpectServerKeyExchange'>> {
  const withStatus = { ...flight, ocspResponse: message.response }
  return { state: { name: 'ExpectServerKeyExchange', transcript: through, flight: withStatus }, actions: [] }
}

export function receiveStatusBeforeCertificateRequest(
  _context: ClientContext,
  { flight }: State<'ExpectCertificateStatusOrCertificateRequest'>,
  { message, through }: HandledEvent<'certificate_status'>,
): Outcome<State<'ExpectCertificateRequest'>> {
  const withStatus = { ...flight, ocspResponse: message.response }
  return { state: { name: 'ExpectCertificateRequest', transcript: through, flight: withStatus }, actions: [] }
}

export function receiveStatusBeforePskHint(
  _context: ClientContext,
  { flight }: State<'ExpectCertificateStatusOrPskHint'>,
  { message, through }: HandledEvent<'certificate_status'>,
): Outcome<State<'ExpectPskHintOrCertificateRequest'>> {
  const withStatus = { ...flight, ocspResponse: message.response }
  return { state: { name: 'ExpectPskHintOrCertificateRequest', transcript: through, flight: withStatus }, actions: [] }
}

const isGroupName = (name: string): name is NamedGroupName => Object.hasOwn(NamedGroup, name)

/** The curve must be one that was offered, and the point must have the form that the curve's points have (RFC 8422 §5.4). */
function checkEcdh({ groups }: ClientConfig, { namedCurve, publicKey }: ServerEcdhParams): KeyShareRequest {
  const group = nameOf(NamedGroup, namedCurve, 2)
  if (!isGroupName(group) || !curvesOf(groups).includes(group)) {
    return refuse('group_not_offered', `the server chose the group ${group}, which was not offered`)
  }
  if (!pointFormIsValid(group, publicKey)) {
    refuse('bad_key_share', `the server's public value of ${publicKey.length} bytes is no uncompressed ${group} point`)
  }
  return { group }
}

/** Finite-field groups are known by value (RFC 7919 §3); Logjam is what accepting any other brings. */
function checkDh({ otherDhGroups }: ClientConfig, { dhP, dhG, dhYs }: ServerDhParams): KeyShareRequest {
  const known = recognizeGroup(dhP, dhG) !== undefined
  if (!known && otherDhGroups !== 'prove') {
    refuse(
      'dh_group_refused',
      `the server's Diffie-Hellman group of ${8 * dhP.length} bits is none of RFC 7919 or RFC 3526 from 2048 bits on; ` +
        "set otherDhGroups to 'prove' to accept others that are safe primes",
    )
  }
  const y = toBigInt(dhYs)
  if (y <= 1n || y >= toBigInt(dhP) - 1n) {
    refuse('bad_dh_public', "the server's Diffie-Hellman public value is not between 1 and p - 1")
  }
  return { dh: { p: dhP, g: dhG }, provePrime: !known }
}

function readServerParams({ config }: ClientContext, { negotiated }: ServerFlight, body: Uint8Array): ServerParams {
  const kind = usesCurves(negotiated.suite.keyExchange) ? 'ecdh' : 'dh'
  const exchange = decodeServerKeyExchange(kind, body)
  if (!config.signatureSchemes.includes(exchange.signature.algorithm)) {
    refuse('scheme_not_offered', `the server signed under scheme 0x${exchange.signature.algorithm.toString(16)}`)
  }
  const [keyShare, serverPublicKey] =
    exchange.kind === 'ecdh'
      ? [checkEcdh(config, exchange.params), exchange.params.publicKey]
      : [checkDh(config, exchange.params), exchange.params.dhYs]
  return { keyShare, serverPublicKey, signedParams: exchange.signedParams, signature: exchange.signature }
}

/** Params that no signature covers: whoever does not hold the key cannot make a Finished over them that matches. */
function readPskShare(
  { config }: ClientContext,
  keyExchange: KeyExchange,
  params: Uint8Array,
): ServerShare | undefined {
  if (usesCurves(keyExchange)) {
    const ecdh = decode(ServerECDHParams, params)
    return { keyShare: checkEcdh(config, ecdh), serverPublicKey: ecdh.publicKey }
  }
  if (usesFiniteField(keyExchange)) {
    const dh = decode(ServerDHParams, params)
    return { keyShare: checkDh(config, dh), serverPublicKey: dh.dhYs }
  }
  if (params.length > 0) refuse('malformed_message', `${params.length} bytes follow the identity hint`)
  return undefined
}

export function readPskParams(context: ClientContext, negotiated: Negotiated, body: Uint8Array): PskParams {
  const { pskIdentityHint: identityHint, params } = decode(ServerPskParams, body)
  return { identityHint, share: readPskShare(context, negotiated.suite.keyExchange, params) }
}

export function receiveServerKeyExchange(
  context: ClientContext,
  { flight }: State<'ExpectServerKeyExchange' | 'ExpectCertificateStatusOrServerKeyExchange'>,
  { message, through }: HandledEvent<'server_key_exchange'>,
): Outcome<State<'ExpectCertificateRequest'>> {
  const serverParams = readServerParams(context, flight, message.body)
  return {
    state: { name: 'ExpectCertificateRequest', transcript: through, flight: { ...flight, serverParams } },
    actions: [],
  }
}

/** Under RSA_PSK the server may hint at the key beside its certificate (RFC 4279 §4). */
export function receivePskHint(
  context: ClientContext,
  { flight }: State<'ExpectPskHintOrCertificateRequest' | 'ExpectCertificateStatusOrPskHint'>,
  { message, through }: HandledEvent<'server_key_exchange'>,
): Outcome<State<'ExpectCertificateRequest'>> {
  const pskParams = readPskParams(context, flight.negotiated, message.body)
  return {
    state: { name: 'ExpectCertificateRequest', transcript: through, flight: { ...flight, pskParams } },
    actions: [],
  }
}

/** All states in which a CertificateRequest may come, and ServerHelloDone in its place. */
type BeforeCertificateRequest =
  | 'ExpectCertificateRequest'
  | 'ExpectCertificateStatusOrCertificateRequest'
  | 'ExpectPskHintOrCertificateRequest'
  | 'ExpectCertificateStatusOrPskHint'

export function receiveCertificateRequest(
  _context: ClientContext,
  { flight }: State<BeforeCertificateRequest>,
  { message, through }: HandledEvent<'certificate_request'>,
): Outcome<State<'ExpectServerHelloDone'>> {
  return {
    state: { name: 'ExpectServerHelloDone', transcript: through, flight: { ...flight, certificateRequest: message } },
    actions: [],
  }
}

/** ServerHelloDone: now there is everything to judge the server by, its certificate first. */
export function receiveServerHelloDone(
  { config }: ClientContext,
  { flight }: State<'ExpectServerHelloDone' | BeforeCertificateRequest>,
  { through }: HandledEvent<'server_hello_done'>,
): Outcome<State<'AwaitCertificateVerification'>> {
  const { certificateChain, ocspResponse, negotiated } = flight
  const need = ask('verifyCertificate', {
    peer: 'server',
    certificateChain,
    // A server without a ServerKeyExchange decrypts with its certificate's key; any other signs with it (RFC 5246 §7.4.2).
    keyUsage: isKeyTransport(negotiated.suite.keyExchange) ? 'keyEncipherment' : 'digitalSignature',
    ...typeOfCertificate(negotiated.serverCertificateType),
    ...(negotiated.serverName === undefined ? {} : { serverName: negotiated.serverName }),
    ...(config.requestCertificateStatus ? { statusRequested: true } : {}),
    ...(ocspResponse === undefined ? {} : { ocspResponse }),
  })
  return { state: { name: 'AwaitCertificateVerification', transcript: through, flight }, actions: [need] }
}
