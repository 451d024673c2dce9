import { publicEqual } from '../bytes/equal.js'
import { MalformedError } from '../bytes/reader.js'
import { Secret } from '../bytes/secret.js'
import type { EcdsaCurve, KeyType, PrivateKey } from '../crypto/key-types.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../crypto/subject-public-key-info.js'
import { clientStep } from '../handshake/client/table.js'
import type { MachineEvent } from '../handshake/event.js'
import { AlignedRecords } from '../handshake/evidence.js'
import type { FailedState, NamedState, Step } from '../handshake/machine.js'
import type { Need } from '../handshake/need.js'
import { serverStep } from '../handshake/server/table.js'
import { Transcript } from '../handshake/transcript.js'
import type { ClientHello } from '../messages/client-hello.js'
import { findExtension } from '../messages/extensions/extension.js'
import { CipherSuite } from '../registry/cipher-suite.js'
import { ExtensionType } from '../registry/extension-type.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import type { CapturedHandshake, HandshakeItem } from './capture/captured-handshake.js'
import type { CaptureCrypto } from './capture/record-opener.js'
import { configOf, type ReplayFacts, replayFacts } from './replay-facts.js'
import type { Side } from './trace.js'

/** One message that our machine sent in the place of the captured end. */
export interface ReplayedMessage {
  readonly name: HandshakeTypeName
  /**
   * `same`: byte for byte what was captured. `differs`: another choice that the RFC leaves open (the order of extensions,
   * a session id); what follows was computed over the captured message.
   */
  readonly verdict: 'same' | 'differs'
}

/** How one end of a captured handshake went with our machine in its place. */
export type ReplayReport =
  | { readonly outcome: 'connected'; readonly role: Side; readonly sent: readonly ReplayedMessage[] }
  /** The machine refused what was captured, or did not say what was said: in which state, and why. */
  | {
      readonly outcome: 'failed'
      readonly role: Side
      readonly sent: readonly ReplayedMessage[]
      readonly state: string
      readonly reason: string
    }
  /** There is not enough to go by. */
  | { readonly outcome: 'not replayed'; readonly role: Side; readonly reason: string }

/** A secret that stands where the key schedule would ignore any: the master secret is the captured one. */
const anySecret = (): Secret => new Secret(new Uint8Array(48))

const keyOf = (certificate: Uint8Array | undefined) =>
  readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate ?? new Uint8Array()))

/** A key that has signed already: it gives the captured signature. */
function capturedKey(certificate: Uint8Array, signature: Uint8Array): PrivateKey {
  const { keyType, curve }: { keyType: KeyType; curve?: EcdsaCurve } = keyOf(certificate)
  const key = { keyType, sign: () => signature, decryptPreMaster: anySecret }
  return curve === undefined ? key : { ...key, curve }
}

/** Answers a need as the captured end did. Signatures of the other side are verified in earnest. */
function answer(need: Need, role: Side, facts: ReplayFacts, crypto: CaptureCrypto): MachineEvent {
  const { chain, serverParams, certificateVerify, clientShare, ocspResponse } = facts
  const ownSignature = role === 'client' ? certificateVerify?.signature : serverParams?.signature.signature
  const signature = ownSignature ?? new Uint8Array()
  switch (need.type) {
    case 'verifyCertificate': {
      const publicKey = keyOf(need.request.certificateChain[0])
      return { type: 'answer:verifyCertificate', answer: { accepted: true, publicKey, checked: [] } }
    }
    case 'verifySignature': {
      const { key, scheme, content, signature: theirs } = need.request
      const valid = crypto.verifySignature(key, scheme, content, theirs) === true
      return { type: 'answer:verifySignature', answer: valid }
    }
    case 'selectCredential': {
      const [certificate, ...rest] = chain[role] ?? []
      if (certificate === undefined) return { type: 'answer:selectCredential', answer: undefined }
      const credential = { certificateChain: [certificate, ...rest], key: capturedKey(certificate, signature) }
      const staple = role === 'server' && ocspResponse !== undefined ? { ocspResponse } : {}
      return { type: 'answer:selectCredential', answer: { ...credential, ...staple } }
    }
    case 'sign':
      return { type: 'answer:sign', answer: signature }
    case 'generateKeyShare': {
      const theirs = serverParams?.kind === 'dh' ? serverParams.params.dhYs : serverParams?.params.publicKey
      const publicKey = role === 'client' ? clientShare : (theirs ?? new Uint8Array())
      return { type: 'answer:generateKeyShare', answer: { publicKey, agree: anySecret } }
    }
    case 'agreeKey':
      return { type: 'answer:agreeKey', answer: anySecret() }
    case 'encryptPreMaster':
      return { type: 'answer:encryptPreMaster', answer: { encrypted: clientShare, preMasterSecret: anySecret() } }
    case 'decryptPreMaster':
      return { type: 'answer:decryptPreMaster', answer: anySecret() }
    default:
      return { type: 'need_refused', need: need.type, cause: new Error(`a replay has no answer to ${need.type}`) }
  }
}

const eventOf = (item: HandshakeItem): MachineEvent =>
  item.type === 'message'
    ? { type: item.name, raw: item.raw }
    : { type: 'change_cipher_spec', aligned: AlignedRecords.of(0) }

/** Takes one machine through a captured handshake. */
class Replay<Context, S extends NamedState> {
  readonly #role: Side
  readonly #step: Step<Context, S>
  readonly #context: Context
  readonly #items: readonly HandshakeItem[]
  readonly #answer: (need: Need) => MachineEvent
  readonly #sent: ReplayedMessage[] = []
  /** Captured items of our own end that it has not said yet, and of the other one that it has not heard. */
  readonly #own: HandshakeItem[]
  readonly #theirs: HandshakeItem[]
  #state: S | FailedState
  #trouble: string | undefined

  constructor(
    machine: { role: Side; step: Step<Context, S>; context: Context; state: S },
    items: readonly HandshakeItem[],
    answerNeed: (need: Need) => MachineEvent,
  ) {
    this.#role = machine.role
    this.#step = machine.step
    this.#context = machine.context
    this.#state = machine.state
    this.#items = items
    this.#answer = answerNeed
    this.#own = items.filter(({ sender }) => sender === this.#role)
    this.#theirs = items.filter(({ sender }) => sender !== this.#role)
  }

  run(first: readonly MachineEvent[], said: number): ReplayReport {
    this.#own.splice(0, said)
    const events = [...first]
    while (this.#trouble === undefined && this.#state.name !== 'Failed' && this.#state.name !== 'Connected') {
      const next = events.shift() ?? this.#heard()
      if (next === undefined) break
      events.push(...this.#take(next))
    }
    return this.#report()
  }

  #heard(): MachineEvent | undefined {
    const item = this.#theirs.shift()
    return item === undefined ? undefined : eventOf(item)
  }

  #take(event: MachineEvent): MachineEvent[] {
    if (this.#state.name === 'Failed') return []
    // not Failed, so a state of the machine: `Step` adds the failed one to every union
    const { state, actions } = this.#step(this.#context, this.#state as S, event)
    this.#state = state
    const answers: MachineEvent[] = []
    let differs = false
    for (const action of actions) {
      if (action.type === 'sendHandshake') differs = this.#compare(action.name, action.raw) === 'differs' || differs
      else if (action.type === 'sendChangeCipherSpec') this.#expectOwn('change_cipher_spec')
      else if (action.type === 'need') answers.push(this.#answer(action.need))
    }
    if (differs) this.#substitute()
    return answers
  }

  #expectOwn(name: HandshakeTypeName | 'change_cipher_spec'): HandshakeItem | undefined {
    const item = this.#own.shift()
    const found = item === undefined ? 'nothing' : item.type === 'message' ? item.name : item.type
    if (found !== name) this.#trouble ??= `our machine sends ${name} where ${found} was captured`
    return item
  }

  #compare(name: HandshakeTypeName, raw: Uint8Array): ReplayedMessage['verdict'] {
    const item = this.#expectOwn(name)
    const verdict = item?.type === 'message' && publicEqual(item.raw, raw) ? 'same' : 'differs'
    this.#sent.push({ name, verdict })
    return verdict
  }

  /** Puts what was captured in the place of what our machine said, as far as the handshake has come. */
  #substitute(): void {
    const open = new Set([...this.#own, ...this.#theirs])
    let transcript = Transcript.empty
    for (const item of this.#items) {
      if (!open.has(item) && item.type === 'message' && item.name !== 'hello_request')
        transcript = transcript.append(item.raw)
    }
    if ('transcript' in this.#state) this.#state = Object.assign({}, this.#state, { transcript })
  }

  #report(): ReplayReport {
    const [role, sent, state] = [this.#role, this.#sent, this.#state]
    const reason = 'fault' in state ? `${state.fault.code}: ${state.fault.message}` : this.#trouble
    if (reason === undefined && state.name === 'Connected') return { outcome: 'connected', role, sent }
    const from = 'fault' in state ? state.fault.state : state.name
    return {
      outcome: 'failed',
      role,
      sent,
      state: from,
      reason: reason ?? 'the capture ends before the handshake does',
    }
  }
}

/** The signalling suite stands for an empty renegotiation_info, which the server then answers (RFC 5746 §3.4). */
function offerOf(hello: ClientHello): ClientHello {
  const extensionType = ExtensionType.renegotiation_info
  const extensions = hello.extensions ?? []
  const signalled = hello.cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
  if (!signalled || findExtension(extensions, extensionType) !== undefined) return hello
  return { ...hello, extensions: [...extensions, { extensionType, extensionData: Uint8Array.of(0) }] }
}

/** Our client in the place of the captured one. Its ClientHello is the captured one. */
function replayClient(facts: ReplayFacts, crypto: CaptureCrypto): ReplayReport {
  const { handshake, clientHello } = facts
  const hello = handshake.items.find((item) => item.type === 'message' && item.name === 'client_hello')
  const raw = hello?.type === 'message' ? hello.raw : new Uint8Array()
  const config = {
    ...configOf('client', facts),
    serverName: undefined,
    requestCertificateStatus: true,
    grease: false,
    padClientHelloTo: undefined,
    arrangeClientHello: undefined,
    requestSignedCertificateTimestamps: true,
    maxFragmentLength: undefined,
    secureRenegotiation: 'tolerate',
    strayHelloRequest: 'ignore',
    fallback: false,
    otherDhGroups: 'prove',
  } as const
  const state = {
    name: 'ExpectServerHello',
    transcript: Transcript.empty.append(raw),
    offer: offerOf(clientHello),
    offered: undefined,
  } as const
  const machine = { role: 'client', step: clientStep, context: { config, keySchedule: facts.schedule }, state } as const
  return new Replay(machine, handshake.items, (need) => answer(need, 'client', facts, crypto)).run([], 1)
}

/** Our server in the place of the captured one. */
function replayServer(facts: ReplayFacts, crypto: CaptureCrypto): ReplayReport {
  const { handshake, certificateRequest, serverHello } = facts
  const config = {
    ...configOf('server', facts),
    clientAuthentication: certificateRequest === undefined ? 'none' : 'request',
    certificateAuthorities: certificateRequest?.certificateAuthorities ?? [],
    reviewClientHello: false,
    acknowledgeServerName: false,
    unrecognizedName: 'ignore',
    pskIdentityHint: undefined,
    unknownPskIdentity: 'alert',
    extraExtensions: [],
  } as const
  const { random, sessionId } = serverHello
  const entropy = { random, sessionId, substitutePreMaster: new Secret(new Uint8Array(46)) }
  const context = { config, keySchedule: facts.schedule }
  const machine = { role: 'server', step: serverStep, context, state: { name: 'Start' } } as const
  const replay = new Replay(machine, handshake.items, (need) => answer(need, 'server', facts, crypto))
  return replay.run([{ type: 'start', entropy }], 0)
}

/**
 * Takes our machines through a captured handshake whose master secret is known, each in the place of one end: what it
 * hears is what that end heard, its randoms, shares and signatures are the captured ones, and what it says is compared
 * with what was said. Everything that end had to verify is verified. Never throws for what was captured.
 */
export function replayHandshake(handshake: CapturedHandshake, crypto: CaptureCrypto): readonly ReplayReport[] {
  const none = (reason: string): ReplayReport[] =>
    (['client', 'server'] as const).map((role) => ({ outcome: 'not replayed', role, reason }))
  try {
    const facts = replayFacts(handshake, crypto)
    return typeof facts === 'string' ? none(facts) : [replayClient(facts, crypto), replayServer(facts, crypto)]
  } catch (error) {
    if (error instanceof MalformedError) return none(error.message)
    throw error
  }
}
