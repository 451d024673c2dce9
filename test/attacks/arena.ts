/** Sets a victim against a hostile peer, and says what must have become of both. */
import { expect } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { FaultCode } from '../../src/handshake/fault.js'
import { AlertDescription, type AlertName } from '../../src/registry/alert-description.js'
import { AlertLevel } from '../../src/registry/alert-level.js'
import { nameOf } from '../../src/registry/registry.js'
import { credentialOf, mutual, noble } from '../support/endpoints.js'
import { type PkiKind, pki } from '../support/pki.js'
import type { Hostile } from './hostile.js'
import { HostileClient, type HostileClientOptions } from './hostile-client.js'
import { HostileServer, type HostileServerOptions } from './hostile-server.js'
import type { Rewrite } from './script.js'
import { bytes, GREETING, text, victimClient, victimServer } from './victim.js'

export interface AttackOnClient extends HostileServerOptions {
  /** The victim's options, on top of a client that authenticates itself and pins the server's certificate. */
  readonly victim?: ClientOptions
  /** Option names to leave out of the victim's usual ones. */
  readonly withoutOptions?: readonly (keyof ClientOptions)[]
  readonly kind?: PkiKind
  readonly script?: Rewrite<HostileServer>
}

export interface AttackOnServer extends HostileClientOptions {
  /** The victim's options, on top of a server that requires a pinned client certificate. */
  readonly victim?: ServerOptions
  /** Option names to leave out of the victim's usual ones. */
  readonly withoutOptions?: readonly (keyof ServerOptions)[]
  readonly kind?: PkiKind
  readonly script?: Rewrite<HostileClient>
}

/** Runs the steps until they are through; a victim that failed ignores the rest. */
function run<P extends Hostile>(peer: P, script: readonly { readonly run: (peer: P) => void }[]): P {
  for (const step of script) if (!peer.victim.endpoint.connection.ended) step.run(peer)
  return peer
}

function leaveOut<T extends object>(options: T, names: readonly (keyof T)[] = []): Partial<T> {
  const left: Partial<T> = { ...options }
  for (const name of names) delete left[name]
  return left
}

/** A hostile server against a client, ready to begin. The defaults alone are an honest handshake. */
export function hostileServer(attack: AttackOnClient = {}): HostileServer {
  const kind = attack.kind ?? 'ecdsaP256'
  const victim = victimClient({
    ...leaveOut(mutual(kind).client, attack.withoutOptions),
    ...(attack.suite === undefined ? {} : { cipherSuites: [attack.suite] }),
    ...attack.victim,
  })
  return new HostileServer(victim, { credential: credentialOf('server', kind), ...attack })
}

export function attackClient(attack: AttackOnClient = {}): HostileServer {
  const peer = hostileServer(attack)
  peer.start()
  return run(peer, attack.script?.(peer.script()) ?? peer.script())
}

/** A hostile client against a server that requires client authentication, ready to begin. */
export function hostileClient(attack: AttackOnServer = {}): HostileClient {
  const kind = attack.kind ?? 'ecdsaP256'
  const victim = victimServer({
    ...leaveOut(mutual(kind).server, attack.withoutOptions),
    ...(attack.suite === undefined ? {} : { cipherSuites: [attack.suite] }),
    ...attack.victim,
  })
  return new HostileClient(victim, { credential: credentialOf('client', kind), ...attack })
}

export function attackServer(attack: AttackOnServer = {}): HostileClient {
  const peer = hostileClient(attack)
  peer.start()
  const honest = peer.script((attack.victim?.clientAuthentication ?? 'require') !== 'none')
  return run(peer, attack.script?.(honest) ?? honest)
}

/** Credentials of the impostor PKI: the same names, other keys. */
export const impostorOf = (side: 'client' | 'server', kind: PkiKind): Credential => {
  const { certificateChain, privateKeyInfo } = pki.impostor[side][kind]
  return { certificateChain, key: noble.importPrivateKey(privateKeyInfo) }
}

/** The victim's certificate over the impostor's key. */
export const stolenCertificate = (side: 'client' | 'server', kind: PkiKind): Credential => ({
  certificateChain: pki[side][kind].certificateChain,
  key: impostorOf(side, kind).key,
})

/** All that the victim shows its peer and its owner: the wire by length and type, outputs, and the road through the states. */
export const behaviour = (peer: Hostile) => ({
  wire: peer.sealed.map((record) => [record[0], record.length]),
  alerts: peer.alerts,
  outputs: peer.victim.outputs,
  states: peer.victim.states,
  fault: { code: peer.victim.fault?.code, message: peer.victim.fault?.message, state: peer.victim.fault?.state },
})

export interface Defeat {
  readonly fault: FaultCode
  /** `null`: the victim says nothing. */
  readonly alert: AlertName | null
  /** The state in which the victim noticed. */
  readonly state?: string
}

const alertsOf = (peer: Hostile) =>
  peer.alerts.map(({ level, description }) => `${nameOf(AlertLevel, level)} ${nameOf(AlertDescription, description)}`)

/** An alert as `alertsOf` words it: all that end a connection are fatal but close_notify (RFC 5246 §7.2.1). */
const onTheWire = (alert: string): string => `${alert === 'close_notify' ? 'warning' : 'fatal'} ${alert}`

/** The victim failed with this fault and this very alert on the wire, and not one byte of application data passed. */
export function expectDefeat(peer: Hostile, { fault, alert, state }: Defeat): void {
  const { victim } = peer
  expect({ fault: victim.fault?.code, alert: victim.fault?.alert, wire: alertsOf(peer) }).toEqual({
    fault,
    alert,
    wire: alert === null ? [] : [onTheWire(alert)],
  })
  if (state !== undefined) expect(victim.fault?.state).toBe(state)
  expect(victim.state).toBe('Failed')
  expect(victim.outputs.at(-1)).toBe('failed')
  expect(victim.established).toBe(false)
  expect(victim.delivered).toEqual([])
  expect(peer.overheard).toEqual([])
  expect(() => victim.endpoint.send(bytes(GREETING))).toThrow(expect.objectContaining({ code: 'misuse' }))
}

/** The connection was up and was then attacked: it ends with this alert, and only what was authentic was delivered. */
export function expectBroken(peer: Hostile, { fault, alert }: Defeat, delivered: readonly string[] = []): void {
  const { victim } = peer
  expect({ fault: victim.fault?.code, wire: alertsOf(peer).filter((it) => it.startsWith('fatal')) }).toEqual({
    fault,
    wire: alert === null ? [] : [`fatal ${alert}`],
  })
  expect(victim.state).toBe('Failed')
  expect(victim.outputs.at(-1)).toBe('failed')
  expect(victim.established).toBe(true)
  expect(victim.delivered).toEqual(delivered)
  expect(peer.overheard.map(text)).toEqual([GREETING])
}

/** Both sides agree and talk: the attack's tools work, and the victim is not merely refusing everything. */
export function expectConnected(peer: Hostile): void {
  const { victim } = peer
  expect(victim.fault?.message).toBeUndefined()
  expect(victim.state).toBe('Connected')
  peer.applicationData(bytes('to the victim'))
  expect(victim.delivered).toEqual(['to the victim'])
  expect(peer.overheard.map(text)).toEqual([GREETING])
  expect(peer.alerts).toEqual([])
}
