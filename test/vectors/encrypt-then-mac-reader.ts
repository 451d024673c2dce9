/** Opens AES-128-CBC-SHA records under encrypt_then_mac (RFC 7366 §3), which the record layer does not have. */

import { concat } from '../../src/bytes/convert.js'
import { constantTimeEqual } from '../../src/bytes/equal.js'
import type { ConnectionKeys } from '../../src/crypto/connection-keys.js'
import type { TlsRecord } from '../../src/record/record-layer.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import type { RecordReader } from './replay.js'

const HEADER = 5
const IV = 16
const MAC = 20

type Keys = ConnectionKeys['client']

function open(keys: Keys, sequence: number, header: Uint8Array, body: Uint8Array): Uint8Array {
  if (keys.macKey === undefined) throw new Error('a CBC suite has MAC keys')
  const sealed = body.subarray(0, body.length - MAC)
  const covered = new Uint8Array(13)
  covered[7] = sequence // no recording reaches 256 records under one key
  covered.set(header.subarray(0, 3), 8)
  covered.set([sealed.length >> 8, sealed.length & 0xff], 11)
  const mac = nodeCiphers.hmac('sha1', keys.macKey, covered, sealed)
  if (!constantTimeEqual(mac, body.subarray(sealed.length))) throw new Error('the MAC does not match')
  const padded = nodeCiphers.blockCipher('AES_128_CBC', keys.key).decrypt(sealed.subarray(0, IV), sealed.subarray(IV))
  const padding = padded.at(-1) ?? 0
  const end = padded.length - padding - 1
  if (end < 0 || padded.subarray(end).some((byte) => byte !== padding))
    throw new Error('the padding is not well-formed')
  return padded.subarray(0, end)
}

export function encryptThenMacReader(): RecordReader {
  let pending = new Uint8Array(0)
  let keys: Keys | undefined
  let sequence = 0
  return {
    receive: (bytes) => {
      pending = new Uint8Array(concat(pending, bytes))
    },
    next: (): TlsRecord | undefined => {
      const length = ((pending[3] ?? 0) << 8) | (pending[4] ?? 0)
      if (pending.length < HEADER + length || pending.length === 0) return undefined
      const header = pending.slice(0, HEADER)
      const body = pending.slice(HEADER, HEADER + length)
      pending = pending.slice(HEADER + length)
      return { type: header[0] ?? 0, fragment: keys === undefined ? body : open(keys, sequence++, header, body) }
    },
    installReadKeys: (installed) => {
      keys = installed
      sequence = 0
    },
  }
}
