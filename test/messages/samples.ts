/** Arbitrary messages and extension contents, within the bounds of their grammars. */
import fc from 'fast-check'
import type { Codec } from '../../src/codec/codec.js'
import { Alert } from '../../src/messages/alert.js'
import { ChangeCipherSpec } from '../../src/messages/change-cipher-spec.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../src/messages/client-key-exchange.js'
import { DigitallySigned } from '../../src/messages/digitally-signed.js'
import { ProtocolNameList } from '../../src/messages/extensions/application-layer-protocol-negotiation.js'
import { ECPointFormatList } from '../../src/messages/extensions/ec-point-formats.js'
import { EncryptThenMac } from '../../src/messages/extensions/encrypt-then-mac.js'
import { ExtendedMasterSecret } from '../../src/messages/extensions/extended-master-secret.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import { RenegotiationInfo } from '../../src/messages/extensions/renegotiation-info.js'
import { ServerNameList } from '../../src/messages/extensions/server-name.js'
import { SessionTicket } from '../../src/messages/extensions/session-ticket.js'
import { SignatureSchemeList } from '../../src/messages/extensions/signature-algorithms.js'
import { CertificateStatusRequest } from '../../src/messages/extensions/status-request.js'
import { NamedGroupList } from '../../src/messages/extensions/supported-groups.js'
import type { HandshakeMessages } from '../../src/messages/handshake.js'
import {
  ServerDHParams,
  ServerECDHParams,
  SignedDhParams,
  SignedEcdhParams,
} from '../../src/messages/server-key-exchange.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import type { HandshakeTypeName } from '../../src/registry/handshake-type.js'

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array))
const uint = (width: number) => fc.integer({ min: 0, max: 256 ** width - 1 })
const uints = (width: number, minLength: number, maxLength = 20) => fc.array(uint(width), { minLength, maxLength })

const extensions: fc.Arbitrary<readonly Extension[]> = fc.array(
  fc.record({
    extensionType: fc.oneof(uint(2), fc.constantFrom(...Object.values(ExtensionType))),
    extensionData: bytes(0, 24),
  }),
  { maxLength: 6 },
)

const digitallySigned = fc.record({ algorithm: uint(2), signature: bytes(0, 80) })
const ecdhParams = fc.record({ curveType: fc.constant(3), namedCurve: uint(2), publicKey: bytes(1, 133) })
const dhParams = fc.record({ dhP: bytes(1, 80), dhG: bytes(1, 3), dhYs: bytes(1, 80) })

/** One arbitrary for the message of every handshake type. */
export const messages: { readonly [N in HandshakeTypeName]: fc.Arbitrary<HandshakeMessages[N]> } = {
  hello_request: fc.constant({}),
  client_hello: fc.record(
    {
      clientVersion: uint(2),
      random: bytes(32, 32),
      sessionId: bytes(0, 32),
      cipherSuites: uints(2, 1),
      compressionMethods: uints(1, 1, 4),
      extensions,
    },
    { requiredKeys: ['clientVersion', 'random', 'sessionId', 'cipherSuites', 'compressionMethods'] },
  ),
  server_hello: fc.record(
    {
      serverVersion: uint(2),
      random: bytes(32, 32),
      sessionId: bytes(0, 32),
      cipherSuite: uint(2),
      compressionMethod: uint(1),
      extensions,
    },
    { requiredKeys: ['serverVersion', 'random', 'sessionId', 'cipherSuite', 'compressionMethod'] },
  ),
  new_session_ticket: fc.record({ ticketLifetimeHint: uint(4), ticket: bytes(0, 60) }),
  certificate: fc.record({ certificateList: fc.array(bytes(1, 90), { maxLength: 4 }) }),
  server_key_exchange: fc.record({ body: bytes(0, 60) }),
  certificate_request: fc.record({
    certificateTypes: uints(1, 1, 5),
    supportedSignatureAlgorithms: uints(2, 1),
    certificateAuthorities: fc.array(bytes(1, 40), { maxLength: 4 }),
  }),
  server_hello_done: fc.constant({}),
  certificate_verify: digitallySigned,
  client_key_exchange: fc.record({ body: bytes(0, 60) }),
  finished: fc.record({ verifyData: bytes(0, 20) }),
  certificate_status: fc.record({ statusType: fc.constant(1), response: bytes(1, 60) }),
}

export interface Sample {
  readonly name: string
  readonly codec: Codec<unknown>
  readonly values: fc.Arbitrary<unknown>
}

const sample = <T>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>): Sample => ({ name, codec, values })

/** Structs that stand inside a message or beside the handshake; all of them say where they end. */
export const structs: readonly Sample[] = [
  sample('ServerECDHParams', ServerECDHParams, ecdhParams),
  sample('ServerDHParams', ServerDHParams, dhParams),
  sample('SignedEcdhParams', SignedEcdhParams, fc.record({ params: ecdhParams, signature: digitallySigned })),
  sample('SignedDhParams', SignedDhParams, fc.record({ params: dhParams, signature: digitallySigned })),
  sample('DigitallySigned', DigitallySigned, digitallySigned),
  sample('EncryptedPreMasterSecret', EncryptedPreMasterSecret, fc.record({ encryptedPreMasterSecret: bytes(0, 256) })),
  sample('ClientDiffieHellmanPublic', ClientDiffieHellmanPublic, fc.record({ dhYc: bytes(1, 256) })),
  sample('ClientECDiffieHellmanPublic', ClientECDiffieHellmanPublic, fc.record({ ecdhYc: bytes(1, 133) })),
  sample('ChangeCipherSpec', ChangeCipherSpec, fc.constant({ type: 1 })),
  sample('Alert', Alert, fc.record({ level: uint(1), description: uint(1) })),
]

const serverName = fc.oneof(
  fc.record({ nameType: fc.constant(0), name: bytes(1, 40) }),
  fc.record({ nameType: fc.integer({ min: 1, max: 255 }), name: bytes(0, 40) }),
)

const statusRequest = fc.record({
  statusType: fc.constant(1),
  responderIdList: fc.array(bytes(1, 20), { maxLength: 3 }),
  requestExtensions: bytes(0, 20),
})

/** The data of every extension in its ClientHello form, `session_ticket` apart, which has no inner structure. */
export const extensionData: readonly Sample[] = [
  sample('server_name', ServerNameList, fc.array(serverName, { minLength: 1, maxLength: 3 })),
  sample('supported_groups', NamedGroupList, uints(2, 1)),
  sample('ec_point_formats', ECPointFormatList, uints(1, 1, 5)),
  sample('signature_algorithms', SignatureSchemeList, uints(2, 1)),
  sample('ALPN', ProtocolNameList, fc.array(bytes(1, 20), { minLength: 1, maxLength: 4 })),
  sample('renegotiation_info', RenegotiationInfo, fc.record({ renegotiatedConnection: bytes(0, 24) })),
  sample('status_request', CertificateStatusRequest, statusRequest),
  sample('extended_master_secret', ExtendedMasterSecret, fc.constant({})),
  sample('encrypt_then_mac', EncryptThenMac, fc.constant({})),
]

export const sessionTicket: Sample = sample('session_ticket', SessionTicket, bytes(0, 60))
