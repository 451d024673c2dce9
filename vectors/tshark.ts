/** Captures as tshark reads them: fields for the handshakes, and what it follows for the decrypted data. */
import { execFileSync } from 'node:child_process'
import { suiteParameters } from '../src/crypto/suite-parameters.js'
import { ExtensionType } from '../src/registry/extension-type.js'
import { HandshakeType } from '../src/registry/handshake-type.js'
import { ProtocolVersion } from '../src/registry/protocol-version.js'
import type { End, SeenAlert, SeenConnection, SeenMessage } from './seen.js'

/** Suites that it has no name for and does not decrypt; RFC 8442 defines them. */
export const unknownToTshark: ReadonlySet<string> = new Set([
  ...['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384'],
  ...['TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256', 'TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256'],
])

const fields = [
  ...['tcp.stream', 'tcp.srcport', 'tcp.flags.syn', 'tcp.flags.ack', 'tls.handshake.type', 'tls.handshake.version'],
  ...['tls.handshake.ciphersuite', 'tls.handshake.extension.type', 'tls.handshake.extension.len'],
  ...['tls.handshake.extensions.supported_version', 'tls.handshake.session_id', 'tls.handshake.extensions_server_name'],
  ...['tls.handshake.extensions_alpn_str', 'tls.handshake.certificate', 'tls.handshake.server_named_curve'],
  ...['tls.handshake.sig_hash_alg', 'tls.alert_message.level', 'tls.alert_message.desc'],
] as const
type Field = (typeof fields)[number]
type Row = Readonly<Record<Field, readonly string[]>>

const preferences = ['-o', 'tcp.try_heuristic_first:TRUE', '-o', 'tcp.desegment_tcp_streams:TRUE']

const run = (args: readonly string[]): string =>
  execFileSync('tshark', [...preferences, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e9,
  })

function rowsOf(file: string): readonly Row[] {
  const named = fields.flatMap((field) => ['-e', field])
  const output = run([
    '-r',
    file,
    '-2',
    '-Y',
    'tls || tcp.flags.syn == 1',
    '-T',
    'fields',
    '-E',
    'aggregator=;',
    ...named,
  ])
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split('\t')
      const values = fields.map((field, at) => [field, (cells[at] ?? '').split(';').filter((one) => one !== '')])
      return Object.fromEntries(values) as Row // one value for each field
    })
}

const numbers = (texts: readonly string[]): number[] => texts.map(Number)

/** What a frame's fields say of one of its messages. Of hellos and of each message with a signature a frame has one. */
function messageOf(row: Row, from: End, type: number): SeenMessage {
  const base = { from, type }
  const schemes = numbers(row['tls.handshake.sig_hash_alg'])
  switch (type) {
    case HandshakeType.client_hello:
    case HandshakeType.server_hello: {
      const extensions = numbers(row['tls.handshake.extension.type'])
      const ticket = extensions.indexOf(ExtensionType.session_ticket)
      const versions = numbers(row['tls.handshake.extensions.supported_version'])
      const [serverName] = row['tls.handshake.extensions_server_name']
      const protocols = row['tls.handshake.extensions_alpn_str']
      return {
        ...base,
        version: Number(row['tls.handshake.version'][0]),
        suites: numbers(row['tls.handshake.ciphersuite']),
        extensions,
        sessionId: row['tls.handshake.session_id'][0] ?? '',
        ...(versions.length === 0 ? {} : { versions }),
        ...(type === HandshakeType.client_hello
          ? { showsTicket: ticket >= 0 && row['tls.handshake.extension.len'][ticket] !== '0' }
          : {}),
        ...(serverName === undefined ? {} : { serverName }),
        ...(protocols.length === 0 ? {} : { protocols }),
      }
    }
    case HandshakeType.certificate:
      return { ...base, certificates: row['tls.handshake.certificate'] }
    case HandshakeType.server_key_exchange: {
      const [group] = numbers(row['tls.handshake.server_named_curve'])
      return {
        ...base,
        ...(group === undefined ? {} : { group }),
        ...(schemes[0] === undefined ? {} : { scheme: schemes[0] }),
      }
    }
    case HandshakeType.certificate_verify:
      return { ...base, ...(schemes[0] === undefined ? {} : { scheme: schemes[0] }) }
    default:
      return base
  }
}

interface Stream {
  readonly client: string
  readonly messages: SeenMessage[]
  readonly alerts: SeenAlert[]
}

function addRow(stream: Stream, row: Row): void {
  const from = row['tcp.srcport'][0] === stream.client ? 'client' : 'server'
  for (const type of numbers(row['tls.handshake.type'])) stream.messages.push(messageOf(row, from, type))
  const levels = numbers(row['tls.alert_message.level'])
  for (const [at, description] of numbers(row['tls.alert_message.desc']).entries())
    stream.alerts.push({ from, level: levels[at] ?? 0, description })
}

/** The decrypted data of each stream: what node 0 says begins at the margin, the other is indented. */
function followed(file: string, streams: ReadonlyMap<number, Stream>): ReadonlyMap<number, SeenConnection['data']> {
  const output = run(['-r', file, '-q', ...[...streams.keys()].flatMap((one) => ['-z', `follow,tls,raw,${one}`])])
  const joined = (part: string, line: RegExp): string => (part.match(line) ?? []).join('').replaceAll('\t', '')
  const followedOne = (part: string): [number, SeenConnection['data']] => {
    const number = Number(/tcp\.stream eq (\d+)/.exec(part)?.[1] ?? -1)
    const [first, second] = [joined(part, /^[0-9a-f]+$/gm), joined(part, /^\t[0-9a-f]+$/gm)]
    const clientFirst = /^Node 0: .*:(\d+)$/m.exec(part)?.[1] === streams.get(number)?.client
    return [number, clientFirst ? { client: first, server: second } : { client: second, server: first }]
  }
  return new Map(output.split('Follow: tls,raw').map(followedOne))
}

/** What this library reads too: of other versions the hellos, and no parameters of suites that are none of ours. */
function readHere(messages: readonly SeenMessage[]): readonly SeenMessage[] {
  const at = messages.findIndex(({ type }) => type === HandshakeType.server_hello)
  const hello = messages[at]
  if (hello === undefined) return messages
  if ((hello.versions?.[0] ?? hello.version) !== ProtocolVersion.TLSv1_2) return messages.slice(0, at + 1)
  if (suiteParameters(hello.suites?.[0] ?? 0) !== undefined) return messages
  return messages.map(({ group: _, scheme: __, ...message }) => message)
}

/** The connections of a capture, in order of their first segments; those without TLS are passed over. */
export function byTshark(file: string): readonly SeenConnection[] {
  const streams = new Map<number, Stream>()
  for (const row of rowsOf(file)) {
    const number = Number(row['tcp.stream'][0])
    const stream = streams.get(number) ?? { client: row['tcp.srcport'][0] ?? '', messages: [], alerts: [] }
    streams.set(number, stream)
    addRow(stream, row)
  }
  const spoken = new Map([...streams].filter(([, { messages, alerts }]) => messages.length + alerts.length > 0))
  const data = followed(file, spoken)
  return [...spoken].map(([number, { messages, alerts }]) => ({
    messages: readHere(messages),
    alerts,
    data: data.get(number) ?? { client: '', server: '' },
  }))
}
