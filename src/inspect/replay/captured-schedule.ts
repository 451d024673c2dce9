import { concat } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import type { Secret } from '../../bytes/secret.js'
import { type KeySchedule, keySchedule } from '../../crypto/key-schedule.js'
import type { HashPrimitives } from '../../crypto/primitives.js'
import { HANDSHAKE_HEADER_LENGTH, readHandshakeHeader } from '../../messages/handshake.js'
import { type CapturedMessages, isMessageItem } from './captured-messages.js'
import { anySecret, copyOf } from './stand-ins.js'

/** Messages in the order in which they are hashed: HelloRequest is not among them (RFC 5246 §7.4.1.1). */
export const hashedMessages = ({ handshake: { items } }: CapturedMessages): readonly Uint8Array[] =>
  items.filter(isMessageItem).flatMap(({ name, raw }) => (name === 'hello_request' ? [] : [raw]))

/**
 * Messages of our machine in the captured words: where it chose otherwise within what the RFCs leave open, what follows
 * (signatures, Finished) must still cover what the captured ends saw. A message of another kind stays as it is.
 */
export function inCapturedWords(ours: readonly Uint8Array[], captured: readonly Uint8Array[]): readonly Uint8Array[] {
  return ours.map((raw, i) => {
    const theirs = captured[i]
    return theirs !== undefined && theirs[0] === raw[0] ? theirs : raw
  })
}

/** The same for messages behind one another, as CertificateVerify signs them (RFC 5246 §7.4.8). */
export function contentInCapturedWords(content: Uint8Array, captured: readonly Uint8Array[]): Uint8Array {
  const ours: Uint8Array[] = []
  for (let at = 0; at < content.length; ) {
    const end = at + HANDSHAKE_HEADER_LENGTH + readHandshakeHeader(content.subarray(at)).length
    ours.push(content.subarray(at, end))
    at = end
  }
  return concat(...inCapturedWords(ours, captured))
}

/**
 * The key schedule of the RFCs but for two things. It hashes the captured words, and its master secret is the captured
 * one: given for nothing but the captured randoms or the captured session hash, and so for no other handshake.
 */
export function capturedSchedule(captured: CapturedMessages, primitives: HashPrimitives): KeySchedule {
  const { handshake, clientHello, serverHello } = captured
  const schedule = keySchedule(primitives)
  const messages = hashedMessages(captured)
  const exchange = handshake.items
    .filter(isMessageItem)
    .filter(({ name }) => name !== 'hello_request')
    .findIndex(({ name }) => name === 'client_key_exchange')
  const given = (fits: boolean): Secret =>
    fits && handshake.known !== undefined ? copyOf(handshake.known.secret) : anySecret()
  return {
    ...schedule,
    hash: (hash, ...parts) => schedule.hash(hash, ...inCapturedWords(parts, messages)),
    masterSecret: (_hash, _preMaster, clientRandom, serverRandom) =>
      given(
        publicEqual(clientRandom, clientHello.random) &&
          serverHello !== undefined &&
          publicEqual(serverRandom, serverHello.random),
      ),
    extendedMasterSecret: (hash, _preMaster, sessionHash) =>
      given(publicEqual(sessionHash, schedule.hash(hash, ...messages.slice(0, exchange + 1)))),
  }
}
