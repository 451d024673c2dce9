import { toLatin1 } from '../bytes/convert.js'
import { MalformedError, type Reader } from '../bytes/reader.js'
import { Secret } from '../bytes/secret.js'
import type { Writer } from '../bytes/writer.js'
import { type Codec, decode, encode, opaque, opaqueFixed, uint8, uint16, vector } from '../codec/codec.js'
import { CertificateType } from '../registry/certificate-type.js'
import type { CipherSuite } from '../registry/cipher-suite.js'
import { type FragmentLength, fragmentLengthCode, fragmentLengthOf } from '../registry/max-fragment-length.js'
import type { CertificateKind } from './key-types.js'

/** How the holder of a certificate proved its key when the session was made. */
export type SessionProof = 'signature' | 'key transport'

/** What the peer showed when the session was made. To resume is not to trust it again: see `reverifySession`. */
export type SessionPeer =
  | { readonly type: 'none' }
  | {
      readonly type: 'certificate'
      /** What the chain holds: DER certificates, end entity first, or one raw public key (RFC 7250 §3). */
      readonly certificateType: CertificateKind
      readonly certificateChain: readonly Uint8Array[]
      /** The OCSP response that was stapled; no other comes with an abbreviated handshake. */
      readonly ocspResponse: Uint8Array | undefined
      readonly proof: SessionProof
    }

/**
 * What a full handshake leaves behind so that later ones can be abbreviated (RFC 5246 §7.3). Holds no decision of a
 * verifier: what is resumed is judged anew.
 */
export interface Session {
  readonly cipherSuite: CipherSuite
  /** Owned by whoever holds the session: a handshake wipes that of a session which it was given. */
  readonly masterSecret: Secret
  /** Whether the master secret is bound to its handshake (RFC 7627). */
  readonly extendedMasterSecret: boolean
  /** The host name that the client asked for: resumed under no other (RFC 6066 §3). */
  readonly serverName: string | undefined
  /** What ALPN settled. Each handshake settles it anew (RFC 7301 §3.1); kept for stores that want to look at it. */
  readonly applicationProtocol: string | undefined
  /** What max_fragment_length settled, for as long as the session is resumed (RFC 6066 §4). */
  readonly maxFragmentLength: FragmentLength | undefined
  readonly peer: SessionPeer
  /** The name of the key that both sides shared, where the suite had one (RFC 4279 §2). */
  readonly pskIdentity: Uint8Array | undefined
  /** True where this side showed a certificate and proved its key. */
  readonly authenticatedToPeer: boolean
  /** The SHA-256 of the certificate by which a client authenticated itself: whoever resumes the session is its holder to the server. */
  readonly ownCertificate?: Uint8Array
  /**
   * Milliseconds since 1970 at which the full handshake was complete and the peer verified. `undefined` in a session
   * that was made just now: the machine has no clock, so whoever keeps the session says when that is.
   */
  readonly establishedAt: number | undefined
}

/** What a client shows to resume a session. */
export type SessionHandle =
  | { readonly by: 'session id'; readonly sessionId: Uint8Array }
  | {
      readonly by: 'ticket'
      readonly ticket: Uint8Array
      /** Seconds from the moment it was received; 0 where the server does not say (RFC 5077 §3.3). */
      readonly lifetimeHint: number
    }

/** A session together with what it goes by. */
export interface KeptSession {
  readonly session: Session
  readonly handle: SessionHandle
}

/** The session with a copy of its secret, so that one may be wiped and the other live on. */
export const copySession = (session: Session): Session => ({
  ...session,
  masterSecret: session.masterSecret.use((bytes) => new Secret(bytes.slice())),
})

/** The version of the layout below: one that is not known is refused, never guessed at. */
const LAYOUT = 2

const MASTER_SECRET_LENGTH = 48
const TIME_HIGH = 0x1_0000_0000

const Flag = { extendedMasterSecret: 1, authenticatedToPeer: 2, pskIdentity: 4, ownCertificate: 8 } as const
const KNOWN_FLAGS = Flag.extendedMasterSecret | Flag.authenticatedToPeer | Flag.pskIdentity | Flag.ownCertificate

/** Octets of SHA-256. */
const FINGERPRINT_LENGTH = 32

const PeerTag = { none: 0, signature: 1, 'key transport': 2 } as const
const proofs: ReadonlyMap<number, SessionProof> = new Map([
  [PeerTag.signature, 'signature'],
  [PeerTag['key transport'], 'key transport'],
])

const kinds: ReadonlyMap<number, CertificateKind> = new Map([
  [CertificateType.X509, 'X509'],
  [CertificateType.RawPublicKey, 'RawPublicKey'],
])

/** Names are compared and encoded as Latin-1: A-labels and ALPN names both fit (RFC 6066 §3, RFC 7301 §3.1). */
const text = opaque(0, 0xffff)
const chain = vector(opaque(1, 0xffffff), 1, 0xffffff)
const response = opaque(0, 0xffffff)

const refuse = (reader: Reader, why: string): never => {
  throw new MalformedError('value', reader.position, why)
}

const fromLatin1 = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0))

function readText(reader: Reader): string | undefined {
  const bytes = text.read(reader)
  return bytes.length === 0 ? undefined : toLatin1(bytes)
}

const writeText = (writer: Writer, value: string | undefined): void => text.write(writer, fromLatin1(value ?? ''))

/** The code of a length, or 0 for none. */
function readFragmentLength(reader: Reader): FragmentLength | undefined {
  const code = uint8.read(reader)
  return code === 0 ? undefined : (fragmentLengthOf(code) ?? refuse(reader, `a fragment length of code ${code}`))
}

function readPeer(reader: Reader): SessionPeer {
  const tag = uint8.read(reader)
  if (tag === PeerTag.none) return { type: 'none' }
  const proof = proofs.get(tag) ?? refuse(reader, `a peer of the unknown kind ${tag}`)
  const type = uint8.read(reader)
  const certificateType = kinds.get(type) ?? refuse(reader, `a certificate of the unknown type ${type}`)
  const certificateChain = chain.read(reader).map((certificate) => certificate.slice())
  const ocspResponse = response.read(reader)
  return {
    type: 'certificate',
    certificateType,
    certificateChain,
    ocspResponse: ocspResponse.length === 0 ? undefined : ocspResponse.slice(),
    proof,
  }
}

function writePeer(writer: Writer, peer: SessionPeer): void {
  uint8.write(writer, PeerTag[peer.type === 'none' ? 'none' : peer.proof])
  if (peer.type === 'none') return
  uint8.write(writer, CertificateType[peer.certificateType])
  chain.write(writer, peer.certificateChain)
  response.write(writer, peer.ocspResponse ?? new Uint8Array())
}

function readSession(reader: Reader): Session {
  const layout = uint8.read(reader)
  if (layout !== LAYOUT) refuse(reader, `a session of layout ${layout}, not ${LAYOUT}`)
  const cipherSuite = uint16.read(reader)
  const flags = uint8.read(reader)
  if ((flags & ~KNOWN_FLAGS) !== 0) refuse(reader, `unknown flags ${flags}`)
  const establishedAt = reader.uint(2) * TIME_HIGH + reader.uint(4)
  return {
    cipherSuite,
    extendedMasterSecret: (flags & Flag.extendedMasterSecret) !== 0,
    authenticatedToPeer: (flags & Flag.authenticatedToPeer) !== 0,
    establishedAt,
    serverName: readText(reader),
    applicationProtocol: readText(reader),
    maxFragmentLength: readFragmentLength(reader),
    peer: readPeer(reader),
    pskIdentity: (flags & Flag.pskIdentity) !== 0 ? text.read(reader).slice() : undefined,
    ...((flags & Flag.ownCertificate) !== 0 ? { ownCertificate: reader.take(FINGERPRINT_LENGTH).slice() } : {}),
    masterSecret: new Secret(reader.take(MASTER_SECRET_LENGTH).slice()),
  }
}

function writeSession(writer: Writer, session: Session): void {
  const { establishedAt, masterSecret, maxFragmentLength, ownCertificate } = session
  if (establishedAt === undefined) throw new RangeError('a session is kept with the time at which it was made')
  uint8.write(writer, LAYOUT)
  uint16.write(writer, session.cipherSuite)
  const bound = session.extendedMasterSecret ? Flag.extendedMasterSecret : 0
  const authenticated = session.authenticatedToPeer ? Flag.authenticatedToPeer : 0
  const shown = ownCertificate === undefined ? 0 : Flag.ownCertificate
  uint8.write(writer, bound | authenticated | shown | (session.pskIdentity === undefined ? 0 : Flag.pskIdentity))
  writer.uint(2, Math.floor(establishedAt / TIME_HIGH))
  writer.uint(4, establishedAt % TIME_HIGH)
  writeText(writer, session.serverName)
  writeText(writer, session.applicationProtocol)
  uint8.write(writer, maxFragmentLength === undefined ? 0 : fragmentLengthCode(maxFragmentLength))
  writePeer(writer, session.peer)
  if (session.pskIdentity !== undefined) text.write(writer, session.pskIdentity)
  if (ownCertificate !== undefined) opaqueFixed(FINGERPRINT_LENGTH).write(writer, ownCertificate)
  if (masterSecret.length !== MASTER_SECRET_LENGTH) throw new RangeError('a master secret has 48 bytes')
  masterSecret.use((bytes) => writer.raw(bytes))
}

const SessionLayout: Codec<Session> = { name: 'Session', read: readSession, write: writeSession }

const HandleTag = { id: 0, ticket: 1 } as const
const sessionId = opaque(1, 32)
const ticket = opaque(1, 0xffff)

function readHandle(reader: Reader): SessionHandle {
  const tag = uint8.read(reader)
  if (tag === HandleTag.id) return { by: 'session id', sessionId: sessionId.read(reader).slice() }
  if (tag !== HandleTag.ticket) refuse(reader, `a handle of the unknown kind ${tag}`)
  return { by: 'ticket', lifetimeHint: reader.uint(4), ticket: ticket.read(reader).slice() }
}

function writeHandle(writer: Writer, handle: SessionHandle): void {
  if (handle.by === 'session id') {
    uint8.write(writer, HandleTag.id)
    sessionId.write(writer, handle.sessionId)
  } else {
    uint8.write(writer, HandleTag.ticket)
    writer.uint(4, handle.lifetimeHint)
    ticket.write(writer, handle.ticket)
  }
}

const KeptSessionLayout: Codec<KeptSession> = {
  name: 'KeptSession',
  read: (reader) => ({ handle: readHandle(reader), session: readSession(reader) }),
  write: (writer, { session, handle }) => {
    writeHandle(writer, handle)
    writeSession(writer, session)
  },
}

/** A session as bytes, its master secret among them. Throws `RangeError` for one without the time at which it was made. */
export const encodeSession = (session: Session): Secret => new Secret(encode(SessionLayout, session))

/** Throws `MalformedError` for bytes that `encodeSession` of this version did not make. */
export const decodeSession = (bytes: Uint8Array): Session => decode(SessionLayout, bytes)

/** What a client keeps, as bytes: the session and what to show for it. Throws as `encodeSession` does. */
export const encodeKeptSession = (kept: KeptSession): Secret => new Secret(encode(KeptSessionLayout, kept))

/** Throws `MalformedError` for bytes that `encodeKeptSession` of this version did not make. */
export const decodeKeptSession = (bytes: Uint8Array): KeptSession => decode(KeptSessionLayout, bytes)
