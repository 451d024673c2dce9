/** What the tests of the recordings ask of a replayed one. */
import { concat } from '../../src/bytes/convert.js'
import type { SuiteParameters } from '../../src/crypto/suite-parameters.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { decodeServerKeyExchange } from '../../src/messages/server-key-exchange.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { nodeCiphers, type RecordPrimitives } from '../support/node-ciphers.js'
import type { Recording } from './recording.js'
import { type Replay, type ReplayedMessage, replay } from './replay.js'

export const libraries: readonly (readonly [string, RecordPrimitives])[] = [
  ['node:crypto', nodeCiphers],
  ['the noble provider', nobleProvider()],
]

export const replayed = (recording: Recording, primitives = nodeCiphers): Replay =>
  replay({
    flow: recording.flow,
    masterSecret: recording.logged?.masterSecret,
    primitives,
    encryptThenMac: recording.name === 'encrypt-then-mac',
  })

export const serverKeyExchangeKind = (suite: SuiteParameters): 'dh' | 'ecdh' =>
  suite.keyExchange === 'DHE_RSA' ? 'dh' : 'ecdh'

export function message(
  messages: readonly ReplayedMessage[],
  name: ReplayedMessage['name'],
  from?: 'client' | 'server',
) {
  const position = messages.findIndex((one) => one.name === name && (from === undefined || one.from === from))
  const found = messages[position]
  return found === undefined ? undefined : { ...found, position }
}

/** What stands in a ServerKeyExchange, and what its signature covers (RFC 5246 §7.4.3, RFC 8422 §5.4). */
export function signedKeyExchange({ messages, suite, clientRandom, serverRandom }: Replay) {
  const found = message(messages, 'server_key_exchange')
  if (found === undefined) return undefined
  const kind = serverKeyExchangeKind(suite)
  const read = decodeServerKeyExchange(kind, decodeHandshakeBody('server_key_exchange', found.raw).body)
  return { ...read, content: concat(clientRandom, serverRandom, read.signedParams) }
}

/** The end-entity certificate that one side showed. */
export function endEntity({ messages }: Replay, from: 'client' | 'server'): Uint8Array | undefined {
  const found = message(messages, 'certificate', from)
  return found === undefined ? undefined : decodeHandshakeBody('certificate', found.raw).certificateList[0]
}
