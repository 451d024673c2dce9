import { toHex } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import type { Codec } from '../../codec/codec.js'
import { recognizeGroup } from '../../crypto/finite-field-groups.js'
import type { SuiteParameters } from '../../crypto/suite-parameters.js'
import type { CertificateRequest } from '../../messages/certificate-request.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import { type Extension, findExtension } from '../../messages/extensions/extension.js'
import { NamedGroupList } from '../../messages/extensions/supported-groups.js'
import { decodeHandshakeBody, type HandshakeMessages } from '../../messages/handshake.js'
import type { ServerHello } from '../../messages/server-hello.js'
import type { ServerDhParams, ServerKeyExchange } from '../../messages/server-key-exchange.js'
import { ClientCertificateType } from '../../registry/client-certificate-type.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import { NamedGroup } from '../../registry/named-group.js'
import { nameOf, type Registry } from '../../registry/registry.js'
import { readServerKeyExchange } from '../key-exchange-bodies.js'
import { tryRead } from '../story.js'

/**
 * What one end may say otherwise than another and be right as well, and where that is left open. Whatever else differs
 * between our machine and the captured end is no choice: the replay has failed.
 */
export const openChoices = {
  'session id': 'RFC 5246 §7.4.1.3',
  'order of extensions': 'RFC 5246 §7.4.1.4',
  'extension left out': 'RFC 5246 §7.4.1.4',
  'extension added': 'RFC 5246 §7.4.1.4',
  'list of groups': 'RFC 8422 §5.1.1',
  'point formats': 'RFC 8422 §5.1.2',
  'certificate types': 'RFC 5246 §7.4.4',
  'finite-field group': 'RFC 7919 §4',
} as const

export type OpenChoice = keyof typeof openChoices

export interface Difference {
  readonly what: OpenChoice | 'content'
  /** For people: what the captured end said and what ours says. */
  readonly detail: string
}

type Compare<N extends HandshakeTypeName> = (
  ours: HandshakeMessages[N],
  captured: HandshakeMessages[N],
  suite: SuiteParameters | undefined,
) => readonly Difference[]

const compare: { readonly [N in HandshakeTypeName]?: Compare<N> } = {
  client_hello: compareClientHellos,
  server_hello: compareServerHellos,
  certificate_request: compareRequests,
  server_key_exchange: compareServerKeyExchanges,
}

const content = (what: string): Difference => ({ what: 'content', detail: what })

/** What our message has otherwise than the captured one of the same kind: nothing where they are byte for byte the same. */
export function differencesBetween<N extends HandshakeTypeName>(
  name: N,
  ours: Uint8Array,
  captured: Uint8Array,
  suite: SuiteParameters | undefined,
): readonly Difference[] {
  if (publicEqual(ours, captured)) return []
  const found = compare[name]?.(decodeHandshakeBody(name, ours), decodeHandshakeBody(name, captured), suite) ?? []
  return found.length === 0 ? [content(`our machine says other bytes in ${name}`)] : found
}

const sameNumbers = (ours: readonly number[], captured: readonly number[]): boolean =>
  ours.length === captured.length && ours.every((one, i) => one === captured[i])

/** Differences of fields that are given or agreed upon, and so nobody's choice. */
const fixed = (same: Readonly<Record<string, boolean>>): readonly Difference[] =>
  Object.entries(same).flatMap(([field, isSame]) => (isSame ? [] : [content(field)]))

const sizeText = ({ length }: Uint8Array): string => (length === 0 ? 'none' : `${length} bytes`)

const compareIds = (ours: Uint8Array, captured: Uint8Array): readonly Difference[] =>
  publicEqual(ours, captured)
    ? []
    : [{ what: 'session id', detail: `${sizeText(captured)} was captured, ours is ${sizeText(ours)}` }]

/** Extensions that hold a list of what an end can do, which is its own affair. */
const lists: ReadonlyMap<number, readonly [what: OpenChoice, list: Codec<readonly number[]>, names: Registry]> =
  new Map([
    [ExtensionType.supported_groups, ['list of groups', NamedGroupList, NamedGroup]],
    [ExtensionType.ec_point_formats, ['point formats', ECPointFormatList, ECPointFormat]],
  ])

function compareData(type: number, ours: Uint8Array, captured: Uint8Array): readonly Difference[] {
  if (publicEqual(ours, captured)) return []
  const [what, list, names] = lists.get(type) ?? []
  const [own, theirs] = [list && tryRead(list, ours), list && tryRead(list, captured)]
  if (what === undefined || names === undefined || own === undefined || theirs === undefined)
    return [content(`the data of ${typeText(type)}`)]
  const text = (numbers: readonly number[]): string => numbers.map((number) => nameOf(names, number, 2)).join(', ')
  return [{ what, detail: `${text(theirs)} in the capture, ours ${text(own)}` }]
}

const typeText = (type: number): string => nameOf(ExtensionType, type, 2)

function compareExtensions(
  ours: readonly Extension[] = [],
  captured: readonly Extension[] = [],
): readonly Difference[] {
  const found: Difference[] = []
  for (const { extensionType, extensionData } of captured) {
    const own = findExtension(ours, extensionType)
    const name = typeText(extensionType)
    if (own === undefined) found.push({ what: 'extension left out', detail: `ours is without ${name}` })
    else found.push(...compareData(extensionType, own, extensionData))
  }
  const added = ours.filter(({ extensionType }) => findExtension(captured, extensionType) === undefined)
  for (const { extensionType } of added) {
    found.push({ what: 'extension added', detail: `ours has ${typeText(extensionType)} besides` })
  }
  const shared = (list: readonly Extension[], other: readonly Extension[]): number[] =>
    list.map(({ extensionType }) => extensionType).filter((type) => findExtension(other, type) !== undefined)
  const order = shared(captured, ours)
  if (!sameNumbers(shared(ours, captured), order)) {
    found.push({ what: 'order of extensions', detail: `${order.map(typeText).join(', ')} in the capture` })
  }
  return found
}

function compareClientHellos(ours: ClientHello, captured: ClientHello): readonly Difference[] {
  return [
    ...fixed({
      'the version': ours.clientVersion === captured.clientVersion,
      'the random': publicEqual(ours.random, captured.random),
      'the cipher suites': sameNumbers(ours.cipherSuites, captured.cipherSuites),
      'the compression methods': sameNumbers(ours.compressionMethods, captured.compressionMethods),
    }),
    ...compareIds(ours.sessionId, captured.sessionId),
    ...compareExtensions(ours.extensions, captured.extensions),
  ]
}

function compareServerHellos(ours: ServerHello, captured: ServerHello): readonly Difference[] {
  return [
    ...fixed({
      'the version': ours.serverVersion === captured.serverVersion,
      'the random': publicEqual(ours.random, captured.random),
      'the cipher suite': ours.cipherSuite === captured.cipherSuite,
      'the compression method': ours.compressionMethod === captured.compressionMethod,
    }),
    ...compareIds(ours.sessionId, captured.sessionId),
    ...compareExtensions(ours.extensions, captured.extensions),
  ]
}

function compareRequests(ours: CertificateRequest, captured: CertificateRequest): readonly Difference[] {
  const text = (types: readonly number[]): string => types.map((type) => nameOf(ClientCertificateType, type)).join(', ')
  const authorities = (list: readonly Uint8Array[]): string => list.map(toHex).join(' ')
  return [
    ...fixed({
      'the signature schemes': sameNumbers(ours.supportedSignatureAlgorithms, captured.supportedSignatureAlgorithms),
      'the authorities': authorities(ours.certificateAuthorities) === authorities(captured.certificateAuthorities),
    }),
    ...(sameNumbers(ours.certificateTypes, captured.certificateTypes)
      ? []
      : [
          {
            what: 'certificate types',
            detail: `${text(captured.certificateTypes)} in the capture, ours ${text(ours.certificateTypes)}`,
          } as const,
        ]),
  ]
}

const groupText = ({ dhP, dhG }: ServerDhParams): string =>
  recognizeGroup(dhP, dhG) ?? `a group of ${8 * dhP.length} bits`

/** Curves are negotiated; a finite-field group is the server's own where the client names none (RFC 7919 §4). */
function compareServerKeyExchanges(
  { body: ours }: ServerKeyExchange,
  { body: captured }: ServerKeyExchange,
  suite: SuiteParameters | undefined,
): readonly Difference[] {
  if (suite === undefined) return []
  const [own, theirs] = [readServerKeyExchange(suite, ours).share, readServerKeyExchange(suite, captured).share]
  if (own?.kind === 'ecdh' && theirs?.kind === 'ecdh' && own.params.namedCurve !== theirs.params.namedCurve)
    return [content(`the curve ${nameOf(NamedGroup, theirs.params.namedCurve, 2)}`)]
  if (own?.kind !== 'dh' || theirs?.kind !== 'dh') return []
  const [ourGroup, group] = [groupText(own.params), groupText(theirs.params)]
  return ourGroup === group ? [] : [{ what: 'finite-field group', detail: `${group} in the capture, ours ${ourGroup}` }]
}
