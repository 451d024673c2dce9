import type { CertificateRefusal, CertificateVerdict, Environment } from '../../crypto/environment.js'
import type { CertificateKind, Credential, PublicKey } from '../../crypto/key-types.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../crypto/subject-public-key-info.js'
import { alertFor } from '../../handshake/fault.js'
import type { NeedAnswer, NeedRequest, NeedType } from '../../handshake/need.js'
import { AlertDescription } from '../../registry/alert-description.js'
import { ExtensionType } from '../../registry/extension-type.js'
import type { CaptureCrypto } from '../capture/record-opener.js'
import { HelloExtensions } from '../hello-extensions.js'
import type { Side } from '../trace.js'
import type { CapturedMessages } from './captured-messages.js'
import { contentInCapturedWords, hashedMessages } from './captured-schedule.js'
import { foundSession } from './captured-sessions.js'
import { anySecret } from './stand-ins.js'

const nothing = new Uint8Array()

/** An environment that answers at once. */
export type Answers = { readonly [T in NeedType]: (request: NeedRequest<T>) => NeedAnswer<T> }

/** The key in a certificate, or the raw one. Throws `MalformedError` for a kind of key that this library does not know. */
export const keyIn = (certificate: Uint8Array, type: CertificateKind = 'X509'): PublicKey =>
  readSubjectPublicKeyInfo(type === 'X509' ? certificatePublicKeyInfo(certificate) : certificate)

/** The reason of a verifier whose alert it is; `undefined` for alerts that are about something else. */
function certificateRefusal(alert: number): CertificateRefusal | undefined {
  for (const [code, decision] of Object.entries(alertFor)) {
    if (code.startsWith('certificate_') && decision.alert !== null && AlertDescription[decision.alert] === alert) {
      return code.slice('certificate_'.length) as CertificateRefusal // the codes are named so in fault.ts
    }
  }
  return undefined
}

/**
 * How the captured end judged certificates. `as it went on`: it took them, unless its alert says that it did not. `refused`:
 * nothing else can have been wrong, whatever its alert says.
 */
export type CapturedJudgement = 'as it went on' | 'refused'

function verdictOf(
  role: Side,
  { refusal }: CapturedMessages,
  judgement: CapturedJudgement,
  publicKey: () => PublicKey,
): CertificateVerdict {
  const told = refusal?.by === role ? certificateRefusal(refusal.alert) : undefined
  const reason = told ?? (judgement === 'refused' ? 'bad_certificate' : undefined)
  return reason === undefined
    ? { accepted: true, publicKey: publicKey(), checked: [] }
    : { accepted: false, reason, message: 'the captured end refused it' }
}

/** The server had no key of the name that the client gave (RFC 4279 §2). */
const isUnknownTo = (role: Side, { refusal }: CapturedMessages): boolean =>
  role === 'server' && refusal?.by === role && refusal.alert === AlertDescription.unknown_psk_identity

/** The captured chain. The key behind it is never asked: `sign` and `decryptPreMaster` are answered here. */
function credentialOf(role: Side, captured: CapturedMessages): Credential | undefined {
  const { certificates, certificateTypes, ocspResponse, serverHello } = captured
  const [certificate, ...rest] = certificates[role] ?? []
  if (certificate === undefined) return undefined
  const certificateType = certificateTypes[role]
  const { keyType, curve } = keyIn(certificate, certificateType)
  const key = { keyType, sign: () => nothing, decryptPreMaster: () => anySecret() }
  const timestamps = new HelloExtensions(serverHello).data(ExtensionType.signed_certificate_timestamp)
  return {
    certificateChain: [certificate, ...rest],
    key: curve === undefined ? key : { ...key, curve },
    certificateType,
    ...(role === 'client' || ocspResponse === undefined ? {} : { ocspResponse }),
    ...(role === 'client' || timestamps === undefined ? {} : { signedCertificateTimestamps: timestamps }),
  }
}

/** The public value of our own share: the captured one. */
function ownPublicValue(role: Side, { serverKeyExchange, clientKeyExchange }: CapturedMessages): Uint8Array {
  const share = serverKeyExchange?.share
  const server = share?.kind === 'dh' ? share.params.dhYs : share?.params.publicKey
  return (role === 'server' ? server : clientKeyExchange?.exchanged) ?? nothing
}

const unknownKey: PublicKey = { keyType: 'rsa', subjectPublicKeyInfo: nothing }

/** Whether a signature is right. CertificateVerify is over the transcript, which is taken in the captured words. */
function verifies(
  crypto: CaptureCrypto,
  captured: CapturedMessages,
  { key, scheme, content, signature }: NeedRequest<'verifySignature'>,
  over: 'key share' | 'transcript',
): boolean {
  const said = over === 'transcript' ? contentInCapturedWords(content, hashedMessages(captured)) : content
  return crypto.verifySignature(key, scheme, said, signature) === true
}

/** The signature of the captured client, if it is over what our client wants signed. */
function clientSignature(
  crypto: CaptureCrypto,
  captured: CapturedMessages,
  { scheme, content }: NeedRequest<'sign'>,
): Uint8Array {
  const [certificate = nothing] = captured.certificates.client ?? []
  const key = keyIn(certificate, captured.certificateTypes.client)
  const signature = captured.certificateVerify?.signature ?? nothing
  if (verifies(crypto, captured, { key, scheme, content, signature }, 'transcript')) return signature
  throw new Error('the captured CertificateVerify does not sign what our client wants signed')
}

/**
 * Answers every need of our machine as the captured end in its place did. What that end alone knew is taken from the
 * capture; the other side's signatures are verified in earnest.
 */
export function capturedAnswers(
  role: Side,
  captured: CapturedMessages,
  crypto: CaptureCrypto,
  judgement: CapturedJudgement = 'as it went on',
): Answers {
  const { serverKeyExchange, clientKeyExchange, newSessionTicket } = captured
  const serverSignature = serverKeyExchange?.signed?.signature.signature ?? nothing
  const identity = clientKeyExchange?.pskIdentity
  return {
    reviewClientHello: () => ({ accepted: true }),
    resumeSession: () => foundSession(captured),
    openTicket: () => {
      const session = foundSession(captured)
      return session && { session, renew: newSessionTicket !== undefined }
    },
    // Whose certificate it was is not in this handshake, and its key does nothing in it.
    reverifySession: () => ({ accepted: true, publicKey: unknownKey, checked: [] }),
    sealTicket: () => newSessionTicket,
    selectCredential: () => credentialOf(role, captured),
    selectPsk: () =>
      identity === undefined || isUnknownTo(role, captured) ? undefined : { identity, key: anySecret() },
    verifyCertificate: ({ certificateChain: [certificate = nothing], certificateType }) =>
      verdictOf(role, captured, judgement, () => keyIn(certificate, certificateType)),
    verifySignature: (request) => verifies(crypto, captured, request, role === 'client' ? 'key share' : 'transcript'),
    // A ServerKeyExchange is compared whole, parameters and all.
    sign: (request) => (role === 'client' ? clientSignature(crypto, captured, request) : serverSignature),
    generateKeyShare: () => ({ publicKey: ownPublicValue(role, captured), agree: () => anySecret() }),
    agreeKey: () => anySecret(),
    encryptPreMaster: () => ({ encrypted: clientKeyExchange?.exchanged ?? nothing, preMasterSecret: anySecret() }),
    decryptPreMaster: () => anySecret(),
  } satisfies Environment
}
