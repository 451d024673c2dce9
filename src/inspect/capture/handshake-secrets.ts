import { constantTimeEqual } from '../../bytes/equal.js'
import { Secret } from '../../bytes/secret.js'
import type { ConnectionKeys } from '../../crypto/connection-keys.js'
import { type KeySchedule, keySchedule } from '../../crypto/key-schedule.js'
import { pskPreMasterSecret } from '../../crypto/pre-shared-key.js'
import type { HashPrimitives } from '../../crypto/primitives.js'
import type { KeyExchange } from '../../crypto/suite-parameters.js'
import { deriveConnectionKeys } from '../../handshake/keys.js'
import { isKeyTransport } from '../../handshake/negotiation.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { nameOf } from '../../registry/registry.js'
import { readClientKeyExchange } from '../key-exchange-bodies.js'
import { suiteName } from '../other-cipher-suites.js'
import type { Side } from '../trace.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import type { HandshakeFacts } from './handshake-facts.js'
import { ticketOf } from './hello-checks.js'
import type { KeyStore, KnownSecret, KnownSession } from './key-store.js'

/** Keys for the records that follow, or in words why there are none. */
export type KeysOrReason = { readonly keys: () => ConnectionKeys } | { readonly reason: string }

/** What the pre-master secret is made from, where a key that lives longer than the handshake is enough. */
const origins: Readonly<Partial<Record<KeyExchange, string>>> = {
  RSA: "what the server's RSA key decrypts",
  PSK: 'the key that both ends share',
  RSA_PSK: "the key that both ends share and what the server's RSA key decrypts",
}

const keyNames: Readonly<Partial<Record<KeyExchange, string>>> = {
  RSA: 'the RSA key of its server',
  PSK: 'the key that both ends share',
  RSA_PSK: 'either the RSA key of its server or the key that both ends share',
}

/** The secrets of one handshake as far as the keys at hand allow: where they come from, and what can be checked with them. */
export class HandshakeSecrets {
  readonly #keys: KeyStore
  readonly #facts: HandshakeFacts
  readonly #schedule: KeySchedule
  #known: KnownSecret | undefined

  constructor(facts: HandshakeFacts, keys: KeyStore, primitives: HashPrimitives) {
    this.#facts = facts
    this.#keys = keys
    this.#schedule = keySchedule(primitives)
  }

  /** The master secret as soon as it is known. */
  get known(): KnownSecret | undefined {
    return this.#known
  }

  /** The session that is resumed, if it was seen when it was made. */
  get resumed(): KnownSession | undefined {
    const { clientHello, serverHello, road } = this.#facts
    if (clientHello === undefined || serverHello === undefined || road === 'full') return undefined
    const ticket = ticketOf(clientHello)
    return (
      (ticket === undefined ? undefined : this.#keys.session('ticket', ticket)) ??
      this.#keys.session('id', serverHello.sessionId)
    )
  }

  /** ClientKeyExchange, once it is in the transcript: how the pre-master secret and the master secret come about. */
  exchange(body: Uint8Array): readonly CaptureCheck[] {
    const { suite } = this.#facts
    if (suite === undefined) return [notChecked('master secret', 'the cipher suite is not one that is read here')]
    const { exchanged, pskIdentity } = readClientKeyExchange(suite, body)
    const isTransport = isKeyTransport(suite.keyExchange)
    const decrypted = isTransport ? this.#decrypt(exchanged) : undefined
    const checks = decrypted === undefined ? [] : [this.#checkVersion(decrypted)]
    const preMaster =
      this.#preMaster(suite.keyExchange, decrypted, pskIdentity) ??
      this.#loggedPreMaster(isTransport ? exchanged : undefined)
    if (preMaster === undefined) return [...checks, notChecked('master secret', this.#whyNotDerived(suite.keyExchange))]
    const found = this.#derive(preMaster)
    decrypted?.wipe()
    return [...checks, ...found]
  }

  /** The keys that both directions have from here on. */
  get connectionKeys(): KeysOrReason {
    const { negotiated, clientHello, serverHello } = this.#facts
    if (serverHello === undefined) return { reason: 'no ServerHello was seen, so the cipher suite is not known' }
    if (clientHello === undefined) return { reason: 'no ClientHello was read, so its random is not known' }
    if (negotiated === undefined) {
      const name = suiteName(serverHello.cipherSuite)
      return { reason: `the cipher suite ${name} is not one that is read here` }
    }
    if (serverHello.compressionMethod !== CompressionMethod.null) {
      const method = nameOf(CompressionMethod, serverHello.compressionMethod)
      return { reason: `the records are compressed with method ${method}, which is not read here` }
    }
    const known = this.#secret()
    if (known === undefined) return { reason: this.#missing() }
    return { keys: () => deriveConnectionKeys(this.#schedule, negotiated, known.secret) }
  }

  /** Finished covers every message before it (RFC 5246 §7.4.9). */
  finished(sender: Side, verifyData: Uint8Array): CaptureCheck {
    const { suite, messages } = this.#facts
    const known = this.#secret()
    if (suite === undefined || known === undefined) return notChecked('Finished', 'the master secret is not known')
    const hash = this.#schedule.hash(suite.prfHash, ...messages)
    const expected = this.#schedule.verifyData(suite.prfHash, known.secret, sender, hash)
    this.#remember('id', this.#facts.serverHello?.sessionId)
    return constantTimeEqual(expected, verifyData)
      ? right('Finished', `recomputed over ${messages.length} messages with the master secret from ${known.source}`)
      : wrong('Finished', 'not what the handshake and the master secret give')
  }

  rememberTicket(ticket: Uint8Array): void {
    this.#remember('ticket', ticket)
  }

  #remember(kind: 'id' | 'ticket', name: Uint8Array | undefined): void {
    const known = this.#secret()
    const { serverHello, extendedMasterSecret } = this.#facts
    if (known === undefined || name === undefined || serverHello === undefined) return
    const { cipherSuite } = serverHello
    this.#keys.remember(kind, name, { secret: known.secret, cipherSuite, extendedMasterSecret })
  }

  /** What the client encrypted, where the server's RSA key is at hand. */
  #decrypt(encrypted: Uint8Array): Secret | undefined {
    const { chains, clientHello } = this.#facts
    const certificate = chains.server?.[0]
    const key = certificate === undefined ? undefined : this.#keys.rsaKeyFor(certificate)
    if (key?.decryptPreMaster === undefined || clientHello === undefined) return undefined
    const answer = key.decryptPreMaster(encrypted, clientHello.clientVersion)
    return answer instanceof Secret ? answer : undefined
  }

  /** RFC 5246 §7.4.7.1 */
  #checkVersion(decrypted: Secret): CaptureCheck {
    const version = this.#facts.clientHello?.clientVersion ?? 0
    const isRight = decrypted.use(
      (bytes) => bytes.length === 48 && bytes[0] === version >> 8 && bytes[1] === (version & 0xff),
    )
    return isRight
      ? right('pre-master secret', 'decrypted: it begins with the version that the client offered')
      : wrong('pre-master secret', 'what decrypts does not begin with the version that the client offered')
  }

  /** From what is at hand; `undefined` where a part of it is not, or never leaves the two ends. */
  #preMaster(
    keyExchange: KeyExchange,
    decrypted: Secret | undefined,
    identity: Uint8Array | undefined,
  ): KnownSecret | undefined {
    if (keyExchange === 'RSA') return decrypted && { secret: decrypted, source: 'the RSA key of the server' }
    const shared = identity && this.#keys.preSharedKey(identity)
    const isThere = keyExchange === 'PSK' || (keyExchange === 'RSA_PSK' && decrypted !== undefined)
    return shared && isThere
      ? { secret: pskPreMasterSecret(decrypted, shared), source: 'the pre-shared key' }
      : undefined
  }

  /** Where the key log has it in place of the master secret. */
  #loggedPreMaster(encrypted: Uint8Array | undefined): KnownSecret | undefined {
    const { clientHello } = this.#facts
    if (clientHello === undefined || this.#logged() !== undefined) return undefined
    const secret = this.#keys.loggedPreMaster(clientHello.random, encrypted)
    return secret && { secret, source: 'the key log' }
  }

  /** Turns a pre-master secret into the master secret (RFC 5246 §8.1, RFC 7627 §4). */
  #derive({ secret: preMaster, source }: KnownSecret): readonly CaptureCheck[] {
    const { negotiated, messages } = this.#facts
    if (negotiated === undefined) return []
    const logged = this.#logged()
    const { clientRandom, serverRandom, suite, extendedMasterSecret } = negotiated
    const hash = suite.prfHash
    const master = extendedMasterSecret
      ? this.#schedule.extendedMasterSecret(hash, preMaster, this.#schedule.hash(hash, ...messages))
      : this.#schedule.masterSecret(hash, preMaster, clientRandom, serverRandom)
    preMaster.wipe()
    if (logged === undefined) {
      this.#known = { secret: master, source }
      return []
    }
    const same = master.use((ours) => logged.use((theirs) => constantTimeEqual(ours, theirs)))
    // A certificate says which RSA key is its own; a name may stand for another shared key elsewhere.
    if (same || source !== 'the pre-shared key') this.#known = { secret: master, source }
    else return [notChecked('master secret', 'the key that was given under this name is not the one that was used')]
    return [
      same
        ? right('master secret', `what ${source} gives is what the key log says`)
        : wrong('master secret', `what ${source} gives is not what the key log says`),
    ]
  }

  #whyNotDerived(keyExchange: KeyExchange): string {
    const from = origins[keyExchange] ?? 'what only the two ends know'
    return this.#logged() === undefined
      ? `it is made from ${from}`
      : `the key log gives it; it is made from ${from}, so Finished alone shows that it is right`
  }

  #logged(): Secret | undefined {
    const { clientHello } = this.#facts
    return clientHello === undefined ? undefined : this.#keys.logged(clientHello.random)
  }

  #secret(): KnownSecret | undefined {
    const [logged, resumed] = [this.#logged(), this.resumed]
    if (logged !== undefined) this.#known ??= { secret: logged, source: 'the key log' }
    if (resumed !== undefined) this.#known ??= { secret: resumed.secret, source: 'the session that it resumes' }
    return this.#known
  }

  #missing(): string {
    if (this.#keys.isEmpty) return 'no key log and no key was given'
    if (this.#facts.road.startsWith('resumed')) {
      return 'neither does the key log name this connection, nor is the session known that it resumes'
    }
    const origin = this.#facts.suite && keyNames[this.#facts.suite.keyExchange]
    return origin === undefined
      ? 'the key log does not name this connection'
      : `neither does the key log name this connection, nor is ${origin} known`
  }
}
