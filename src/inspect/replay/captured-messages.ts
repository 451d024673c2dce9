import type { CertificateKind } from '../../crypto/key-types.js'
import type { SuiteParameters } from '../../crypto/suite-parameters.js'
import { RawPublicKey } from '../../messages/certificate.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { decodeHandshakeBody, type HandshakeMessages } from '../../messages/handshake.js'
import type { ServerHello } from '../../messages/server-hello.js'
import { AlertLevel } from '../../registry/alert-level.js'
import { ExtensionType } from '../../registry/extension-type.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import type { CapturedHandshake, HandshakeItem } from '../capture/captured-handshake.js'
import { answeredType } from '../capture/handshake-facts.js'
import {
  type ClientKeyExchangeBody,
  readClientKeyExchange,
  readServerKeyExchange,
  type ServerKeyExchangeBody,
} from '../key-exchange-bodies.js'
import type { Side } from '../trace.js'

/** The fatal alert that ended a handshake. */
export interface CapturedRefusal {
  readonly by: Side
  readonly alert: number
}

/** A captured handshake with its messages decoded: what the answers and the configuration of a replay are taken from. */
export interface CapturedMessages {
  readonly handshake: CapturedHandshake
  readonly clientHello: ClientHello
  /** Absent where the ClientHello was refused. */
  readonly serverHello: ServerHello | undefined
  readonly suite: SuiteParameters | undefined
  readonly isResumed: boolean
  readonly refusal: CapturedRefusal | undefined
  /** What each side's Certificate holds, and that; absent where it sent none. */
  readonly certificateTypes: Readonly<Record<Side, CertificateKind>>
  readonly certificates: Readonly<Record<Side, readonly Uint8Array[] | undefined>>
  readonly ocspResponse: Uint8Array | undefined
  readonly serverKeyExchange: ServerKeyExchangeBody | undefined
  readonly certificateRequest: HandshakeMessages['certificate_request'] | undefined
  readonly clientKeyExchange: ClientKeyExchangeBody | undefined
  readonly certificateVerify: HandshakeMessages['certificate_verify'] | undefined
  readonly newSessionTicket: HandshakeMessages['new_session_ticket'] | undefined
}

type MessageItem = Extract<HandshakeItem, { type: 'message' }>

export const isMessageItem = (item: HandshakeItem): item is MessageItem => item.type === 'message'

function rawOf({ items }: CapturedHandshake, name: HandshakeTypeName, from?: Side): Uint8Array | undefined {
  return items.filter(isMessageItem).find((item) => item.name === name && (from === undefined || item.sender === from))
    ?.raw
}

/** The first message of a kind. Throws `MalformedError` for one that does not decode. */
export function messageOf<N extends HandshakeTypeName>(
  handshake: CapturedHandshake,
  name: N,
): HandshakeMessages[N] | undefined {
  const raw = rawOf(handshake, name)
  return raw && decodeHandshakeBody(name, raw)
}

function chainOf(handshake: CapturedHandshake, from: Side, type: CertificateKind): readonly Uint8Array[] | undefined {
  const raw = rawOf(handshake, 'certificate', from)
  if (raw === undefined) return undefined
  const codec = type === 'RawPublicKey' ? RawPublicKey : undefined
  return decodeHandshakeBody('certificate', raw, codec).certificateList
}

function refusalIn({ items }: CapturedHandshake): CapturedRefusal | undefined {
  for (const item of items) {
    if (item.type === 'alert' && item.level === AlertLevel.fatal) return { by: item.sender, alert: item.description }
  }
  return undefined
}

/** Decodes a handshake that begins with `clientHello`. Throws `MalformedError` for messages that do not decode. */
export function capturedMessages(handshake: CapturedHandshake, clientHello: ClientHello): CapturedMessages {
  const { suite, road } = handshake
  const serverHello = messageOf(handshake, 'server_hello')
  const certificateTypes = {
    client: answeredType(serverHello, ExtensionType.client_certificate_type),
    server: answeredType(serverHello, ExtensionType.server_certificate_type),
  }
  const serverBody = messageOf(handshake, 'server_key_exchange')?.body
  const clientBody = messageOf(handshake, 'client_key_exchange')?.body
  return {
    ...{ handshake, clientHello, serverHello, suite, certificateTypes },
    isResumed: road === 'resumed by id' || road === 'resumed by ticket',
    refusal: refusalIn(handshake),
    certificates: {
      client: chainOf(handshake, 'client', certificateTypes.client),
      server: chainOf(handshake, 'server', certificateTypes.server),
    },
    ocspResponse: messageOf(handshake, 'certificate_status')?.response,
    serverKeyExchange: suite && serverBody && readServerKeyExchange(suite, serverBody),
    certificateRequest: messageOf(handshake, 'certificate_request'),
    clientKeyExchange: suite && clientBody && readClientKeyExchange(suite, clientBody),
    certificateVerify: messageOf(handshake, 'certificate_verify'),
    newSessionTicket: messageOf(handshake, 'new_session_ticket'),
  }
}
