/** The hostile server: the steps of RFC 5246 §7.3 on the server's side, each to be left out, moved, repeated or changed. */
import { concat } from '../../src/bytes/convert.js'
import { decode, encode } from '../../src/codec/codec.js'
import { finiteFieldGroup, isFfdheGroup } from '../../src/crypto/finite-field-groups.js'
import type { Credential, PrivateKey } from '../../src/crypto/key-types.js'
import type { DhParameters, KeyShare } from '../../src/crypto/provider.js'
import type { CertificateRequest } from '../../src/messages/certificate-request.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../src/messages/client-key-exchange.js'
import { DigitallySigned } from '../../src/messages/digitally-signed.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import { findExtension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { ServerDHParams, ServerECDHParams } from '../../src/messages/server-key-exchange.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { credentialOf, noble } from '../support/endpoints.js'
import { Hostile, type HostileOptions, now } from './hostile.js'
import type { Script } from './script.js'
import type { Victim } from './victim.js'

export interface HostileServerOptions extends HostileOptions {
  /** The chain that is shown, and the key that signs unless `signingKey` does. */
  readonly credential?: Credential
  readonly signingKey?: Pick<PrivateKey, 'sign'>
  readonly scheme?: SignatureSchemeName
  readonly group?: NamedGroupName
  /** Finite-field parameters in place of a registered group's. */
  readonly dh?: DhParameters
  readonly serverRandom?: Uint8Array
  /** Asks for a client certificate. */
  readonly certificateRequest?: Partial<CertificateRequest>
  /** Changes the parameters of ServerKeyExchange before they are signed. */
  readonly params?: (honest: Uint8Array) => Uint8Array
  /** Changes what is signed. */
  readonly signedContent?: (honest: Uint8Array) => Uint8Array
  /** Answers extended_master_secret; true by default. */
  readonly extendedMasterSecret?: boolean
  /** The pre-master secret to go on with, for a server that cannot decrypt the real one. */
  readonly guessedPreMaster?: Uint8Array
}

const empty = new Uint8Array()
const RENEGOTIATION_INFO: Extension = {
  extensionType: ExtensionType.renegotiation_info,
  extensionData: Uint8Array.of(0),
}

const signatureSchemes: readonly SignatureScheme[] = [
  SignatureScheme.ecdsa_secp256r1_sha256,
  SignatureScheme.rsa_pss_rsae_sha256,
  SignatureScheme.rsa_pkcs1_sha256,
]

export class HostileServer extends Hostile {
  declare readonly options: HostileServerOptions
  readonly credential: Credential
  clientHello: ClientHello | undefined
  /** The pre-master secret that the victim sent, where this server could work it out. */
  preMasterSecret: Uint8Array | undefined
  #keyShare: KeyShare | undefined

  constructor(victim: Victim, options: HostileServerOptions) {
    super('server', victim, options)
    this.credential = options.credential ?? credentialOf('server', 'ecdsaP256')
    this.serverRandom = options.serverRandom ?? noble.randomBytes(32)
  }

  /** The steps that an honest server takes with these options. */
  script(): Script<HostileServer> {
    const { keyExchange } = this.suite
    return [
      { name: 'server_hello', run: (it) => it.message('server_hello', it.serverHello()) },
      { name: 'certificate', run: (it) => it.certificate() },
      ...(keyExchange === 'RSA' ? [] : [serverKeyExchange]),
      ...(this.options.certificateRequest === undefined ? [] : [certificateRequest]),
      { name: 'server_hello_done', run: (it) => it.message('server_hello_done', {}) },
      { name: 'change_cipher_spec', run: (it) => it.changeCipherSpec() },
      { name: 'finished', run: (it) => it.finished() },
    ]
  }

  serverHello(): ServerHello {
    this.extendedMasterSecret =
      (this.options.extendedMasterSecret ?? true) &&
      findExtension(this.clientHello?.extensions, ExtensionType.extended_master_secret) !== undefined
    const bound = { extensionType: ExtensionType.extended_master_secret, extensionData: empty }
    return {
      serverVersion: 0x0303,
      random: this.serverRandom,
      sessionId: empty,
      cipherSuite: this.suite.cipherSuite,
      compressionMethod: 0,
      extensions: [RENEGOTIATION_INFO, ...(this.extendedMasterSecret ? [bound] : [])],
    }
  }

  certificate(): void {
    this.message('certificate', { certificateList: this.credential.certificateChain })
  }

  serverKeyExchange(): void {
    const params = this.options.params?.(this.honestParams()) ?? this.honestParams()
    const honest = concat(this.clientRandom, this.serverRandom, params)
    const algorithm = SignatureScheme[this.options.scheme ?? 'ecdsa_secp256r1_sha256']
    const key = this.options.signingKey ?? this.credential.key
    const signature = now(key.sign(algorithm, this.options.signedContent?.(honest) ?? honest))
    this.message('server_key_exchange', { body: concat(params, encode(DigitallySigned, { algorithm, signature })) })
  }

  /** ServerECDHParams or ServerDHParams with a fresh share. */
  honestParams(): Uint8Array {
    const { dh } = this.options
    const group = this.options.group ?? (this.suite.keyExchange === 'DHE_RSA' ? 'ffdhe2048' : 'x25519')
    this.#keyShare ??= now(noble.generateKeyShare(dh === undefined ? { group } : { dh, provePrime: false }))
    const publicKey = this.#keyShare?.publicKey ?? Uint8Array.of(2)
    const field = dh ?? (isFfdheGroup(group) ? finiteFieldGroup(group) : undefined)
    return field === undefined
      ? encode(ServerECDHParams, { curveType: 3, namedCurve: NamedGroup[group], publicKey })
      : encode(ServerDHParams, { dhP: field.p, dhG: field.g, dhYs: publicKey })
  }

  certificateRequest(): void {
    this.message('certificate_request', {
      certificateTypes: [64, 1],
      supportedSignatureAlgorithms: signatureSchemes,
      certificateAuthorities: [],
      ...this.options.certificateRequest,
    })
  }

  protected override onMessage(name: string, raw: Uint8Array): void {
    if (name === 'client_hello') {
      this.clientHello = decodeHandshakeBody('client_hello', raw)
      this.clientRandom = this.clientHello.random
    }
    if (name === 'client_key_exchange') {
      this.preMasterSecret = this.options.guessedPreMaster ?? this.#agree(raw.subarray(4))
      this.deriveMasterSecret(this.preMasterSecret)
    }
  }

  #agree(body: Uint8Array): Uint8Array {
    const { keyExchange } = this.suite
    if (keyExchange === 'RSA') {
      const { encryptedPreMasterSecret } = decode(EncryptedPreMasterSecret, body)
      const secret = this.credential.key.decryptPreMaster?.(encryptedPreMasterSecret, 0x0303)
      return secret === undefined ? empty : now(secret).use((it) => it.slice())
    }
    const peer =
      keyExchange === 'DHE_RSA'
        ? decode(ClientDiffieHellmanPublic, body).dhYc
        : decode(ClientECDiffieHellmanPublic, body).ecdhYc
    const agreed = this.#keyShare?.agree(peer)
    const secret = agreed === undefined ? undefined : now(agreed)
    return secret?.use((it) => it.slice()) ?? empty
  }
}

const serverKeyExchange = { name: 'server_key_exchange', run: (it: HostileServer) => it.serverKeyExchange() }
const certificateRequest = { name: 'certificate_request', run: (it: HostileServer) => it.certificateRequest() }
