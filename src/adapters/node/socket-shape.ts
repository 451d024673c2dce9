import { Buffer } from 'node:buffer'
import { Duplex } from 'node:stream'
import type { ConnectionSummary } from '../../handshake/negotiated.js'

/**
 * What a transport may offer beyond a duplex, as `net.Socket` does. HTTP agents and servers call these on whatever stream
 * they are given, and some crash where one is missing: so ours are always there, and do nothing over a transport without.
 */
export interface SocketHooks {
  setKeepAlive?(enable?: boolean, initialDelay?: number): unknown
  setNoDelay?(noDelay?: boolean): unknown
  setTimeout?(milliseconds: number): unknown
  ref?(): unknown
  unref?(): unknown
  readonly remoteAddress?: string | undefined
  readonly remoteFamily?: string | undefined
  readonly remotePort?: number | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
}

/** Any duplex; one that is a socket brings its hooks. */
export type Transport = Duplex & SocketHooks

/** Both buffers of the stream: four full records. */
const HIGH_WATER_MARK = 65_536

/** The part of a TLS stream that only tells and passes on, by the names of `node:tls`. */
export abstract class SocketShape extends Duplex {
  /** Always true: for code that asks whether a socket is TLS. */
  readonly encrypted = true
  /** What was negotiated, and what the peer proved; `undefined` before `secureConnect`, kept after the end. */
  abstract readonly summary: ConnectionSummary | undefined
  readonly #transport: Transport

  constructor(transport: Transport) {
    super({ allowHalfOpen: false, readableHighWaterMark: HIGH_WATER_MARK, writableHighWaterMark: HIGH_WATER_MARK })
    this.#transport = transport
  }

  /** True where the peer showed a certificate that was accepted and proved to hold its key. */
  get authorized(): boolean {
    return this.summary?.peer.identity !== undefined
  }

  /** The protocol that ALPN settled, `false` if none; `null` before `secureConnect`. */
  get alpnProtocol(): string | false | null {
    return this.summary === undefined ? null : (this.summary.negotiated.applicationProtocol ?? false)
  }

  /** The host name that the client asked for, `false` if none; `null` before `secureConnect`. */
  get servername(): string | false | null {
    return this.summary === undefined ? null : (this.summary.negotiated.serverName ?? false)
  }

  /** True where an earlier session was resumed, by id or by ticket. */
  isSessionReused(): boolean {
    return this.summary?.resumed !== undefined
  }

  getProtocol(): 'TLSv1.2' | null {
    return this.summary === undefined ? null : 'TLSv1.2'
  }

  /** The cipher suite by its registered name, under `name` too, where `node:tls` has OpenSSL's. */
  getCipher(): { readonly name: string; readonly standardName: string; readonly version: 'TLSv1.2' } | undefined {
    if (this.summary === undefined) return undefined
    const { name } = this.summary.negotiated.suite
    return { name, standardName: name, version: 'TLSv1.2' }
  }

  /** The peer's certificates as it sent them, DER, its own first; empty where it showed none, or a bare key. */
  getPeerCertificateChain(): readonly Uint8Array[] {
    const identity = this.summary?.peer.identity
    return identity?.certificateType === 'X509' ? identity.certificateChain : []
  }

  /** The peer's own certificate as `raw`, an empty object where it showed none. */
  getPeerCertificate(): { readonly raw?: Buffer } {
    const [certificate] = this.getPeerCertificateChain()
    return certificate === undefined ? {} : { raw: Buffer.from(certificate) }
  }

  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.#transport.setKeepAlive?.(enable, initialDelay)
    return this
  }

  setNoDelay(noDelay?: boolean): this {
    this.#transport.setNoDelay?.(noDelay)
    return this
  }

  /** Emits `timeout` after so many milliseconds without traffic, over a transport that can tell. Nothing is ended. */
  setTimeout(milliseconds: number, onTimeout?: () => void): this {
    this.#transport.setTimeout?.(milliseconds)
    if (onTimeout !== undefined && milliseconds > 0) this.once('timeout', onTimeout)
    else if (onTimeout !== undefined) this.off('timeout', onTimeout)
    return this
  }

  ref(): this {
    this.#transport.ref?.()
    return this
  }

  unref(): this {
    this.#transport.unref?.()
    return this
  }

  /** Ends, and destroys as soon as everything has left, without waiting for the peer: what HTTP does when it is done. */
  destroySoon(): void {
    this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  get remoteAddress(): string | undefined {
    return this.#transport.remoteAddress
  }

  get remoteFamily(): string | undefined {
    return this.#transport.remoteFamily
  }

  get remotePort(): number | undefined {
    return this.#transport.remotePort
  }

  get localAddress(): string | undefined {
    return this.#transport.localAddress
  }

  get localPort(): number | undefined {
    return this.#transport.localPort
  }
}
