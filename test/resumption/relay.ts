/** Both ends by hand, up to the server's first flight: what each says can be changed before the other hears it. */
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { concat } from '../../src/bytes/convert.js'
import type { TlsFault } from '../../src/handshake/fault.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { noble } from '../support/endpoints.js'

export interface Edits {
  readonly client_hello?: (hello: ClientHello) => ClientHello
  readonly server_hello?: (hello: ServerHello) => ServerHello
}

export interface Relayed {
  readonly clientHello: ClientHello
  /** As the server said it; absent where it refused. */
  readonly serverHello: ServerHello | undefined
  /** Types of the messages in the clear of the server's flight. */
  readonly flight: readonly number[]
  readonly faults: { readonly client: TlsFault | undefined; readonly server: TlsFault | undefined }
}

const HEADER = 5
const HANDSHAKE = 22

/** The handshake messages in the clear at the front of a flight. */
function messagesIn(wire: Uint8Array): readonly Uint8Array[] {
  const fragments: Uint8Array[] = []
  for (let at = 0; wire[at] === HANDSHAKE; ) {
    const end = at + HEADER + (((wire[at + 3] ?? 0) << 8) | (wire[at + 4] ?? 0))
    fragments.push(wire.subarray(at + HEADER, end))
    at = end
  }
  const bytes = concat(...fragments)
  const messages: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
    messages.push(bytes.subarray(at, end))
    at = end
  }
  return messages
}

const record = (message: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(HANDSHAKE, 3, 3, message.length >> 8, message.length & 0xff), message)

/** Takes both hellos across, with these changes. What follows ServerHello does not arrive. */
export function relay(client: ClientOptions, server: ServerOptions, edits: Edits = {}): Relayed {
  const ends = { client: clientEndpoint(noble, client), server: serverEndpoint(noble, server) }
  const sent: Record<'client' | 'server', Uint8Array[]> = { client: [], server: [] }
  const faults: { client: TlsFault | undefined; server: TlsFault | undefined } = {
    client: undefined,
    server: undefined,
  }
  for (const side of ['client', 'server'] as const) {
    ends[side].onOutput = (output) => {
      if (output.type === 'transmit') sent[side].push(output.bytes)
      else if (output.type === 'failed') faults[side] = output.fault
    }
    ends[side].start()
  }
  const [first = new Uint8Array()] = messagesIn(concat(...sent.client))
  const clientHello = decodeHandshakeBody('client_hello', first)
  ends.server.receive(record(encodeHandshake('client_hello', edits.client_hello?.(clientHello) ?? clientHello)))
  const messages = messagesIn(concat(...sent.server))
  const [answer] = messages
  const serverHello = answer === undefined ? undefined : decodeHandshakeBody('server_hello', answer)
  if (serverHello !== undefined) {
    ends.client.receive(record(encodeHandshake('server_hello', edits.server_hello?.(serverHello) ?? serverHello)))
  }
  return { clientHello, serverHello, flight: messages.map(([type = 0]) => type), faults }
}
