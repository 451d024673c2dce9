import { MalformedError } from '../../bytes/reader.js'
import type { ClientContext } from '../../handshake/client/context.js'
import type { ClientState } from '../../handshake/client/states.js'
import { clientStep } from '../../handshake/client/table.js'
import type { Entropy } from '../../handshake/event.js'
import type { NamedState } from '../../handshake/machine.js'
import type { ServerContext } from '../../handshake/server/context.js'
import type { ServerState } from '../../handshake/server/states.js'
import { serverStep } from '../../handshake/server/table.js'
import { AlertDescription } from '../../registry/alert-description.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import type { CapturedHandshake, HandshakeItem } from '../capture/captured-handshake.js'
import { versionOf } from '../capture/handshake-facts.js'
import { ticketOf } from '../capture/hello-checks.js'
import type { CaptureCrypto } from '../capture/record-opener.js'
import type { Side } from '../trace.js'
import { clientConfig, serverConfig } from './captured-config.js'
import { capturedAnswers, keyIn } from './captured-environment.js'
import { type CapturedMessages, capturedMessages, messageOf } from './captured-messages.js'
import { capturedSchedule } from './captured-schedule.js'
import { offeredSession } from './captured-sessions.js'
import { EndInPlace, type Part } from './end-in-place.js'
import type { EndReport, NotReplayed, ReplayReport } from './replay-report.js'
import { anySecret } from './stand-ins.js'

/*
 * Our machines in the place of captured ends: what a machine hears is what that end heard, its randoms, shares and
 * signatures are the captured ones, and what it says is compared with what was said. Everything that the end had to verify
 * is verified. A renegotiation goes on with the machine of the handshake before.
 */

const isHelloRequest = (item: HandshakeItem): boolean => item.type === 'message' && item.name === 'hello_request'

/** A HelloRequest behind a handshake asks for the next one: it is played with that. */
function withInvitations(handshakes: readonly CapturedHandshake[]): readonly CapturedHandshake[] {
  let invitation: readonly HandshakeItem[] = []
  return handshakes.map((handshake) => {
    const items = [...invitation, ...handshake.items.filter((item) => !isHelloRequest(item))]
    invitation = handshake.items.filter(isHelloRequest)
    return { ...handshake, items }
  })
}

/** Both sides' Finished: ours cannot be read, nor made, without the master secret. */
const isComplete = ({ items }: CapturedHandshake): boolean =>
  items.filter((item) => item.type === 'message' && item.name === 'finished').length >= 2

function keysAreKnown({ certificates, certificateTypes }: CapturedMessages): boolean {
  const shown = (['client', 'server'] as const).flatMap((side) => {
    const [first] = certificates[side] ?? []
    return first === undefined ? [] : [[first, certificateTypes[side]] as const]
  })
  try {
    for (const [certificate, type] of shown) keyIn(certificate, type)
    return true
  } catch {
    return false
  }
}

/** Reads what a replay needs, or says why there can be none. */
function prepare(handshake: CapturedHandshake): CapturedMessages | NotReplayed {
  if (handshake.broken !== undefined) return 'unreadable'
  const clientHello = messageOf(handshake, 'client_hello')
  if (clientHello === undefined) return 'no_client_hello'
  if (clientHello.clientVersion < ProtocolVersion.TLSv1_2) return 'other_version'
  const serverHello = messageOf(handshake, 'server_hello')
  if (serverHello !== undefined && versionOf(serverHello) !== ProtocolVersion.TLSv1_2) return 'other_version'
  if (serverHello !== undefined && handshake.suite === undefined) return 'unknown_suite'
  if (serverHello !== undefined && serverHello.compressionMethod !== CompressionMethod.null) return 'compressed'
  const captured = capturedMessages(handshake, clientHello)
  if (!keysAreKnown(captured)) return 'unknown_key'
  const keysChange = handshake.items.some(({ type }) => type === 'change_cipher_spec')
  if (keysChange && handshake.known === undefined) return 'unknown_secret'
  return isComplete(handshake) || captured.refusal !== undefined ? captured : 'incomplete'
}

/** What some stacks say of a certificate besides the alerts that are for that, as of a key in it that is too short. */
const saidOfCertificates: ReadonlySet<number> = new Set([
  AlertDescription.handshake_failure,
  AlertDescription.illegal_parameter,
  AlertDescription.decrypt_error,
  AlertDescription.insufficient_security,
])

const nothing = new Uint8Array()
const noRandom = new Uint8Array(32)

const entropyOf = (hello: { random: Uint8Array; sessionId: Uint8Array } | undefined): Entropy => ({
  random: hello?.random ?? noRandom,
  sessionId: hello?.sessionId ?? nothing,
  substitutePreMaster: anySecret(46),
})

/** Both ends of one connection. */
class Replay {
  readonly #crypto: CaptureCrypto
  readonly #client = new EndInPlace<ClientContext, ClientState>('client', clientStep, { name: 'Start' })
  readonly #server = new EndInPlace<ServerContext, ServerState>('server', serverStep, { name: 'Start' })
  #isFirst = true
  /** The client has shown a certificate in the handshake before. */
  #clientShowed = false

  constructor(crypto: CaptureCrypto) {
    this.#crypto = crypto
  }

  handshake(handshake: CapturedHandshake): ReplayReport {
    const captured = this.#prepare(handshake)
    const report =
      typeof captured === 'string'
        ? { client: notReplayed('client', captured), server: notReplayed('server', captured) }
        : { client: this.#asClient(captured), server: this.#asServer(captured) }
    this.#isFirst = false
    if (typeof captured !== 'string') this.#clientShowed = (captured.certificates.client?.length ?? 0) > 0
    return report
  }

  #prepare(handshake: CapturedHandshake): CapturedMessages | NotReplayed {
    try {
      return prepare(handshake)
    } catch (error) {
      if (error instanceof MalformedError) return 'malformed'
      throw error
    }
  }

  /** What stands in the way of one end only. */
  #obstacle(captured: CapturedMessages, end: { readonly isConnected: boolean }): NotReplayed | undefined {
    if (this.#isFirst) return undefined
    if (!end.isConnected) return 'not_replayed_before'
    if (captured.isResumed) return 'resumed_inside'
    return captured.newSessionTicket === undefined ? undefined : 'ticket_inside'
  }

  #asClient(captured: CapturedMessages): EndReport {
    const { clientHello, isResumed, handshake } = captured
    const withoutId = isResumed && ticketOf(clientHello) !== undefined && clientHello.sessionId.length === 0
    const obstacle = withoutId ? 'ticket_without_id' : this.#obstacle(captured, this.#client)
    if (obstacle !== undefined) return notReplayed('client', obstacle)
    const entropy = entropyOf(clientHello)
    const session = offeredSession(captured)
    const start = { type: 'start', entropy, ...(session === undefined ? {} : { session }) } as const
    const invited = handshake.items.some(isHelloRequest)
    const renegotiate = invited ? undefined : ({ type: 'renegotiate', entropy, wish: {} } as const)
    return this.#play(this.#client, 'client', captured, {
      ...{ captured, entropy, first: this.#isFirst ? start : renegotiate },
      context: { config: clientConfig(captured), keySchedule: capturedSchedule(captured, this.#crypto) },
    })
  }

  #asServer(captured: CapturedMessages): EndReport {
    const dropped = !this.#isFirst && this.#clientShowed && captured.certificateRequest === undefined
    const obstacle = this.#obstacle(captured, this.#server) ?? (dropped ? 'proof_dropped' : undefined)
    if (obstacle !== undefined) return notReplayed('server', obstacle)
    const entropy = entropyOf(captured.serverHello)
    const invites = captured.handshake.items.some(isHelloRequest)
    const renegotiate = invites ? ({ type: 'renegotiate', entropy, wish: {} } as const) : undefined
    return this.#play(this.#server, 'server', captured, {
      ...{ captured, entropy, first: this.#isFirst ? ({ type: 'start', entropy } as const) : renegotiate },
      context: { config: serverConfig(captured), keySchedule: capturedSchedule(captured, this.#crypto) },
    })
  }

  /** Where our machine finds nothing wrong and the captured end refused, it was the certificate: whom that end trusts is not captured. */
  #play<Context, S extends NamedState>(
    end: EndInPlace<Context, S>,
    role: Side,
    captured: CapturedMessages,
    part: Omit<Part<Context>, 'answers'>,
  ): EndReport {
    const report = end.play({ ...part, answers: capturedAnswers(role, captured, this.#crypto) })
    const isOpen = report.outcome === 'not replayed' && report.reason === 'unknown_refusal'
    if (!isOpen || !saidOfCertificates.has(captured.refusal?.alert ?? -1)) return report
    return end.playAgain({ ...part, answers: capturedAnswers(role, captured, this.#crypto, 'refused') })
  }
}

const notReplayed = (role: Side, reason: NotReplayed): EndReport => ({ outcome: 'not replayed', role, reason })

/**
 * Takes our machines through the handshakes of one captured connection, in order, each machine in the place of one end.
 * Signatures and Finished are verified in earnest; certificates are judged as the captured end judged them. Never throws
 * for what was captured.
 */
export function replayConnection(
  handshakes: readonly CapturedHandshake[],
  crypto: CaptureCrypto,
): readonly ReplayReport[] {
  const replay = new Replay(crypto)
  return withInvitations(handshakes).map((handshake) => replay.handshake(handshake))
}
