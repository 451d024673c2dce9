/**
 * A machine under test with everything that may happen to it: for any of its states, events of every type. Messages come
 * from a puppet peer that answers whatever the machine said so far, so that each is right in the state where it belongs
 * and looks right everywhere else.
 */
import { fromAscii } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { providerEnvironment } from '../../src/connection/environment.js'
import { satisfy } from '../../src/connection/satisfy.js'
import type { Environment } from '../../src/crypto/environment.js'
import { type KeySchedule, keySchedule } from '../../src/crypto/key-schedule.js'
import type { PreSharedKey } from '../../src/crypto/pre-shared-key.js'
import type { KeptSession, Session } from '../../src/crypto/session.js'
import { allSuites, type KeyExchange, type SuiteParameters } from '../../src/crypto/suite-parameters.js'
import type { MachineEvent } from '../../src/handshake/event.js'
import type { FaultCode } from '../../src/handshake/fault.js'
import type { Outcome } from '../../src/handshake/machine.js'
import type { AnswerEvent, Need, NeedType } from '../../src/handshake/need.js'
import { fakeCredential, fakeIdentity, fakeVerifier } from '../support/fake-environment.js'
import { fakeProvider, SECRET_MARK } from '../support/fake-provider.js'

export const provider = fakeProvider(7)

/** One configuration of a machine, as far as the order of messages depends on it. */
export interface Scenario {
  readonly keyExchange: KeyExchange
  /** Whether the machine, as a server, asks for a certificate. A client is asked by its puppet, or not. */
  readonly clientAuthentication: 'none' | 'request' | 'require'
  readonly status: boolean
  readonly onPeerClose: 'close' | 'wait'
  readonly renegotiation: 'refuse' | 'abort' | 'once' | 'freely' | 'ignore'
  /** By what sessions are kept and resumed; not at all by default. */
  readonly resumption?: 'session id' | 'ticket'
}

export const suiteFor = (keyExchange: KeyExchange): SuiteParameters => {
  const found = allSuites.find((suite) => suite.keyExchange === keyExchange)
  if (found === undefined) throw new Error(`no suite of ${keyExchange}`)
  return found
}

export const serverIdentity = ({ keyExchange }: Scenario) => fakeIdentity(keyExchange, 'server')
export const clientIdentity = fakeIdentity('ECDHE_ECDSA', 'client')
export const ocspResponse = Uint8Array.of(0x30, 3, 10, 1, 0)

/** Secrets that can be told at sight, whatever part of one is printed. */
export const markedSecret = (length: number): Secret =>
  new Secret(Uint8Array.from({ length }, (_, i) => SECRET_MARK[i % SECRET_MARK.length] ?? 0))

/** A key that client and server share. */
export const sharedKey: PreSharedKey = { identity: fromAscii('Client_identity'), key: markedSecret(32) }

/** The fake key schedule, but what it derives carries the mark throughout, keys included. No record is ever protected here. */
export const markedSchedule: KeySchedule = {
  ...keySchedule(provider),
  masterSecret: (hash, preMasterSecret) => {
    const digest = provider.hmac(hash, preMasterSecret)
    return new Secret(Uint8Array.from([...SECRET_MARK, ...digest, ...digest].slice(0, 48)))
  },
  extendedMasterSecret: (hash, preMasterSecret, sessionHash) => {
    const digest = provider.hmac(hash, preMasterSecret, sessionHash)
    return new Secret(Uint8Array.from([...SECRET_MARK, ...digest, ...digest].slice(0, 48)))
  },
  keyBlock: (_hash, _masterSecret, _server, _client, length) => markedSecret(length),
}

/** An event, what to call it in a failing test, and the fault that it must lead to where the table has a row for it. */
export interface Variant {
  readonly label: string
  readonly event: MachineEvent
  readonly fault?: FaultCode
}

/** The name of a state, and with it the name of a state inside it. */
export const placeOf = (state: { readonly name: string }): string =>
  'handshake' in state && typeof state.handshake === 'object' && state.handshake !== null && 'name' in state.handshake
    ? `${state.name}/${state.handshake.name}`
    : state.name

/** A machine in one configuration. */
export interface Subject<S> {
  readonly label: string
  readonly keyExchange: KeyExchange
  readonly context: object
  /** Whether the explorer follows this machine into a renegotiation, the first on a connection. */
  readonly renegotiates: boolean
  readonly initial: S
  step(state: S, event: MachineEvent): Outcome<S>
  /** Whatever may happen in `state`, at least one variant of every event type. `need` is the open one. */
  variants(state: S, need: Need | undefined): readonly Variant[]
}

/** The environment of both puppets and subjects: fake keys, known to everybody, and a session of whoever asks for one. */
export const environmentFor = (scenario: Scenario, status: boolean): Environment => ({
  ...providerEnvironment(provider, {
    verifyCertificate: fakeVerifier,
    selectCredential: ({ role }) =>
      role === 'server'
        ? fakeCredential(serverIdentity(scenario), status ? ocspResponse : undefined)
        : fakeCredential(clientIdentity),
    selectPsk: () => sharedKey,
  }),
  openTicket: () => ({ session: markedSession(scenario, 'client'), renew: false }),
  resumeSession: () => markedSession(scenario, 'client'),
  sealTicket: () => ({ ticket: Uint8Array.of(7, 7, 7), ticketLifetimeHint: 60 }),
})

/** A session in which a peer of that role showed its certificate; the client that asks for `localhost` made it. */
export const markedSession = (scenario: Scenario, peer: 'client' | 'server'): Session => ({
  cipherSuite: suiteFor(scenario.keyExchange).cipherSuite,
  masterSecret: markedSecret(48),
  extendedMasterSecret: true,
  serverName: peer === 'server' ? 'localhost' : undefined,
  applicationProtocol: undefined,
  maxFragmentLength: undefined,
  peer: {
    type: 'certificate',
    certificateType: 'X509',
    certificateChain: fakeCredential(peer === 'server' ? serverIdentity(scenario) : clientIdentity).certificateChain,
    ocspResponse: undefined,
    proof: peer === 'server' && scenario.keyExchange === 'RSA' ? 'key transport' : 'signature',
  },
  pskIdentity: undefined,
  authenticatedToPeer: true,
  establishedAt: 1_700_000_000_000,
})

/** What a client keeps of it. */
export const markedKept = (scenario: Scenario): KeptSession => ({
  session: markedSession(scenario, 'server'),
  handle:
    scenario.resumption === 'ticket'
      ? { by: 'ticket', ticket: Uint8Array.of(9, 9, 9), lifetimeHint: 60 }
      : { by: 'session id', sessionId: new Uint8Array(32).fill(0x1d) },
})

/** The event that answers `need`, from a synchronous environment. */
export function answerTo(environment: Environment, need: Need): AnswerEvent {
  let found: AnswerEvent | undefined
  let open: (Need & { readonly signal: AbortSignal }) | undefined = { ...need, signal: new AbortController().signal }
  satisfy(
    {
      takeNeed: () => {
        const taken = open
        open = undefined
        return taken
      },
      fulfil: ({ type }, answer) => {
        found = { type: `answer:${type}`, answer } as AnswerEvent // type and answer come from the same need
      },
      reject: (_need, cause) => {
        throw cause
      },
    },
    environment,
  )
  if (found === undefined) throw new Error(`no answer to ${need.type}`)
  return found
}

const anyScenario: Scenario = {
  renegotiation: 'refuse',
  keyExchange: 'ECDHE_RSA',
  clientAuthentication: 'require',
  status: false,
  onPeerClose: 'close',
}

/** An answer to each type of need that looks right, for states in which nobody asked. */
export const unaskedAnswers: { readonly [T in NeedType]: () => AnswerEvent<T> } = {
  reviewClientHello: () => ({ type: 'answer:reviewClientHello', answer: { accepted: true } }),
  selectCredential: () => ({ type: 'answer:selectCredential', answer: fakeCredential(clientIdentity) }),
  verifyCertificate: () => ({
    type: 'answer:verifyCertificate',
    answer: fakeVerifier({ peer: 'client', certificateChain: fakeCredential(clientIdentity).certificateChain }),
  }),
  selectPsk: () => ({ type: 'answer:selectPsk', answer: sharedKey }),
  verifySignature: () => ({ type: 'answer:verifySignature', answer: true }),
  sign: () => ({ type: 'answer:sign', answer: new Uint8Array(32) }),
  generateKeyShare: () => ({
    type: 'answer:generateKeyShare',
    answer: { publicKey: new Uint8Array(32).fill(9), agree: () => undefined },
  }),
  agreeKey: () => ({ type: 'answer:agreeKey', answer: markedSecret(32) }),
  encryptPreMaster: () => ({
    type: 'answer:encryptPreMaster',
    answer: { preMasterSecret: markedSecret(48), encrypted: new Uint8Array(64) },
  }),
  decryptPreMaster: () => ({ type: 'answer:decryptPreMaster', answer: markedSecret(48) }),
  openTicket: () => ({
    type: 'answer:openTicket',
    answer: { session: markedSession(anyScenario, 'client'), renew: false },
  }),
  resumeSession: () => ({ type: 'answer:resumeSession', answer: markedSession(anyScenario, 'client') }),
  reverifySession: () => ({
    type: 'answer:reverifySession',
    answer: fakeVerifier({ peer: 'client', certificateChain: fakeCredential(clientIdentity).certificateChain }),
  }),
  sealTicket: () => ({ type: 'answer:sealTicket', answer: { ticket: Uint8Array.of(1), ticketLifetimeHint: 0 } }),
}
