import { concat } from '../../bytes/convert.js'
import { constantTimeEqual, publicEqual } from '../../bytes/equal.js'
import { MalformedError } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import { decode } from '../../codec/codec.js'
import type { ConnectionKeys } from '../../crypto/connection-keys.js'
import { type KeySchedule, keySchedule } from '../../crypto/key-schedule.js'
import { deriveConnectionKeys } from '../../handshake/keys.js'
import { DEFAULT_PEER_SCHEMES, usesPsk } from '../../handshake/negotiation.js'
import { EncryptedPreMasterSecret } from '../../messages/client-key-exchange.js'
import { findExtension } from '../../messages/extensions/extension.js'
import { SignatureSchemeList } from '../../messages/extensions/signature-algorithms.js'
import { decodeHandshakeBody, encodeHandshake, type HandshakeMessages } from '../../messages/handshake.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ExtensionType } from '../../registry/extension-type.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import { nameOf } from '../../registry/registry.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { tryServerParams } from '../story.js'
import type { Side } from '../trace.js'
import type { CapturedHandshake, HandshakeItem } from './captured-handshake.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import { HandshakeFacts } from './handshake-facts.js'
import { checkRenegotiationInfo, checkServerHello, type PreviousFinished, ticketOf } from './hello-checks.js'
import type { KeyStore, KnownSecret } from './key-store.js'
import { OrderCheck } from './order-check.js'
import type { CaptureCrypto } from './record-opener.js'
import { checkSignature } from './signature-checks.js'
import type { OrderEvent } from './table-walk.js'

/** Keys for the records that follow, or in words why there are none. */
export type KeysOrReason = { readonly keys: () => ConnectionKeys } | { readonly reason: string }

/** More than any handshake has, all messages together: what is behind it is told, but not checked. */
const MAX_TRANSCRIPT = 0x100000

/**
 * Watches one handshake from outside and recomputes what both ends had to check: form and order of the messages, the
 * server's choices, signatures, the master secret where it can be known, and Finished. Never throws for what was captured.
 */
export class HandshakeObserver {
  readonly #crypto: CaptureCrypto
  readonly #keys: KeyStore
  readonly #schedule: KeySchedule
  readonly #facts = new HandshakeFacts()
  readonly #order = new OrderCheck()
  readonly #previous: PreviousFinished | 'none' | 'not known'
  readonly #verifyData: Partial<Record<Side, Uint8Array>> = {}
  #decrypted: Secret | undefined
  #known: KnownSecret | undefined
  #size = 0
  /** Why nothing can be checked any more. */
  #broken: string | undefined

  constructor(crypto: CaptureCrypto, keys: KeyStore, previous: PreviousFinished | 'none' | 'not known') {
    this.#crypto = crypto
    this.#keys = keys
    this.#schedule = keySchedule(crypto)
    this.#previous = previous
  }

  get facts(): HandshakeFacts {
    return this.#facts
  }

  get handshake(): CapturedHandshake {
    const { items, road, suite } = this.#facts
    const broken = this.#broken === undefined ? {} : { broken: this.#broken }
    return { items, road, suite, known: this.#known, ...broken }
  }

  /** Both verify_data, as a renegotiation will name them. */
  get finished(): PreviousFinished | 'not known' {
    const { client, server } = this.#verifyData
    return client === undefined || server === undefined ? 'not known' : { client, server }
  }

  /** A message or a part of one is not in the capture. */
  breakOff(why: string): void {
    // Behind both Finished there is nothing left to be checked.
    if (this.finished === 'not known') this.#broken ??= why
  }

  message<N extends HandshakeTypeName>(sender: Side, name: N, raw: Uint8Array): CaptureCheck[] {
    this.#size += raw.length
    if (this.#size > MAX_TRANSCRIPT) this.breakOff(`the handshake is longer than ${MAX_TRANSCRIPT} bytes`)
    const checks = this.#judgeOrder(sender, name)
    try {
      const message = decodeHandshakeBody(name, raw)
      if (!publicEqual(encodeHandshake(name, message), raw)) checks.push(wrong('form', 'it encodes to other bytes'))
      this.#facts.note(sender, name, message)
      checks.push(...this.#examine(sender, { [name]: message }))
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      checks.push(wrong('form', error.message))
    }
    this.#keep({ type: 'message', sender, name, raw })
    if (name === 'client_key_exchange') checks.push(...this.#compareSecrets())
    return checks
  }

  /** The sender changes keys: those that its records are under from now on. */
  changeCipherSpec(sender: Side): { readonly checks: CaptureCheck[]; readonly protection: KeysOrReason } {
    const checks = this.#judgeOrder(sender, 'change_cipher_spec')
    this.#size++
    this.#keep({ type: 'change_cipher_spec', sender })
    return { checks, protection: this.#connectionKeys() }
  }

  /** An alert that can be read: until both sides are finished it belongs to the handshake. */
  alert(sender: Side, level: number, description: number): void {
    this.#size++
    if (this.finished === 'not known') this.#keep({ type: 'alert', sender, level, description })
  }

  #keep(item: HandshakeItem): void {
    if (this.#size <= MAX_TRANSCRIPT) this.#facts.items.push(item)
  }

  #judgeOrder(sender: Side, event: OrderEvent): CaptureCheck[] {
    return this.#broken === undefined ? this.#order.receive(sender, event) : []
  }

  #examine(sender: Side, message: Partial<HandshakeMessages>): CaptureCheck[] {
    if (this.#broken !== undefined) return this.#giveUpOn(message, this.#broken)
    if (message.client_hello !== undefined) return checkRenegotiationInfo(message.client_hello, this.#previous)
    if (message.server_hello !== undefined) {
      const { suite } = this.#facts
      if (suite === undefined || usesPsk(suite.keyExchange)) this.#order.allowNoCertificate()
      const choices = checkServerHello(this.#facts.clientHello, message.server_hello)
      return [choices, ...checkRenegotiationInfo(message.server_hello, this.#previous)]
    }
    if (message.server_key_exchange !== undefined) return this.#serverKeyExchange(message.server_key_exchange.body)
    if (message.client_key_exchange !== undefined) this.#clientKeyExchange(message.client_key_exchange.body)
    if (message.certificate_verify !== undefined) return [this.#certificateVerify(message.certificate_verify)]
    if (message.new_session_ticket !== undefined) this.#rememberTicket(message.new_session_ticket.ticket)
    if (message.finished !== undefined)
      return [this.#finished(sender, message.finished.verifyData), ...this.#order.outcome()]
    return []
  }

  /** What cannot be recomputed without the whole handshake. */
  #giveUpOn(message: Partial<HandshakeMessages>, why: string): CaptureCheck[] {
    if (message.finished !== undefined) return [notChecked('Finished', why)]
    if (message.certificate_verify !== undefined) return [notChecked('signature', why)]
    return []
  }

  /** Schemes that the client accepts (RFC 5246 §7.4.1.4.1). */
  #clientSchemes(): readonly SignatureScheme[] | undefined {
    const { clientHello } = this.#facts
    if (clientHello === undefined) return undefined
    const data = findExtension(clientHello.extensions, ExtensionType.signature_algorithms)
    return data === undefined ? DEFAULT_PEER_SCHEMES : decode(SignatureSchemeList, data)
  }

  #serverKeyExchange(body: Uint8Array): CaptureCheck[] {
    const { suite, negotiated, chains, serverHello } = this.#facts
    if (negotiated === undefined || suite === undefined) {
      const name = serverHello === undefined ? 'without ServerHello' : nameOf(CipherSuite, serverHello.cipherSuite, 2)
      return [notChecked('signature', `the cipher suite is not one that is read here: ${name}`)]
    }
    if (usesPsk(suite.keyExchange)) return []
    const params = tryServerParams(suite, body)
    if (params === undefined) return [wrong('form', 'it does not fit the cipher suite')]
    return [
      checkSignature(this.#crypto, {
        certificate: chains.server?.[0],
        signed: params.signature,
        content: concat(negotiated.clientRandom, negotiated.serverRandom, params.signedParams),
        accepted: this.#clientSchemes(),
        over: 'both randoms and these parameters',
      }),
    ]
  }

  #certificateVerify(signed: HandshakeMessages['certificate_verify']): CaptureCheck {
    const { chains, transcript, certificateRequest } = this.#facts
    return checkSignature(this.#crypto, {
      certificate: chains.client?.[0],
      signed,
      content: transcript,
      accepted: certificateRequest?.supportedSignatureAlgorithms,
      over: 'the handshake so far',
    })
  }

  /** Decrypts the pre-master secret where the server's key is at hand. */
  #clientKeyExchange(body: Uint8Array): void {
    const { suite, chains, clientHello } = this.#facts
    const certificate = chains.server?.[0]
    const key = certificate === undefined ? undefined : this.#keys.rsaKeyFor(certificate)
    if (suite?.keyExchange !== 'RSA' || key?.decryptPreMaster === undefined || clientHello === undefined) return
    const { encryptedPreMasterSecret } = decode(EncryptedPreMasterSecret, body)
    const answer = key.decryptPreMaster(encryptedPreMasterSecret, clientHello.clientVersion)
    if (answer instanceof Secret) this.#decrypted = answer
  }

  /** Turns a decrypted pre-master secret into the master secret, now that ClientKeyExchange is in the transcript. */
  #compareSecrets(): CaptureCheck[] {
    const { negotiated, messages } = this.#facts
    const [preMaster, logged] = [this.#decrypted, this.#logged()]
    if (preMaster === undefined || negotiated === undefined || this.#broken !== undefined) return []
    const { suite, clientRandom, serverRandom, extendedMasterSecret } = negotiated
    const hash = suite.prfHash
    const master = extendedMasterSecret
      ? this.#schedule.extendedMasterSecret(hash, preMaster, this.#schedule.hash(hash, ...messages))
      : this.#schedule.masterSecret(hash, preMaster, clientRandom, serverRandom)
    preMaster.wipe()
    this.#decrypted = undefined
    this.#known = { secret: master, source: 'the RSA key of the server' }
    if (logged === undefined) return []
    const same = master.use((ours) => logged.use((theirs) => constantTimeEqual(ours, theirs)))
    return [
      same
        ? right('master secret', 'what the RSA key gives is what the key log says')
        : wrong('master secret', 'what the RSA key gives is not what the key log says'),
    ]
  }

  #logged(): Secret | undefined {
    const { clientHello } = this.#facts
    return clientHello === undefined ? undefined : this.#keys.logged(clientHello.random)
  }

  #resumed(): Secret | undefined {
    const { clientHello, serverHello, road } = this.#facts
    if (clientHello === undefined || serverHello === undefined || road === 'full') return undefined
    const ticket = ticketOf(clientHello)
    return (
      (ticket === undefined ? undefined : this.#keys.session('ticket', ticket)) ??
      this.#keys.session('id', serverHello.sessionId)
    )
  }

  #secret(): KnownSecret | undefined {
    const [logged, resumed] = [this.#logged(), this.#resumed()]
    if (logged !== undefined) this.#known ??= { secret: logged, source: 'the key log' }
    if (resumed !== undefined) this.#known ??= { secret: resumed, source: 'the session that it resumes' }
    return this.#known
  }

  #rememberTicket(ticket: Uint8Array): void {
    const known = this.#secret()
    if (known !== undefined) this.#keys.remember('ticket', ticket, known.secret)
  }

  #connectionKeys(): KeysOrReason {
    const { negotiated, clientHello, serverHello } = this.#facts
    if (serverHello === undefined) return { reason: 'no ServerHello was seen, so the cipher suite is not known' }
    if (clientHello === undefined) return { reason: 'no ClientHello was read, so its random is not known' }
    if (negotiated === undefined) {
      return {
        reason: `the cipher suite ${nameOf(CipherSuite, serverHello.cipherSuite, 2)} is not one that is read here`,
      }
    }
    if (serverHello.compressionMethod !== CompressionMethod.null) {
      const method = nameOf(CompressionMethod, serverHello.compressionMethod)
      return { reason: `the records are compressed with method ${method}, which is not read here` }
    }
    const known = this.#secret()
    if (known === undefined) return { reason: this.#missingSecret() }
    return { keys: () => deriveConnectionKeys(this.#schedule, negotiated, known.secret) }
  }

  #missingSecret(): string {
    if (this.#keys.isEmpty) return 'no key log and no key was given'
    if (this.#facts.road.startsWith('resumed')) {
      return 'neither does the key log name this connection, nor is the session known that it resumes'
    }
    return this.#facts.suite?.keyExchange === 'RSA'
      ? 'neither does the key log name this connection, nor is the RSA key of its server known'
      : 'the key log does not name this connection'
  }

  /** Finished covers every message before it (RFC 5246 §7.4.9). */
  #finished(sender: Side, verifyData: Uint8Array): CaptureCheck {
    this.#verifyData[sender] = verifyData
    const { suite, messages, serverHello } = this.#facts
    const known = this.#secret()
    if (suite === undefined || known === undefined) return notChecked('Finished', 'the master secret is not known')
    const hash = this.#schedule.hash(suite.prfHash, ...messages)
    const expected = this.#schedule.verifyData(suite.prfHash, known.secret, sender, hash)
    if (serverHello !== undefined) this.#keys.remember('id', serverHello.sessionId, known.secret)
    return constantTimeEqual(expected, verifyData)
      ? right('Finished', `recomputed over ${messages.length} messages with the master secret from ${known.source}`)
      : wrong('Finished', 'not what the handshake and the master secret give')
  }
}
