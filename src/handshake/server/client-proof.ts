import { concat } from '../../bytes/convert.js'
import type { PublicKey } from '../../crypto/key-types.js'
import type { HandledEvent } from '../event.js'
import { VerifiedIdentity, VerifiedSignature } from '../evidence.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import { curveAccepted, groupNumbers, keyTypeOfScheme, typeOfCertificate } from '../negotiation.js'
import type { ServerContext } from './context.js'
import type { ClientDemand, ServerState } from './states.js'

type State<N extends ServerState['name']> = StateOf<ServerState, N>

/** CertificateVerify signs every message before it (RFC 5246 §7.4.8). The certificate is judged first, then the signature. */
export function receiveCertificateVerify(
  _context: ServerContext,
  { clientChain, demand, masterSecret, negotiated, pskIdentity }: State<'ExpectCertificateVerify'>,
  { message: certificateVerify, before, through }: HandledEvent<'certificate_verify'>,
): Outcome<State<'AwaitCertificateVerification'>> {
  if (!demand.signatureSchemes.includes(certificateVerify.algorithm)) {
    refuse('scheme_not_offered', `the client signed under scheme 0x${certificateVerify.algorithm.toString(16)}`)
  }
  return {
    state: {
      name: 'AwaitCertificateVerification',
      transcript: through,
      negotiated,
      masterSecret,
      pskIdentity,
      demand,
      clientChain,
      certificateVerify,
      signedContent: concat(...before.messages),
    },
    actions: [
      ask('verifyCertificate', {
        peer: 'client',
        certificateChain: clientChain,
        keyUsage: 'digitalSignature',
        ...typeOfCertificate(negotiated.clientCertificateType),
      }),
    ],
  }
}

function checkClientKey({ groups }: ClientDemand, key: PublicKey, scheme: number): void {
  if (!curveAccepted(key, groupNumbers(groups))) {
    refuse('key_unfit_for_suite', `the client's key lies on ${key.curve}, which this server does not accept`)
  }
  if (keyTypeOfScheme(scheme) !== key.keyType) {
    refuse(
      'scheme_not_offered',
      `the client's ${key.keyType} key cannot have signed under scheme 0x${scheme.toString(16)}`,
    )
  }
}

export function receiveCertificateVerdict(
  _context: ServerContext,
  {
    clientChain,
    demand,
    certificateVerify: { algorithm: scheme, signature },
    signedContent: content,
    masterSecret,
    negotiated,
    pskIdentity,
    transcript,
  }: State<'AwaitCertificateVerification'>,
  { answer }: HandledEvent<'answer:verifyCertificate'>,
): Outcome<State<'AwaitSignatureVerification'>> {
  const identity = VerifiedIdentity.of(clientChain, answer, negotiated.clientCertificateType)
  checkClientKey(demand, identity.publicKey, scheme)
  return {
    state: { name: 'AwaitSignatureVerification', transcript, negotiated, masterSecret, pskIdentity, identity },
    actions: [ask('verifySignature', { key: identity.publicKey, scheme, content, signature })],
  }
}

export function receiveSignatureVerdict(
  _context: ServerContext,
  { identity, masterSecret, negotiated, pskIdentity, transcript }: State<'AwaitSignatureVerification'>,
  { answer }: HandledEvent<'answer:verifySignature'>,
): Outcome<State<'ExpectClientChangeCipherSpec'>> {
  const client = VerifiedSignature.of(identity, answer, 'CertificateVerify')
  return {
    state: { name: 'ExpectClientChangeCipherSpec', transcript, negotiated, masterSecret, pskIdentity, client },
    actions: [],
  }
}
