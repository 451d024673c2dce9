/** The hostile client: the steps of RFC 5246 §7.3 on the client's side, each to be left out, moved, repeated or changed. */
import { concat } from '../../src/bytes/convert.js'
import { encode } from '../../src/codec/codec.js'
import type { Credential, PrivateKey } from '../../src/crypto/key-types.js'
import type { KeyShareRequest } from '../../src/crypto/provider.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../src/messages/client-key-exchange.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import { findExtension } from '../../src/messages/extensions/extension.js'
import { SignatureSchemeList } from '../../src/messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../../src/messages/extensions/supported-groups.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { decodeServerKeyExchange } from '../../src/messages/server-key-exchange.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { nameOf } from '../../src/registry/registry.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { noble } from '../support/endpoints.js'
import { Hostile, type HostileOptions, now } from './hostile.js'
import type { Script } from './script.js'
import type { Victim } from './victim.js'

export interface HostileClientOptions extends HostileOptions {
  /** Shown where the server asks; without one an empty list is sent. */
  readonly credential?: Credential
  readonly signingKey?: Pick<PrivateKey, 'sign'>
  readonly scheme?: SignatureSchemeName
  readonly groups?: readonly NamedGroupName[]
  readonly clientRandom?: Uint8Array
  /** Changes what CertificateVerify signs. */
  readonly signedContent?: (honest: Uint8Array) => Uint8Array
  /** Offers extended_master_secret; true by default. */
  readonly extendedMasterSecret?: boolean
  /** The public value to send in place of an honest one. */
  readonly publicKey?: (honest: Uint8Array) => Uint8Array
  /** RSA key transport: the secret to go on with, and what is sent as its encryption. */
  readonly preMaster?: (serverKey: Uint8Array) => { readonly encrypted: Uint8Array; readonly secret: Uint8Array }
}

const empty = new Uint8Array()
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31))

const schemes: readonly SignatureScheme[] = Object.values(SignatureScheme)

const extension = (extensionType: number, extensionData: Uint8Array = empty): Extension => ({
  extensionType,
  extensionData,
})

export class HostileClient extends Hostile {
  declare readonly options: HostileClientOptions
  serverCertificate: Uint8Array = empty
  serverKeyExchange: Uint8Array = empty

  constructor(victim: Victim, options: HostileClientOptions) {
    super('client', victim, options)
    this.clientRandom = options.clientRandom ?? noble.randomBytes(32)
  }

  /** The steps that an honest client takes; with the two of client authentication where `asked`. */
  script(asked: boolean): Script<HostileClient> {
    const proves = asked && this.options.credential !== undefined
    return [
      { name: 'client_hello', run: (it) => it.message('client_hello', it.clientHello()) },
      ...(asked ? [certificate] : []),
      { name: 'client_key_exchange', run: (it) => it.clientKeyExchange() },
      ...(proves ? [certificateVerify] : []),
      { name: 'change_cipher_spec', run: (it) => it.changeCipherSpec() },
      { name: 'finished', run: (it) => it.finished() },
    ]
  }

  clientHello(): ClientHello {
    const groups = this.options.groups ?? ['x25519', 'secp256r1', 'ffdhe2048']
    const bound = this.options.extendedMasterSecret ?? true
    return {
      clientVersion: 0x0303,
      random: this.clientRandom,
      sessionId: empty,
      cipherSuites: [this.suite.cipherSuite],
      compressionMethods: [0],
      extensions: [
        extension(ExtensionType.renegotiation_info, Uint8Array.of(0)),
        ...(bound ? [extension(ExtensionType.extended_master_secret)] : []),
        extension(
          ExtensionType.supported_groups,
          encode(
            NamedGroupList,
            groups.map((group) => NamedGroup[group]),
          ),
        ),
        extension(ExtensionType.signature_algorithms, encode(SignatureSchemeList, schemes)),
      ],
    }
  }

  certificate(): void {
    this.message('certificate', { certificateList: this.options.credential?.certificateChain ?? [] })
  }

  certificateVerify(): void {
    const algorithm = SignatureScheme[this.options.scheme ?? 'ecdsa_secp256r1_sha256']
    const honest = concat(...this.transcript)
    const key = this.options.signingKey ?? this.options.credential?.key
    if (key === undefined) throw new Error('nothing to sign with')
    const signature = now(key.sign(algorithm, this.options.signedContent?.(honest) ?? honest))
    this.message('certificate_verify', { algorithm, signature })
  }

  /** The keys are ready before the message is on its way: the victim may answer at once. */
  clientKeyExchange(): void {
    const { body, secret } = this.suite.keyExchange === 'RSA' ? this.#transport() : this.#agree()
    const before = this.transcript.length
    this.message('client_key_exchange', { body })
    const later = this.transcript.splice(before + 1)
    this.deriveMasterSecret(secret)
    this.transcript.push(...later)
  }

  #transport(): { readonly body: Uint8Array; readonly secret: Uint8Array } {
    const made = this.options.preMaster?.(this.serverCertificate) ?? this.#honestPreMaster()
    return { body: encode(EncryptedPreMasterSecret, { encryptedPreMasterSecret: made.encrypted }), secret: made.secret }
  }

  #honestPreMaster(): { readonly encrypted: Uint8Array; readonly secret: Uint8Array } {
    const key = readSubjectPublicKeyInfo(certificatePublicKeyInfo(this.serverCertificate))
    const { encrypted, preMasterSecret } = now(noble.encryptPreMaster(key, 0x0303))
    return { encrypted, secret: preMasterSecret.use((it) => it.slice()) }
  }

  #agree(): { readonly body: Uint8Array; readonly secret: Uint8Array } {
    const [request, peer] = this.#serverShare()
    const share = now(noble.generateKeyShare(request))
    if (share === undefined) throw new Error('no key share in the group of the server')
    const agreed = now(share.agree(peer))
    const publicKey = this.options.publicKey?.(share.publicKey) ?? share.publicKey
    const body =
      'dh' in request
        ? encode(ClientDiffieHellmanPublic, { dhYc: publicKey })
        : encode(ClientECDiffieHellmanPublic, { ecdhYc: publicKey })
    return { body, secret: agreed?.use((it) => it.slice()) ?? empty }
  }

  #serverShare(): readonly [KeyShareRequest, Uint8Array] {
    // Nothing came from the server yet: any share will do.
    if (this.serverKeyExchange.length === 0) return [{ group: 'x25519' }, BASE_POINT]
    if (this.suite.keyExchange === 'DHE_RSA') {
      const { dhP, dhG, dhYs } = decodeServerKeyExchange('dh', this.serverKeyExchange).params
      return [{ dh: { p: dhP, g: dhG }, provePrime: false }, dhYs]
    }
    const { namedCurve, publicKey } = decodeServerKeyExchange('ecdh', this.serverKeyExchange).params
    return [{ group: nameOf(NamedGroup, namedCurve, 2) as NamedGroupName }, publicKey] // the victim chose among ours
  }

  protected override onMessage(name: string, raw: Uint8Array): void {
    if (name === 'server_hello') {
      const hello = decodeHandshakeBody('server_hello', raw)
      this.serverRandom = hello.random
      this.extendedMasterSecret = findExtension(hello.extensions, ExtensionType.extended_master_secret) !== undefined
    }
    if (name === 'certificate') {
      this.serverCertificate = decodeHandshakeBody('certificate', raw).certificateList[0] ?? empty
    }
    if (name === 'server_key_exchange') this.serverKeyExchange = raw.subarray(4)
  }
}

const certificate = { name: 'certificate', run: (it: HostileClient) => it.certificate() }
const certificateVerify = { name: 'certificate_verify', run: (it: HostileClient) => it.certificateVerify() }
