import { publicEqual } from '../../bytes/equal.js'
import { decode, encode } from '../../codec/codec.js'
import { suiteParameters } from '../../crypto/suite-parameters.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { duplicateExtension, type Extension, findExtension } from '../../messages/extensions/extension.js'
import { SignatureSchemeList } from '../../messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../../messages/extensions/supported-groups.js'
import { encodeHandshake } from '../../messages/handshake.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { refuse } from '../fault.js'
import { greaseValue } from '../grease.js'
import type { ClientConfig } from './context.js'
import { isOurs } from './extensions/index.js'
import type { OfferedSession } from './states.js'

/*
 * What happens to a ClientHello between what the configuration offers and what is sent:
 *  1. reserved values go in, where they are asked for (RFC 8701);
 *  2. the application arranges it, within what the machine can stand by;
 *  3. it is padded, last, because padding depends on the length of everything else (RFC 7685).
 */

type Extensions = readonly Extension[]

/** The list with a reserved value among its members, which a server must pass over. */
const withGrease = (extensions: Extensions, type: number, grow: (data: Uint8Array) => Uint8Array): Extensions =>
  extensions.map((extension) =>
    extension.extensionType === type ? { ...extension, extensionData: grow(extension.extensionData) } : extension,
  )

/**
 * One reserved suite, group and signature scheme, and two extensions around all others, the second with data in it. The
 * values come from the hello random, so that each connection has others and a replay has the same (RFC 8701 §5).
 */
function addGrease(hello: ClientHello): ClientHello {
  const [suite = 0, group = 0, scheme = 0, first = 0] = hello.random
  const firstType = greaseValue(first)
  const grown = withGrease(
    withGrease(hello.extensions ?? [], ExtensionType.supported_groups, (data) =>
      encode(NamedGroupList, [greaseValue(group), ...decode(NamedGroupList, data)]),
    ),
    ExtensionType.signature_algorithms,
    (data) => encode(SignatureSchemeList, [...decode(SignatureSchemeList, data), greaseValue(scheme)]),
  )
  return {
    ...hello,
    cipherSuites: [greaseValue(suite), ...hello.cipherSuites],
    extensions: [
      { extensionType: firstType, extensionData: new Uint8Array() },
      ...grown,
      // another value of the sixteen: no type may stand in a hello twice
      { extensionType: firstType ^ 0x1010, extensionData: new Uint8Array(1) },
    ],
  }
}

const insist = (condition: boolean, what: string): void => {
  if (!condition) refuse('misuse', `arrangeClientHello ${what}`)
}

const sameData = (ours: Extensions, { extensionType, extensionData }: Extension): boolean => {
  const data = findExtension(ours, extensionType)
  return data !== undefined && publicEqual(data, extensionData)
}

/** Whether a hello says that there was a handshake before it: by the extension, and not the contrary by the suite (RFC 5746 §3.5). */
const isBound = ({ extensions, cipherSuites }: ClientHello): boolean =>
  findExtension(extensions, ExtensionType.renegotiation_info) !== undefined &&
  !cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)

/**
 * A hello that asks for a session must offer the suite of that session (RFC 5246 §7.4.1.2) and, where its master secret is
 * extended, the extension (RFC 7627 §5.3): a server ends the handshake otherwise, so an arrangement that takes either away
 * is refused before anything is sent. Whoever wants such a hello offers no session with it.
 */
function checkOffered(
  { cipherSuites, extensions }: ClientHello,
  { resumable: { session } }: OfferedSession,
  sessionSuites: ClientConfig['cipherSuites'],
): void {
  const suite = sessionSuites.find(({ cipherSuite }) => cipherSuite === session.cipherSuite)
  insist(
    cipherSuites.includes(session.cipherSuite),
    `leaves out ${suite?.name}, the suite of the session that is offered: leave it in, or offer no session`,
  )
  insist(
    !session.extendedMasterSecret || findExtension(extensions, ExtensionType.extended_master_secret) !== undefined,
    'leaves out extended_master_secret, which the session that is offered has: leave it in, or offer no session',
  )
}

/**
 * Holds an arrangement to what the machine goes by: it may order, leave out and add, but what the library reads the
 * answers of must stand as the configuration has it, or not at all.
 */
function checkArranged(arranged: ClientHello, built: ClientHello, { cipherSuites, renegotiated }: ClientConfig): void {
  const { clientVersion, random, sessionId, extensions = [] } = arranged
  insist(clientVersion === built.clientVersion, 'must leave the version as it is')
  insist(publicEqual(random, built.random), 'must leave the random as it is')
  insist(publicEqual(sessionId, built.sessionId), 'must leave the session id as it is')
  insist(arranged.compressionMethods.includes(CompressionMethod.null), 'must offer null compression')
  const unknown = arranged.cipherSuites
    .flatMap((number) => suiteParameters(number) ?? [])
    .find((suite) => !cipherSuites.includes(suite))
  insist(unknown === undefined, `offers ${unknown?.name}, which cipherSuites does not list`)
  insist(renegotiated === undefined || isBound(arranged), 'must leave a renegotiation bound to its connection')
  const duplicate = duplicateExtension(extensions)
  insist(duplicate === undefined, `gives extension ${duplicate} twice`)
  const changed = extensions.find((one) => isOurs(one.extensionType) && !sameData(built.extensions ?? [], one))
  insist(changed === undefined, `changes extension ${changed?.extensionType}, for which there are options`)
}

const EXTENSION_HEADER = 4

/** Zeros up to so many bytes of message; a gap smaller than an extension's header overshoots by as much as it must. */
function pad(hello: ClientHello, length: number): ClientHello {
  const missing = length - encodeHandshake('client_hello', hello).length
  if (missing <= 0 || findExtension(hello.extensions, ExtensionType.padding) !== undefined) return hello
  const extensionData = new Uint8Array(Math.max(0, missing - EXTENSION_HEADER))
  return {
    ...hello,
    extensions: [...(hello.extensions ?? []), { extensionType: ExtensionType.padding, extensionData }],
  }
}

/** The ClientHello as it is sent. Refuses with `misuse` an arrangement that cannot be stood by. */
export function arrangeHello(
  config: ClientConfig,
  built: ClientHello,
  offered: OfferedSession | undefined,
): ClientHello {
  const greased = config.grease ? addGrease(built) : built
  const arranged = config.arrangeClientHello?.(greased) ?? greased
  if (arranged !== greased) checkArranged(arranged, greased, config)
  if (offered !== undefined) checkOffered(arranged, offered, config.cipherSuites)
  return config.padClientHelloTo === undefined ? arranged : pad(arranged, config.padClientHelloTo)
}
