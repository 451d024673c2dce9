import type { Secret } from '../../bytes/secret.js'
import type { DirectionKeys } from '../../crypto/connection-keys.js'
import type { CertificateKind, Credential } from '../../crypto/key-types.js'
import type { PreSharedKey } from '../../crypto/pre-shared-key.js'
import type { KeyShare } from '../../crypto/provider.js'
import type { Session, SessionHandle } from '../../crypto/session.js'
import type { DigitallySigned } from '../../messages/digitally-signed.js'
import type { NamedGroupName } from '../../registry/named-group.js'
import type { ProtocolVersion } from '../../registry/protocol-version.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import type { Closing, Connected, PeerClosed } from '../connected.js'
import type { Entropy } from '../event.js'
import type { ResumableSession, VerifiedFinished, VerifiedIdentity, VerifiedSignature } from '../evidence.js'
import type { ClosedState, FailedState, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import type { Renegotiating } from '../renegotiation.js'
import type { Transcript } from '../transcript.js'
import type { Common } from './choice.js'
import type { ServerConfig } from './context.js'
import type { ClientOffer } from './offer.js'

/** What both hellos settled, and what the rest of our flight needs. */
export interface Settled {
  readonly negotiated: Negotiated
  /** What we show; `undefined` where the key exchange has no certificate. */
  readonly credential: Credential | undefined
  readonly offer: ClientOffer
  readonly terms: ServerConfig
  /** Random bytes for a pre-shared key that this server does not have. */
  readonly substitute: Secret
}

/** What a CertificateRequest asks of the client, and what the answer is held against. */
export interface ClientDemand {
  readonly required: boolean
  readonly signatureSchemes: readonly SignatureScheme[]
  readonly groups: readonly NamedGroupName[]
}

/** How a key share is signed. */
export interface Signer {
  readonly credential: Credential
  readonly scheme: SignatureScheme
}

/** How the key exchange goes on at ClientKeyExchange: with our key share, by decryption, or by the pre-shared key alone. */
export type KeyMaterial =
  | { readonly type: 'ephemeral'; readonly keyShare: KeyShare }
  | { readonly type: 'key transport'; readonly credential: Credential; readonly substitutePreMaster: Secret }
  | { readonly type: 'none' }

/** What the second half of the handshake needs of the first. */
export interface Sent {
  readonly negotiated: Negotiated
  readonly keyMaterial: KeyMaterial
  readonly demand: ClientDemand
  readonly clientVersion: ProtocolVersion
  /** Stands in for a pre-shared key that this server does not have; present exactly where the key exchange uses one. */
  readonly substitutePsk: Secret | undefined
}

/** A ClientHello was read, and no more is decided than what does not depend on whether a session is resumed. */
export interface Greeted {
  readonly transcript: Transcript
  readonly entropy: Entropy
  readonly offer: ClientOffer
  /** The configuration, with what a review changed. */
  readonly terms: ServerConfig
  readonly applicationProtocol: string | undefined
}

/** A session that fits the offer. */
export interface FoundSession {
  readonly session: Session
  readonly by: SessionHandle['by']
  /** The client should be given another ticket. */
  readonly renew: boolean
}

/** The session that is resumed. */
export interface Resuming {
  readonly resumable: ResumableSession
  readonly by: SessionHandle['by']
}

interface InHandshake<N extends string> {
  readonly name: N
  readonly transcript: Transcript
}

interface AfterHelloDone<N extends string> extends InHandshake<N> {
  readonly sent: Sent
  /** The chain the client sent; `undefined` where it was not asked or has none to show. */
  readonly clientChain: readonly Uint8Array[] | undefined
}

interface Exchanging<N extends string> extends AfterHelloDone<N> {
  /** The key that the client named, if the key exchange uses one. */
  readonly psk: PreSharedKey | undefined
}

/** The master secret exists. */
interface Keyed<N extends string> extends InHandshake<N> {
  readonly negotiated: Negotiated
  readonly masterSecret: Secret
  /** The name of the pre-shared key, if the key exchange uses one. */
  readonly pskIdentity: Uint8Array | undefined
}

interface ProvingClient<N extends string> extends Keyed<N> {
  readonly demand: ClientDemand
  readonly clientChain: readonly Uint8Array[]
}

/** The client has proved what it had to: `undefined` where it was not asked, or policy lets it go without. */
interface ClientJudged<N extends string> extends Keyed<N> {
  readonly client: VerifiedSignature | undefined
}

interface Searching<N extends string> extends Greeted {
  readonly name: N
}

/** The abbreviated road: our Finished went out, the client's is what is missing. */
interface InResumption<N extends string> extends InHandshake<N> {
  readonly negotiated: Negotiated
  readonly masterSecret: Secret
  readonly resuming: Resuming
  readonly ownVerifyData: Uint8Array
}

/** The states of one handshake, the first on a connection or a later one. */
export type ServerHandshake =
  | { readonly name: 'Start' }
  | { readonly name: 'ExpectClientHello'; readonly entropy: Entropy }
  | (InHandshake<'AwaitHelloReview'> & { readonly entropy: Entropy; readonly offer: ClientOffer })
  | Searching<'AwaitTicketOpening'>
  | Searching<'AwaitSessionLookup'>
  | (Searching<'AwaitSessionReverification'> & { readonly found: FoundSession })
  | (Searching<'AwaitTicketRenewal'> & { readonly resuming: Resuming })
  | (Searching<'AwaitCredential'> & { readonly common: Common })
  | (InHandshake<'AwaitKeyShare'> & {
      readonly settled: Settled
      readonly group: NamedGroupName
      /** `undefined` where no signature covers the share: the pre-shared key does. */
      readonly signer: Signer | undefined
    })
  | (InHandshake<'AwaitSignature'> & {
      readonly settled: Settled
      readonly keyShare: KeyShare
      /** The parameters as they go on the wire: what is signed besides the randoms. */
      readonly encodedParams: Uint8Array
      readonly signer: Signer
    })
  | (InHandshake<'ExpectClientCertificate'> & { readonly sent: Sent; readonly certificateType: CertificateKind })
  | AfterHelloDone<'ExpectClientKeyExchange'>
  | (AfterHelloDone<'AwaitPsk'> & {
      /** What follows the name of the key in ClientKeyExchange. */
      readonly exchangeKeys: Uint8Array
    })
  | Exchanging<'AwaitKeyAgreement'>
  | (Exchanging<'AwaitPreMasterDecryption'> & { readonly substitutePreMaster: Secret })
  | ProvingClient<'ExpectCertificateVerify'>
  | (ProvingClient<'AwaitCertificateVerification'> & {
      readonly certificateVerify: DigitallySigned
      readonly signedContent: Uint8Array
    })
  | (Keyed<'AwaitSignatureVerification'> & { readonly identity: VerifiedIdentity })
  | ClientJudged<'ExpectClientChangeCipherSpec'>
  | (ClientJudged<'ExpectClientFinished'> & { readonly writeKeys: DirectionKeys })
  | (ClientJudged<'AwaitTicketSealing'> & {
      readonly writeKeys: DirectionKeys
      readonly peerFinished: VerifiedFinished
    })
  | (InResumption<'ExpectResumingChangeCipherSpec'> & { readonly readKeys: DirectionKeys })
  | InResumption<'ExpectResumingFinished'>

/** Where the rows of one handshake lead. */
export type ServerHandshakeEnd = ServerHandshake | Connected | ClosedState

export type ServerState =
  | ServerHandshake
  | Connected
  | Renegotiating<ServerHandshake>
  | Closing
  | PeerClosed
  | ClosedState
  | FailedState

export type ServerStateName = ServerState['name']

type FieldsOf<S, Name extends string> = { readonly [N in Name]: readonly (keyof StateOf<S, N>)[] }

const searching = ['name', 'transcript', 'entropy', 'offer', 'terms', 'applicationProtocol'] as const
const afterHelloDone = ['name', 'transcript', 'sent', 'clientChain'] as const
const keyed = ['name', 'transcript', 'negotiated', 'masterSecret', 'pskIdentity'] as const
const inResumption = ['name', 'transcript', 'negotiated', 'masterSecret', 'resuming', 'ownVerifyData'] as const

/** The fields of every state, as data: what the machine knows when. Tests hold every state reached against it. */
export const serverStateFields = {
  Start: ['name'],
  ExpectClientHello: ['name', 'entropy'],
  AwaitHelloReview: ['name', 'transcript', 'entropy', 'offer'],
  AwaitTicketOpening: searching,
  AwaitSessionLookup: searching,
  AwaitSessionReverification: [...searching, 'found'],
  AwaitTicketRenewal: [...searching, 'resuming'],
  AwaitCredential: [...searching, 'common'],
  AwaitKeyShare: ['name', 'transcript', 'settled', 'group', 'signer'],
  AwaitSignature: ['name', 'transcript', 'settled', 'keyShare', 'encodedParams', 'signer'],
  ExpectClientCertificate: ['name', 'transcript', 'sent', 'certificateType'],
  ExpectClientKeyExchange: afterHelloDone,
  AwaitPsk: [...afterHelloDone, 'exchangeKeys'],
  AwaitKeyAgreement: [...afterHelloDone, 'psk'],
  AwaitPreMasterDecryption: [...afterHelloDone, 'psk', 'substitutePreMaster'],
  ExpectCertificateVerify: [...keyed, 'demand', 'clientChain'],
  AwaitCertificateVerification: [...keyed, 'demand', 'clientChain', 'certificateVerify', 'signedContent'],
  AwaitSignatureVerification: [...keyed, 'identity'],
  ExpectClientChangeCipherSpec: [...keyed, 'client'],
  ExpectClientFinished: [...keyed, 'client', 'writeKeys'],
  AwaitTicketSealing: [...keyed, 'client', 'writeKeys', 'peerFinished'],
  ExpectResumingChangeCipherSpec: [...inResumption, 'readKeys'],
  ExpectResumingFinished: inResumption,
  Connected: ['name', 'summary', 'masterSecret', 'peerFinished', 'ownVerifyData', 'renegotiations', 'encryptedThenMac'],
  Renegotiating: ['name', 'previous', 'handshake', 'reading', 'writing', 'wish'],
  Closing: ['name', 'summary'],
  PeerClosed: ['name', 'summary'],
  Closed: ['name'],
  Failed: ['name', 'fault'],
} as const satisfies FieldsOf<ServerState, ServerStateName>
