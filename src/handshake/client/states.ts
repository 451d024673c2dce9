import type { Secret } from '../../bytes/secret.js'
import type { DirectionKeys } from '../../crypto/connection-keys.js'
import type { CertificateKind, Credential } from '../../crypto/key-types.js'
import type { PreSharedKey } from '../../crypto/pre-shared-key.js'
import type { KeyShare, KeyShareRequest } from '../../crypto/provider.js'
import type { KeptSession, SessionHandle } from '../../crypto/session.js'
import type { CertificateRequest } from '../../messages/certificate-request.js'
import type { ClientHello } from '../../messages/client-hello.js'
import type { DigitallySigned } from '../../messages/digitally-signed.js'
import type { NewSessionTicket } from '../../messages/new-session-ticket.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import type { Closing, Connected, PeerClosed } from '../connected.js'
import type { Entropy } from '../event.js'
import type { ResumableSession, VerifiedIdentity, VerifiedSignature } from '../evidence.js'
import type { ClosedState, FailedState, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import type { Renegotiating } from '../renegotiation.js'
import type { Transcript } from '../transcript.js'

/** The server's half of an ephemeral exchange, whose group and form were found acceptable. */
export interface ServerShare {
  /** Where our own key share will be made. */
  readonly keyShare: KeyShareRequest
  readonly serverPublicKey: Uint8Array
}

/** A ServerKeyExchange that is signed; its signature is checked later. */
export interface ServerParams extends ServerShare {
  /** The parameters as they were on the wire: what the signature covers besides the randoms. */
  readonly signedParams: Uint8Array
  readonly signature: DigitallySigned
}

/** What a server says of the pre-shared key, and its share where the exchange is ephemeral besides. */
export interface PskParams {
  readonly identityHint: Uint8Array | undefined
  readonly share: ServerShare | undefined
}

/** What the server has said since its hello. */
export interface ServerFlight {
  readonly negotiated: Negotiated
  readonly certificateChain: readonly Uint8Array[]
  readonly ocspResponse: Uint8Array | undefined
  /** Present exactly where the certificate's key signs a key share. */
  readonly serverParams: ServerParams | undefined
  /** Present exactly where the key exchange uses a pre-shared key. */
  readonly pskParams: PskParams | undefined
  readonly certificateRequest: CertificateRequest | undefined
}

/** The server's side of a pre-shared key: holding it is the proof; under RSA_PSK the certificate's key must decrypt besides. */
export interface PskServer {
  readonly by: 'pre-shared key'
  readonly ocspResponse: Uint8Array | undefined
  readonly params: PskParams
  readonly identity: VerifiedIdentity | undefined
}

/**
 * How far the server has proved itself before Finished: by its signature over the key exchange, or, with RSA key
 * transport, not beyond its certificate yet, or, with a pre-shared key, not at all yet.
 */
export type ServerIdentity =
  | {
      readonly by: 'signature'
      readonly signature: VerifiedSignature
      readonly serverParams: ServerParams
      readonly ocspResponse: Uint8Array | undefined
    }
  | {
      readonly by: 'key transport'
      readonly identity: VerifiedIdentity
      readonly ocspResponse: Uint8Array | undefined
    }
  | PskServer

/** How this client answers a CertificateRequest: not at all (none came), with nothing, or with a credential. */
export type ClientAnswer =
  | { readonly type: 'not asked' }
  | { readonly type: 'nothing to show' }
  | { readonly type: 'credential'; readonly credential: Credential; readonly scheme: SignatureScheme }

/** Everything that the second half of the handshake needs of the first. */
export interface Agreed {
  readonly negotiated: Negotiated
  readonly server: ServerIdentity
  readonly answer: ClientAnswer
  /** The key that was selected, from AwaitPsk on. */
  readonly psk: PreSharedKey | undefined
}

/** A session that is offered, and what is shown for it. */
export interface OfferedSession {
  readonly resumable: ResumableSession
  readonly handle: SessionHandle
}

/** The session that the server has taken up. */
export interface Resuming {
  readonly resumable: ResumableSession
  readonly by: SessionHandle['by']
}

interface InHandshake<N extends string> {
  readonly name: N
  readonly transcript: Transcript
}

interface AfterHello<N extends string> extends InHandshake<N> {
  readonly flight: ServerFlight
}

interface AfterAgreement<N extends string> extends InHandshake<N> {
  readonly agreed: Agreed
}

/** Everything that was sent; the server's Finished is what is missing. */
interface AfterOurFinished<N extends string> extends AfterAgreement<N> {
  readonly masterSecret: Secret
  readonly ownVerifyData: Uint8Array
}

/** The second half of the road, where the server has announced a NewSessionTicket and sent it, or announced none. */
interface AfterTicket {
  readonly newTicket: NewSessionTicket | undefined
}

/** The abbreviated road: the keys exist since ServerHello. */
interface InResumption<N extends string> extends InHandshake<N> {
  readonly negotiated: Negotiated
  readonly masterSecret: Secret
  readonly resuming: Resuming
  readonly writeKeys: DirectionKeys
}

/** The states of one handshake, the first on a connection or a later one. */
export type ClientHandshake =
  | { readonly name: 'Start' }
  | { readonly name: 'AwaitSessionReverification'; readonly entropy: Entropy; readonly kept: KeptSession }
  | (InHandshake<'ExpectServerHello'> & { readonly offer: ClientHello; readonly offered: OfferedSession | undefined })
  | (InHandshake<'ExpectCertificate'> & {
      readonly negotiated: Negotiated
      readonly statusPromised: boolean
      readonly certificateType: CertificateKind
    })
  | AfterHello<'ExpectCertificateStatusOrServerKeyExchange'>
  | AfterHello<'ExpectCertificateStatusOrCertificateRequest'>
  | AfterHello<'ExpectCertificateStatusOrPskHint'>
  | AfterHello<'ExpectServerKeyExchange'>
  | AfterHello<'ExpectPskHintOrCertificateRequest'>
  | (InHandshake<'ExpectPskHint'> & { readonly negotiated: Negotiated })
  | (InHandshake<'ExpectPskParams'> & { readonly negotiated: Negotiated })
  | (InHandshake<'ExpectPskServerHelloDone'> & { readonly negotiated: Negotiated; readonly params: PskParams })
  | AfterHello<'ExpectCertificateRequest'>
  | AfterHello<'ExpectServerHelloDone'>
  | AfterHello<'AwaitCertificateVerification'>
  | (AfterHello<'AwaitSignatureVerification'> & {
      readonly identity: VerifiedIdentity
      readonly serverParams: ServerParams
    })
  | (InHandshake<'AwaitCredential'> & {
      readonly negotiated: Negotiated
      readonly server: ServerIdentity
      readonly certificateRequest: CertificateRequest
    })
  | (AfterAgreement<'AwaitPsk'> & { readonly params: PskParams })
  | (AfterAgreement<'AwaitKeyShare'> & { readonly serverShare: ServerShare })
  | (AfterAgreement<'AwaitKeyAgreement'> & { readonly serverShare: ServerShare; readonly keyShare: KeyShare })
  | AfterAgreement<'AwaitPreMasterEncryption'>
  | (AfterAgreement<'AwaitSignature'> & { readonly masterSecret: Secret; readonly scheme: SignatureScheme })
  | (AfterOurFinished<'ExpectNewSessionTicket'> & { readonly readKeys: DirectionKeys })
  | (AfterOurFinished<'ExpectServerChangeCipherSpec'> & AfterTicket & { readonly readKeys: DirectionKeys })
  | (AfterOurFinished<'ExpectServerFinished'> & AfterTicket)
  | (InResumption<'ExpectRenewedTicket'> & { readonly readKeys: DirectionKeys })
  | (InResumption<'ExpectResumingChangeCipherSpec'> & AfterTicket & { readonly readKeys: DirectionKeys })
  | (InResumption<'ExpectResumingFinished'> & AfterTicket)

/** Where the rows of one handshake lead. */
export type ClientHandshakeEnd = ClientHandshake | Connected | ClosedState

export type ClientState =
  | ClientHandshake
  | Connected
  | Renegotiating<ClientHandshake>
  | Closing
  | PeerClosed
  | ClosedState
  | FailedState

export type ClientStateName = ClientState['name']

type FieldsOf<S, Name extends string> = { readonly [N in Name]: readonly (keyof StateOf<S, N>)[] }

const afterHello = ['name', 'transcript', 'flight'] as const
const afterAgreement = ['name', 'transcript', 'agreed'] as const
const afterOurFinished = [...afterAgreement, 'masterSecret', 'ownVerifyData'] as const
const inResumption = ['name', 'transcript', 'negotiated', 'masterSecret', 'resuming', 'writeKeys'] as const

/** The fields of every state, as data: what the machine knows when. Tests hold every state reached against it. */
export const clientStateFields = {
  Start: ['name'],
  AwaitSessionReverification: ['name', 'entropy', 'kept'],
  ExpectServerHello: ['name', 'transcript', 'offer', 'offered'],
  ExpectCertificate: ['name', 'transcript', 'negotiated', 'statusPromised', 'certificateType'],
  ExpectCertificateStatusOrServerKeyExchange: afterHello,
  ExpectCertificateStatusOrCertificateRequest: afterHello,
  ExpectCertificateStatusOrPskHint: afterHello,
  ExpectServerKeyExchange: afterHello,
  ExpectPskHintOrCertificateRequest: afterHello,
  ExpectPskHint: ['name', 'transcript', 'negotiated'],
  ExpectPskParams: ['name', 'transcript', 'negotiated'],
  ExpectPskServerHelloDone: ['name', 'transcript', 'negotiated', 'params'],
  ExpectCertificateRequest: afterHello,
  ExpectServerHelloDone: afterHello,
  AwaitCertificateVerification: afterHello,
  AwaitSignatureVerification: [...afterHello, 'identity', 'serverParams'],
  AwaitCredential: ['name', 'transcript', 'negotiated', 'server', 'certificateRequest'],
  AwaitPsk: [...afterAgreement, 'params'],
  AwaitKeyShare: [...afterAgreement, 'serverShare'],
  AwaitKeyAgreement: [...afterAgreement, 'serverShare', 'keyShare'],
  AwaitPreMasterEncryption: afterAgreement,
  AwaitSignature: [...afterAgreement, 'masterSecret', 'scheme'],
  ExpectNewSessionTicket: [...afterOurFinished, 'readKeys'],
  ExpectServerChangeCipherSpec: [...afterOurFinished, 'readKeys', 'newTicket'],
  ExpectServerFinished: [...afterOurFinished, 'newTicket'],
  ExpectRenewedTicket: [...inResumption, 'readKeys'],
  ExpectResumingChangeCipherSpec: [...inResumption, 'readKeys', 'newTicket'],
  ExpectResumingFinished: [...inResumption, 'newTicket'],
  Connected: ['name', 'summary', 'masterSecret', 'peerFinished', 'ownVerifyData', 'renegotiations', 'encryptedThenMac'],
  Renegotiating: ['name', 'previous', 'handshake', 'reading', 'writing', 'wish'],
  Closing: ['name', 'summary'],
  PeerClosed: ['name', 'summary'],
  Closed: ['name'],
  Failed: ['name', 'fault'],
} as const satisfies FieldsOf<ClientState, ClientStateName>
