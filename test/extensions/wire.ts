/** Plays a handshake in memory and keeps what was on the wire: both hellos, and the lengths of all records. */
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { TlsFault } from '../../src/handshake/fault.js'
import type { ConnectionSummary } from '../../src/handshake/negotiated.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { type Extension, findExtension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'
import type { Hostile } from '../attacks/hostile.js'
import { mutual, noble } from '../support/endpoints.js'
import type { PkiKind } from '../support/pki.js'

export type Side = 'client' | 'server'

export interface Exchange {
  readonly clientHello: ClientHello
  readonly serverHello: ServerHello | undefined
  /** Every record of each side, header included. */
  readonly records: Readonly<Record<Side, readonly Uint8Array[]>>
  readonly summaries: Readonly<Record<Side, ConnectionSummary | undefined>>
  readonly faults: Readonly<Record<Side, TlsFault | undefined>>
  readonly received: Readonly<Record<Side, string>>
  offered(type: number): Uint8Array | undefined
  answered(type: number): Uint8Array | undefined
}

const HANDSHAKE = 22

/** The records that `bytes` consist of. */
function recordsIn(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + (((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0))
    records.push(bytes.subarray(at, end))
    at = end
  }
  return records
}

/** The first handshake message of a side, put together from its unprotected records. */
function firstMessage(records: readonly Uint8Array[]): Uint8Array | undefined {
  const bytes = records.filter((record) => record[0] === HANDSHAKE).flatMap((record) => [...record.subarray(5)])
  const [, high = 0, middle = 0, low = 0] = bytes
  const length = 4 + ((high << 16) | (middle << 8) | low)
  return bytes.length < length || bytes.length < 4 ? undefined : Uint8Array.from(bytes.slice(0, length))
}

function helloOf<N extends 'client_hello' | 'server_hello'>(name: N, records: readonly Uint8Array[]) {
  const message = firstMessage(records)
  return message?.[0] === HandshakeType[name] ? decodeHandshakeBody(name, message) : undefined
}

/** A mutual handshake under these options besides the usual ones, `say` by both sides after it, and a clean close. */
export function exchange(
  client: ClientOptions = {},
  server: ServerOptions = {},
  { kind = 'ecdsaP256', say = '' }: { kind?: PkiKind; say?: string } = {},
): Exchange {
  const options = mutual(kind)
  const ends = {
    client: clientEndpoint(noble, { ...options.client, ...client }),
    server: serverEndpoint(noble, { ...options.server, ...server }),
  }
  const records: Record<Side, Uint8Array[]> = { client: [], server: [] }
  const received = { client: '', server: '' }
  const faults: Record<Side, TlsFault | undefined> = { client: undefined, server: undefined }
  joinInMemory(ends.client, ends.server, (side, output) => {
    if (output.type === 'transmit') records[side].push(...recordsIn(output.bytes))
    if (output.type === 'application_data') received[side] += new TextDecoder().decode(output.data)
    if (output.type === 'failed') faults[side] = output.fault
  })
  const summaries = { client: ends.client.connection.summary, server: ends.server.connection.summary }
  for (const end of [ends.client, ends.server]) {
    if (end.connection.canSend && say !== '') end.send(new TextEncoder().encode(say))
  }
  const clientHello = helloOf('client_hello', records.client)
  if (clientHello === undefined) throw new Error('there was no ClientHello')
  const serverHello = helloOf('server_hello', records.server)
  return {
    ...{ clientHello, serverHello, records, summaries, faults, received },
    offered: (type) => findExtension(clientHello.extensions, type),
    answered: (type) => findExtension(serverHello?.extensions, type),
  }
}

/** Bytes of `text`, hexadecimal with spaces where they help. */
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** Puts an extension into a hello, in place of one of its type. */
export const withExtension =
  (extensionType: number, data: string) =>
  <Hello extends { readonly extensions?: readonly Extension[] }>(hello: Hello): Hello => ({
    ...hello,
    extensions: [
      ...(hello.extensions ?? []).filter((extension) => extension.extensionType !== extensionType),
      { extensionType, extensionData: hex(data) },
    ],
  })

const missing = (what: string): never => {
  throw new Error(`there was no ${what}`)
}

/** What a victim answered a hostile client. */
export const serverHelloOf = (peer: Hostile) =>
  decodeHandshakeBody(
    'server_hello',
    peer.messages.find(({ name }) => name === 'server_hello')?.raw ?? missing('ServerHello'),
  )

export const answeredBy = (peer: Hostile, type: number): Uint8Array | undefined =>
  findExtension(serverHelloOf(peer).extensions, type)
