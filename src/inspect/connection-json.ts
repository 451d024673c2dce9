import { toHex } from '../bytes/convert.js'
import type { Span } from '../codec/dissect.js'
import { dissect } from '../messages/dissect.js'
import { ProtocolNameList } from '../messages/extensions/application-layer-protocol-negotiation.js'
import { type Extension, findExtension } from '../messages/extensions/extension.js'
import { ServerNameList } from '../messages/extensions/server-name.js'
import { ExtensionType } from '../registry/extension-type.js'
import { HandshakeType } from '../registry/handshake-type.js'
import { ProtocolVersion } from '../registry/protocol-version.js'
import { nameOf } from '../registry/registry.js'
import type { CaptureSummary } from './capture/capture-reader.js'
import type { CapturedHandshake, HandshakeRoad } from './capture/captured-handshake.js'
import type { CaptureCheck } from './capture/check.js'
import type { ConnectionStory } from './capture/connection-story.js'
import { type CapturedStep, type DescribeConnectionOptions, describeConnection } from './capture/describe-connection.js'
import { versionOf } from './capture/handshake-facts.js'
import type { SecretSource } from './capture/key-store.js'
import type { StepBytes } from './described-step.js'
import { suiteName } from './other-cipher-suites.js'
import type { ReplayReport } from './replay/replay-report.js'
import { tryDecode, tryRead } from './story.js'

/** One part of a record or a message that has no parts of its own. Together they are every byte, in order. */
export interface FieldJson {
  /** The names of what it is in, from the outermost on. */
  readonly path: readonly string[]
  readonly type: string
  /** The first byte and the one behind the last. */
  readonly start: number
  readonly end: number
  readonly meaning?: string
}

/** Bytes in hexadecimal; with `fields` where they were asked for and can be told apart. */
export interface BytesJson {
  /** A handshake message's name, `record`, `application_data`, `decrypted`, `alert`, `change_cipher_spec`. */
  readonly name: string
  readonly hex: string
  readonly fields?: readonly FieldJson[]
}

/** A step; `bytes` only where they were asked for, and for application data. */
export interface StepJson extends Omit<CapturedStep, 'bytes'> {
  readonly bytes?: readonly BytesJson[]
}

/** What one handshake settled; `null` for what was not seen, or not agreed on. */
export interface HandshakeJson {
  readonly road: HandshakeRoad
  readonly version: string | null
  readonly cipherSuite: string | null
  readonly serverName: string | null
  /** What ALPN chose. */
  readonly applicationProtocol: string | null
  readonly extendedMasterSecret: boolean
  readonly encryptThenMac: boolean
  readonly masterSecretFrom: SecretSource | null
  /** How our machines fared in the place of each end, where they were asked. */
  readonly replay?: ReplayReport
}

/** One connection of a capture as plain data for `JSON.stringify`. Holds no secret but what was said under the keys. */
export interface ConnectionJson
  extends Pick<
    ConnectionStory,
    'number' | 'client' | 'server' | 'time' | 'began' | 'ended' | 'preface' | 'leftOut' | 'totals' | 'tcp'
  > {
  readonly handshakes: readonly HandshakeJson[]
  /** Every check of every step. */
  readonly checks: readonly CaptureCheck[]
  readonly steps: readonly StepJson[]
}

/** A whole capture, as `tls12 explain --json` writes it. */
export interface CaptureJson {
  readonly connections: readonly ConnectionJson[]
  readonly summary: CaptureSummary
}

/** A line of `tls12 explain --jsonl`: connections as they end, then the summary. */
export type CaptureLineJson = { readonly connection: ConnectionJson } | { readonly summary: CaptureSummary }

export interface ConnectionJsonOptions extends DescribeConnectionOptions {
  /** Adds the bytes of every step, with their fields. */
  readonly bytes?: boolean
  /** What `replayConnection` gave: a report for each handshake. */
  readonly replays?: readonly ReplayReport[]
}

function fieldsBelow(path: readonly string[], { label, typeName, start, end, meaning, children }: Span): FieldJson[] {
  const own = [...path, label]
  if (children.length > 0) return children.flatMap((child) => fieldsBelow(own, child))
  return start === end ? [] : [{ path: own, type: typeName, start, end, ...(meaning === undefined ? {} : { meaning }) }]
}

function fieldsOf({ name, raw, hint, span }: StepBytes): readonly FieldJson[] | undefined {
  try {
    const root = span ?? (name in HandshakeType ? dissect(raw, hint) : undefined)
    if (root === undefined) return undefined
    return fieldsBelow([], root)
  } catch {
    return undefined // bytes that are no such message have no fields
  }
}

function bytesJson(bytes: StepBytes, withFields: boolean): BytesJson {
  const fields = withFields ? fieldsOf(bytes) : undefined
  return { name: bytes.name, hex: toHex(bytes.raw), ...(fields === undefined ? {} : { fields }) }
}

const textOf = (bytes: Uint8Array | undefined): string | null =>
  bytes === undefined ? null : new TextDecoder().decode(bytes)

function handshakeJson({ road, items, known }: CapturedHandshake, replay: ReplayReport | undefined): HandshakeJson {
  const rawOf = (name: string) => items.find((item) => item.type === 'message' && item.name === name)
  const [client, server] = [rawOf('client_hello'), rawOf('server_hello')]
  const clientHello = client?.type === 'message' ? tryDecode('client_hello', client.raw) : undefined
  const hello = server?.type === 'message' ? tryDecode('server_hello', server.raw) : undefined
  const answered = (type: number, extensions: readonly Extension[] | undefined = hello?.extensions) =>
    findExtension(extensions, type)
  const name = answered(ExtensionType.server_name, clientHello?.extensions)
  const protocol = answered(ExtensionType.application_layer_protocol_negotiation)
  return {
    road,
    version: hello === undefined ? null : nameOf(ProtocolVersion, versionOf(hello), 2),
    cipherSuite: hello === undefined ? null : suiteName(hello.cipherSuite),
    serverName: textOf(name === undefined ? undefined : tryRead(ServerNameList, name)?.[0]?.name),
    applicationProtocol: textOf(protocol === undefined ? undefined : tryRead(ProtocolNameList, protocol)?.[0]),
    extendedMasterSecret: answered(ExtensionType.extended_master_secret) !== undefined,
    encryptThenMac: answered(ExtensionType.encrypt_then_mac) !== undefined,
    masterSecretFrom: known?.source ?? null,
    ...(replay === undefined ? {} : { replay }),
  }
}

/** The story of a connection as plain data: what `describeConnection` tells, and what the handshakes settled. */
export function connectionJson(story: ConnectionStory, options: ConnectionJsonOptions = {}): ConnectionJson {
  const { number, client, server, time, began, ended, preface, leftOut, totals, tcp, handshakes, entries } = story
  const withBytes = options.bytes === true
  return {
    ...{ number, client, server, time, began, ended },
    ...(preface === undefined ? {} : { preface }),
    ...{ leftOut, totals, tcp },
    handshakes: handshakes.map((handshake, at) => handshakeJson(handshake, options.replays?.[at])),
    checks: entries.flatMap((entry) => ('checks' in entry ? entry.checks : [])),
    steps: describeConnection(story, options).map(({ bytes, ...step }) =>
      withBytes || step.message === 'application_data'
        ? { ...step, bytes: bytes.map((one) => bytesJson(one, withBytes)) }
        : step,
    ),
  }
}
