/** A ClientHello as browsers send them, and a decoder for it written by hand: what generality costs ours. */
import { deepStrictEqual } from 'node:assert'
import { allSuites } from '../../src/crypto/suite-parameters.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'

const LENGTH = 353
const TICKET_LENGTH = 107

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const extension = (extensionType: number, data: string | Uint8Array) => ({
  extensionType,
  extensionData: typeof data === 'string' ? bytes(data) : data,
})

/** Twelve extensions by number; the session ticket (35) makes up the length. */
const extensions = [
  extension(0, '000e00000b6578616d706c652e6f7267'),
  extension(23, ''),
  extension(0xff01, '00'),
  extension(10, '0008001d001700180019'),
  extension(11, '0100'),
  extension(35, new Uint8Array(TICKET_LENGTH).fill(0x5a)),
  extension(16, '000c02683208687474702f312e31'),
  extension(5, '0100000000'),
  extension(13, '001004030804040105030805050108060601'),
  extension(18, ''),
  extension(22, ''),
  extension(0x0a0a, new Uint8Array(21)),
]

/** The whole message, header included: 353 bytes, 17 suites, 12 extensions. */
export function clientHello(): Uint8Array {
  const message = encodeHandshake('client_hello', {
    clientVersion: 0x0303,
    random: new Uint8Array(32).fill(0x11),
    sessionId: new Uint8Array(32).fill(0x22),
    cipherSuites: [...allSuites.slice(0, 15).map(({ cipherSuite }) => cipherSuite), 0x0a0a, 0x00ff],
    compressionMethods: [0],
    extensions,
  })
  if (message.length !== LENGTH) throw new Error(`a ClientHello of ${message.length} bytes`)
  return message
}

const uint16 = (raw: Uint8Array, at: number): number => ((raw[at] ?? 0) << 8) | (raw[at + 1] ?? 0)

const check = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}

function extensionsByHand(raw: Uint8Array, start: number): Extension[] {
  check(start + 2 + uint16(raw, start) === raw.length, 'extensions')
  const list: Extension[] = []
  let at = start + 2
  while (at < raw.length) {
    check(at + 4 <= raw.length, 'extension')
    const end = at + 4 + uint16(raw, at + 2)
    check(end <= raw.length, 'extension_data')
    list.push({ extensionType: uint16(raw, at), extensionData: raw.subarray(at + 4, end) })
    at = end
  }
  return list
}

/** The same result in straight code over this one message: every bound is checked, nothing is named or dissected. */
export function decodeByHand(raw: Uint8Array): ClientHello {
  check(raw.length >= 41 && raw[0] === 1, 'not a ClientHello')
  check(((raw[1] ?? 0) << 16) + uint16(raw, 2) === raw.length - 4, 'length')
  const idEnd = 39 + (raw[38] ?? 0)
  check(idEnd <= 39 + 32 && idEnd + 2 <= raw.length, 'session_id')
  const suitesLength = uint16(raw, idEnd)
  const suitesEnd = idEnd + 2 + suitesLength
  check(suitesLength >= 2 && suitesLength % 2 === 0 && suitesEnd < raw.length, 'cipher_suites')
  const cipherSuites: number[] = []
  for (let at = idEnd + 2; at < suitesEnd; at += 2) cipherSuites.push(uint16(raw, at))
  const methodsEnd = suitesEnd + 1 + (raw[suitesEnd] ?? 0)
  check(methodsEnd > suitesEnd + 1 && methodsEnd <= raw.length, 'compression_methods')
  const compressionMethods: number[] = []
  for (let at = suitesEnd + 1; at < methodsEnd; at++) compressionMethods.push(raw[at] ?? 0)
  const head = {
    clientVersion: uint16(raw, 4),
    random: raw.subarray(6, 38),
    sessionId: raw.subarray(39, idEnd),
    cipherSuites,
    compressionMethods,
  }
  return methodsEnd === raw.length ? head : { ...head, extensions: extensionsByHand(raw, methodsEnd) }
}

/** Both decoders, after making sure that they agree. */
export function decoders(): { readonly ours: () => void; readonly byHand: () => void } {
  const raw = clientHello()
  deepStrictEqual(decodeHandshakeBody('client_hello', raw), decodeByHand(raw))
  return { ours: () => void decodeHandshakeBody('client_hello', raw), byHand: () => void decodeByHand(raw) }
}
