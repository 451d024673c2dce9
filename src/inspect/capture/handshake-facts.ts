import { concat } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import type { CertificateKind } from '../../crypto/key-types.js'
import { type SuiteParameters, suiteParameters } from '../../crypto/suite-parameters.js'
import type { KeyDerivation } from '../../handshake/keys.js'
import { certificateKindOf } from '../../handshake/negotiation.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { CertificateType } from '../../messages/extensions/certificate-type.js'
import { findExtension } from '../../messages/extensions/extension.js'
import type { HandshakeMessages } from '../../messages/handshake.js'
import type { ServerHello } from '../../messages/server-hello.js'
import { MAX_PLAINTEXT_LENGTH } from '../../record/plaintext.js'
import { ExtensionType } from '../../registry/extension-type.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { tryRead } from '../story.js'
import type { Side } from '../trace.js'
import type { HandshakeItem, HandshakeRoad } from './captured-handshake.js'
import { ticketOf } from './hello-checks.js'

export const TLS_1_3 = 0x0304

/** The version that a ServerHello settles: TLS 1.3 hides its own in an extension (RFC 8446 §4.2.1). */
export function versionOf({ serverVersion, extensions }: ServerHello): number {
  const selected = findExtension(extensions, ExtensionType.supported_versions)
  const is13 = selected?.length === 2 && ((selected[0] ?? 0) << 8) + (selected[1] ?? 0) === TLS_1_3
  return is13 ? TLS_1_3 : serverVersion
}

/** What an extension of the ServerHello says of a Certificate: X.509 where it is silent. */
export function answeredType(hello: ServerHello | undefined, extension: number): CertificateKind {
  const data = findExtension(hello?.extensions, extension)
  const number = data && tryRead(CertificateType, data)
  return (number === undefined ? undefined : certificateKindOf(number)) ?? 'X509'
}

/** What was seen of one handshake so far. */
export class HandshakeFacts {
  readonly items: HandshakeItem[] = []
  clientHello: ClientHello | undefined
  serverHello: ServerHello | undefined
  certificateRequest: HandshakeMessages['certificate_request'] | undefined
  serverKeyExchange: HandshakeMessages['server_key_exchange'] | undefined
  readonly chains: Partial<Record<Side, readonly Uint8Array[]>> = {}
  helloDone = false
  /** A CertificateVerify came. */
  proved = false

  get suite(): SuiteParameters | undefined {
    return this.serverHello === undefined ? undefined : suiteParameters(this.serverHello.cipherSuite)
  }

  /** `undefined` before ServerHello. */
  get version(): number | undefined {
    return this.serverHello === undefined ? undefined : versionOf(this.serverHello)
  }

  get isTls12(): boolean {
    return this.version === undefined || this.version === ProtocolVersion.TLSv1_2
  }

  /** ServerHello came and ServerHelloDone did not: asked when keys change, this says that a session is resumed. */
  get road(): HandshakeRoad {
    if (this.helloDone) return 'full'
    if (this.serverHello === undefined || this.clientHello === undefined) return 'not known'
    if (this.chains.server !== undefined) return 'not known'
    if (ticketOf(this.clientHello) !== undefined) return 'resumed by ticket'
    const { sessionId } = this.clientHello
    return sessionId.length > 0 && publicEqual(sessionId, this.serverHello.sessionId) ? 'resumed by id' : 'not known'
  }

  /** Nothing but hellos, and a ticket, before keys change: a session is resumed. */
  get isAbbreviated(): boolean {
    const { clientHello, serverHello, chains } = this
    return clientHello !== undefined && serverHello !== undefined && chains.server === undefined && !this.helloDone
  }

  /** What each side's Certificate holds (RFC 7250 §4.2). */
  get certificateTypes(): Readonly<Record<Side, CertificateKind>> {
    const { client_certificate_type: client, server_certificate_type: server } = ExtensionType
    return { client: answeredType(this.serverHello, client), server: answeredType(this.serverHello, server) }
  }

  get extendedMasterSecret(): boolean {
    return this.#answered(ExtensionType.extended_master_secret)
  }

  get encryptThenMac(): boolean {
    return this.#answered(ExtensionType.encrypt_then_mac) && this.suite?.bulk.type === 'block'
  }

  #answered(type: number): boolean {
    return findExtension(this.serverHello?.extensions, type) !== undefined
  }

  /** What keys are derived from; `undefined` where a hello is missing or the suite is none of ours. */
  get negotiated(): (KeyDerivation & { readonly extendedMasterSecret: boolean }) | undefined {
    const { clientHello, serverHello, suite } = this
    if (clientHello === undefined || serverHello === undefined || suite === undefined) return undefined
    return {
      suite,
      clientRandom: clientHello.random,
      serverRandom: serverHello.random,
      extendedMasterSecret: this.extendedMasterSecret,
      encryptThenMac: this.encryptThenMac,
      // Whoever reads along takes what came, whatever limit was agreed on.
      recordLimits: { client: MAX_PLAINTEXT_LENGTH, server: MAX_PLAINTEXT_LENGTH },
    }
  }

  /** Every message so far, as it is hashed and signed: HelloRequest is not in it (RFC 5246 §7.4.1.1). */
  get messages(): readonly Uint8Array[] {
    return this.items.flatMap((item) => (item.type === 'message' && item.name !== 'hello_request' ? [item.raw] : []))
  }

  get transcript(): Uint8Array {
    return concat(...this.messages)
  }

  /** Notes a message that decoded. */
  note<N extends HandshakeTypeName>(sender: Side, name: N, message: HandshakeMessages[N]): void {
    const noted: Partial<HandshakeMessages> = { [name]: message }
    if (noted.client_hello !== undefined) this.clientHello = noted.client_hello
    if (noted.server_hello !== undefined) this.serverHello = noted.server_hello
    if (noted.certificate_request !== undefined) this.certificateRequest = noted.certificate_request
    if (noted.server_key_exchange !== undefined) this.serverKeyExchange = noted.server_key_exchange
    if (noted.certificate !== undefined) this.chains[sender] = noted.certificate.certificateList
    if (noted.certificate_verify !== undefined) this.proved = true
    if (noted.server_hello_done !== undefined) this.helloDone = true
  }
}
