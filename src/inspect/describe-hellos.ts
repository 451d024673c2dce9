import { publicEqual } from '../bytes/equal.js'
import { MalformedError } from '../bytes/reader.js'
import { type Codec, decode } from '../codec/codec.js'
import { suiteParameters } from '../crypto/suite-parameters.js'
import { ProtocolNameList } from '../messages/extensions/application-layer-protocol-negotiation.js'
import { type Extension, findExtension } from '../messages/extensions/extension.js'
import { ServerNameList } from '../messages/extensions/server-name.js'
import { SignatureSchemeList } from '../messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../messages/extensions/supported-groups.js'
import { ProtocolVersionList } from '../messages/extensions/supported-versions.js'
import { protocolVersion, quoteBytes } from '../messages/fields.js'
import type { HandshakeMessages } from '../messages/handshake.js'
import { CompressionMethod } from '../registry/compression-method.js'
import { ExtensionType } from '../registry/extension-type.js'
import { NamedGroup } from '../registry/named-group.js'
import { nameOf } from '../registry/registry.js'
import { SignatureScheme } from '../registry/signature-scheme.js'
import { againFacts, answeredIdText, bindingText, offeredIdText, offeredTicketText } from './describe-sessions.js'
import { type Fact, fact } from './described-step.js'
import { suiteName } from './other-cipher-suites.js'
import { choosesOtherwise, type Story } from './story.js'
import { bytesText, namesOf, versionText } from './words.js'

const reading =
  <T>(codec: Codec<T>, say: (value: T) => string) =>
  (data: Uint8Array): string => {
    if (data.length === 0) return 'acknowledged'
    try {
      return say(decode(codec, data))
    } catch (error) {
      if (error instanceof MalformedError) return 'malformed'
      throw error
    }
  }

/** What the data of the extensions that matter say; the others are told by name. */
const extensionTexts: ReadonlyMap<number, (data: Uint8Array, sender: 'client' | 'server') => string> = new Map([
  [ExtensionType.server_name, reading(ServerNameList, (names) => names.map(({ name }) => quoteBytes(name)).join(', '))],
  [ExtensionType.supported_groups, reading(NamedGroupList, (groups) => namesOf(NamedGroup, groups))],
  [ExtensionType.signature_algorithms, reading(SignatureSchemeList, (schemes) => namesOf(SignatureScheme, schemes))],
  [
    ExtensionType.application_layer_protocol_negotiation,
    reading(ProtocolNameList, (names) => names.map(quoteBytes).join(', ')),
  ],
  [
    ExtensionType.session_ticket,
    (data, sender) => (sender === 'client' ? offeredTicketText(data) : 'a NewSessionTicket will follow'),
  ],
  [ExtensionType.renegotiation_info, bindingText],
  [
    ExtensionType.supported_versions,
    (data, sender) =>
      sender === 'client'
        ? reading(ProtocolVersionList, (versions) => versions.map(versionText).join(', '))(data)
        : reading(protocolVersion, versionText)(data),
  ],
])

function extensionFacts(extensions: readonly Extension[] | undefined, sender: 'client' | 'server'): Fact[] {
  const facts: Fact[] = []
  const others: string[] = []
  for (const { extensionType: type, extensionData } of extensions ?? []) {
    const text = extensionTexts.get(type)
    if (text === undefined) others.push(nameOf(ExtensionType, type, 2))
    else facts.push(fact(nameOf(ExtensionType, type, 2), text(extensionData, sender)))
  }
  return others.length === 0 ? facts : [...facts, fact('other extensions', others.join(', '))]
}

const showsTicket = (extensions: readonly Extension[] | undefined): boolean =>
  (findExtension(extensions, ExtensionType.session_ticket)?.length ?? 0) > 0

/** Whether the server takes up the session that the client showed: it gives back its id (RFC 5246 §7.4.1.3). */
export const isTakenUp = (hello: HandshakeMessages['server_hello'], { offer }: Story): boolean =>
  offer !== undefined &&
  hello.sessionId.length > 0 &&
  publicEqual(offer.sessionId, hello.sessionId) &&
  !choosesOtherwise(hello)

/** The null method is none at all. */
const compressionText = (methods: readonly number[]): string =>
  methods.every((method) => method === CompressionMethod.null) ? 'null: none' : namesOf(CompressionMethod, methods, 1)

/** Whether the client lists its versions, for which it has to speak TLS 1.3 or later (RFC 8446 §4.2.1). */
export const listsVersions = ({ extensions }: HandshakeMessages['client_hello']): boolean =>
  findExtension(extensions, ExtensionType.supported_versions) !== undefined

const highestText = (hello: HandshakeMessages['client_hello']): string =>
  listsVersions(hello) ? 'for servers that do not read supported_versions' : 'the highest that the client speaks'

export const describeClientHello = (hello: HandshakeMessages['client_hello'], story: Story): Fact[] => [
  ...againFacts(story),
  fact('version', `${versionText(hello.clientVersion)}, ${highestText(hello)}`),
  fact('random', bytesText(hello.random, 'none')),
  fact('session id', offeredIdText(hello.sessionId, showsTicket(hello.extensions), listsVersions(hello))),
  fact('cipher suites', hello.cipherSuites.map(suiteName).join(', ')),
  fact('compression', compressionText(hello.compressionMethods)),
  ...extensionFacts(hello.extensions, 'client'),
]

export function describeServerHello(hello: HandshakeMessages['server_hello'], story: Story): Fact[] {
  const suite = suiteParameters(hello.cipherSuite)
  const meaning =
    suite === undefined
      ? []
      : [
          fact(
            'which means',
            `${isTakenUp(hello, story) ? 'no key exchange now' : `key exchange ${suite.keyExchange}`}, records under ${suite.bulk.cipher}, keys from ${suite.prfHash}`,
          ),
        ]
  return [
    fact(
      'version',
      `${versionText(hello.serverVersion)}${choosesOtherwise(hello) ? ', which supported_versions replaces' : ''}`,
    ),
    fact('cipher suite', suiteName(hello.cipherSuite)),
    ...meaning,
    fact('compression', compressionText([hello.compressionMethod])),
    fact(
      'session id',
      choosesOtherwise(hello) ? bytesText(hello.sessionId, 'empty') : answeredIdText(hello.sessionId, story),
    ),
    fact('random', bytesText(hello.random, 'none')),
    ...extensionFacts(hello.extensions, 'server'),
  ]
}
