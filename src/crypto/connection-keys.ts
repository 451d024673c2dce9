import { Secret } from '../bytes/secret.js'
import type { BulkProtection } from './suite-parameters.js'

/** Most bytes of plaintext in a record that each side sends: 2^14 where nothing less was agreed. */
export interface RecordLimits {
  readonly client: number
  readonly server: number
}

/** The keys of one direction. `macKey` exists for block ciphers only, `fixedIv` for AEAD only. */
export interface DirectionKeys {
  readonly bulk: BulkProtection
  readonly macKey?: Secret
  readonly key: Secret
  readonly fixedIv?: Secret
  /** Most bytes of plaintext in a record under these keys; 2^14 where it is absent (RFC 8449 §4). */
  readonly maxPlaintextLength?: number
}

export interface ConnectionKeys {
  readonly client: DirectionKeys
  readonly server: DirectionKeys
}

const macKeyLength = (bulk: BulkProtection): number => (bulk.type === 'block' ? bulk.macLength : 0)
/** CBC draws a fresh IV for each record (RFC 5246 §6.2.3.2), so only AEAD nonces take bytes from the key block. */
const ivLength = (bulk: BulkProtection): number => (bulk.type === 'aead' ? bulk.fixedIvLength : 0)

/** How many bytes of key block a suite needs (RFC 5246 §6.3). */
export const keyBlockLength = (bulk: BulkProtection): number =>
  2 * (macKeyLength(bulk) + bulk.keyLength + ivLength(bulk))

/** Cuts the key block: MAC keys, keys, then IVs, the client's before the server's each time (RFC 5246 §6.3). Wipes the block. */
export function cutKeyBlock(bulk: BulkProtection, block: Secret): ConnectionKeys {
  const lengths = [macKeyLength(bulk), bulk.keyLength, ivLength(bulk)].flatMap((length) => [length, length])
  const pieces = block.use((bytes) => {
    let at = 0
    return lengths.map((length) => {
      at += length
      return new Secret(bytes.slice(at - length, at))
    })
  })
  block.wipe()
  const [clientMac, serverMac, clientKey, serverKey, clientIv, serverIv] = pieces
  if (!clientMac || !serverMac || !clientKey || !serverKey || !clientIv || !serverIv) {
    throw new Error('a key block has six parts')
  }
  const direction = (macKey: Secret, key: Secret, iv: Secret): DirectionKeys =>
    bulk.type === 'block' ? { bulk, macKey, key } : { bulk, key, fixedIv: iv }
  return { client: direction(clientMac, clientKey, clientIv), server: direction(serverMac, serverKey, serverIv) }
}
