import { constantTimeEqual } from '../bytes/equal.js'
import type { CertificateCheck, CertificateVerdict, VerifiedName } from '../crypto/environment.js'
import type { CertificateKind, PublicKey } from '../crypto/key-types.js'
import type { Session } from '../crypto/session.js'
import { type FaultCode, TlsFault } from './fault.js'

/*
 * Proof, not flags. Each class below can be made in one way only: its constructor is private, and its static method makes
 * one after the check that its name promises. A state that needs the proof has it as a field, so a path that skips the
 * check does not compile. Private fields make the types nominal: no look-alike object passes for one.
 */

const certificateFault = (verdict: Extract<CertificateVerdict, { accepted: false }>): TlsFault => {
  const code: FaultCode = `certificate_${verdict.reason}`
  return new TlsFault(code, verdict.message)
}

/** A verifier accepted the peer's certificate; the key in it is the peer's if the peer proves that it holds it. */
export class VerifiedIdentity {
  readonly #accepted = true
  /** As the peer sent it, end entity first; of a raw public key, the one SubjectPublicKeyInfo. */
  readonly certificateChain: readonly Uint8Array[]
  readonly certificateType: CertificateKind
  /** DER, from the end entity to the anchor, as it was verified; empty where the verifier built no path. */
  readonly path: readonly Uint8Array[]
  readonly publicKey: PublicKey
  /** The checks that the verifier says it made. */
  readonly checked: readonly CertificateCheck[]
  /** Whom the certificate stands for; empty where the verifier read no names, as one that compares pins does not. */
  readonly identities: readonly VerifiedName[]

  private constructor(
    chain: readonly Uint8Array[],
    verdict: Extract<CertificateVerdict, { accepted: true }>,
    certificateType: CertificateKind,
  ) {
    this.certificateChain = chain
    this.certificateType = certificateType
    this.path = verdict.path ?? []
    this.publicKey = verdict.publicKey
    this.checked = verdict.checked
    this.identities = verdict.identities ?? []
  }

  /** Throws the fault of the refusal where the verifier refused. */
  static of(
    certificateChain: readonly Uint8Array[],
    verdict: CertificateVerdict,
    certificateType: CertificateKind = 'X509',
  ): VerifiedIdentity {
    if (verdict.accepted !== true) throw certificateFault(verdict)
    return new VerifiedIdentity(certificateChain, verdict, certificateType)
  }

  static is(value: object): boolean {
    return #accepted in value
  }
}

/** The holder of an identity's private key signed what this handshake wanted signed. */
export class VerifiedSignature {
  readonly #valid = true
  readonly identity: VerifiedIdentity

  private constructor(identity: VerifiedIdentity) {
    this.identity = identity
  }

  /** Throws `bad_signature` unless the environment said exactly `true`. `what` names the signed message. */
  static of(identity: VerifiedIdentity, valid: boolean, what: string): VerifiedSignature {
    if (valid !== true || !VerifiedIdentity.is(identity)) {
      throw new TlsFault(
        'bad_signature',
        `the signature in ${what} was not made by the key of the certificate that came with it`,
      )
    }
    return new VerifiedSignature(identity)
  }

  static is(value: object): boolean {
    return #valid in value
  }
}

/** A session whose peer, if it showed a certificate, would be accepted today: nothing is trusted for having been trusted. */
export class ResumableSession {
  readonly #checked = true
  readonly session: Session
  /** Whose certificate was accepted anew; absent where the peer showed none. */
  readonly identity: VerifiedIdentity | undefined

  private constructor(session: Session, identity: VerifiedIdentity | undefined) {
    this.session = session
    this.identity = identity
  }

  /** Throws the fault of the refusal where the verifier refused, and `internal_error` for a session without a certificate. */
  static reverified(session: Session, verdict: CertificateVerdict): ResumableSession {
    const { peer } = session
    if (peer.type !== 'certificate') throw new TlsFault('internal_error', 'this session has no certificate')
    return new ResumableSession(session, VerifiedIdentity.of(peer.certificateChain, verdict, peer.certificateType))
  }

  /** For a peer that showed no certificate. Throws `internal_error` where there is one to look at. */
  static unauthenticated(session: Session): ResumableSession {
    if (session.peer.type !== 'none') throw new TlsFault('internal_error', 'this session has a certificate to verify')
    return new ResumableSession(session, undefined)
  }

  static is(value: object): boolean {
    return #checked in value
  }
}

/** No part of a handshake message is waiting at the moment when keys change (RFC 5246 §7.1). */
export class AlignedRecords {
  readonly #aligned = true

  private constructor() {}

  /** Throws `message_across_key_change` where bytes of a message are still waiting. */
  static of(bufferedBytes: number): AlignedRecords {
    if (bufferedBytes !== 0) {
      throw new TlsFault('message_across_key_change', `${bufferedBytes} bytes of a message precede ChangeCipherSpec`)
    }
    return new AlignedRecords()
  }

  static is(value: object): boolean {
    return #aligned in value
  }
}

/** The peer's Finished matches: both sides hold the same master secret and saw the same messages. */
export class VerifiedFinished {
  readonly #matches = true
  readonly verifyData: Uint8Array

  private constructor(verifyData: Uint8Array) {
    this.verifyData = verifyData
  }

  /** Compares in constant time; throws `bad_finished` where they differ (RFC 5246 §7.4.9). */
  static of(expected: Uint8Array, received: Uint8Array): VerifiedFinished {
    if (!constantTimeEqual(expected, received)) {
      throw new TlsFault('bad_finished', 'Finished does not match: the two sides saw different messages or keys')
    }
    return new VerifiedFinished(received)
  }

  static is(value: object): boolean {
    return #matches in value
  }
}

/** What a peer proved before the connection was established, and by which evidence. */
export type PeerProofKind =
  | 'certificate and signature'
  | 'certificate and key transport'
  | 'pre-shared key'
  | 'resumed session'
  | 'none'

/** `Connected` cannot be built without one. */
export class PeerProof {
  readonly #proved = true
  readonly kind: PeerProofKind
  /** Whose certificate was accepted, if any. */
  readonly identity: VerifiedIdentity | undefined
  /** The name of the key that both sides hold, if the suite has one. */
  readonly pskIdentity: Uint8Array | undefined

  private constructor(kind: PeerProofKind, identity: VerifiedIdentity | undefined, pskIdentity?: Uint8Array) {
    this.kind = kind
    this.identity = identity
    this.pskIdentity = pskIdentity
  }

  /** The peer signed with its certificate's key, and Finished shows that it was in this handshake. */
  static bySignature(signature: VerifiedSignature, _finished: VerifiedFinished, pskIdentity?: Uint8Array): PeerProof {
    return new PeerProof('certificate and signature', signature.identity, pskIdentity)
  }

  /**
   * The peer holds the key that `pskIdentity` names: without it no Finished of its own would match (RFC 4279 §2). Under
   * RSA_PSK a server decrypted besides, with the key of its certificate (RFC 4279 §4).
   */
  static byPsk(
    pskIdentity: Uint8Array,
    _finished: VerifiedFinished,
    identity: VerifiedIdentity | undefined = undefined,
  ): PeerProof {
    return new PeerProof('pre-shared key', identity, pskIdentity)
  }

  /** The peer decrypted the pre-master secret: only its Finished shows that it could (RFC 5246 §7.4.7.1). */
  static byKeyTransport(identity: VerifiedIdentity, _finished: VerifiedFinished): PeerProof {
    return new PeerProof('certificate and key transport', identity)
  }

  /** The peer knows the master secret of a session in which it showed a certificate, held a key that is shared, or neither. */
  static resumed({ identity, session: { pskIdentity } }: ResumableSession, _finished: VerifiedFinished): PeerProof {
    const proved = identity !== undefined || pskIdentity !== undefined
    return new PeerProof(proved ? 'resumed session' : 'none', identity, pskIdentity)
  }

  /** A server asked for no client certificate, or its policy let the client go without. */
  static none(_finished: VerifiedFinished): PeerProof {
    return new PeerProof('none', undefined)
  }

  static is(value: object): boolean {
    return #proved in value
  }
}
