import type { RecordLimits } from '../crypto/connection-keys.js'
import { refuse } from './fault.js'

/** The least that a side may ask for (RFC 8449 §4). */
const LEAST_RECORD_SIZE_LIMIT = 64

/** What TLS 1.2 lets a record hold at most (RFC 5246 §6.2.1). */
const MAX_PLAINTEXT_LENGTH = 2 ** 14

/** A limit that the peer sent. One above what TLS 1.2 allows is for a version that the peer speaks besides (RFC 8449 §4). */
export function checkRecordSizeLimit(limit: number, peer: 'client' | 'server'): number {
  if (limit < LEAST_RECORD_SIZE_LIMIT) {
    refuse('bad_extension', `the ${peer}'s record_size_limit is ${limit}; the least allowed is ${LEAST_RECORD_SIZE_LIMIT}`)
  }
  return Math.min(limit, MAX_PLAINTEXT_LENGTH)
}

/** What the extensions of both hellos say of the length of records. */
export interface AgreedLengths {
  /** Agreed for both directions (RFC 6066 §4). */
  readonly maxFragmentLength: number | undefined
  /** What the peer takes, where both sides sent record_size_limit. */
  readonly peerRecordSizeLimit: number | undefined
  /** What this side takes, where both sides sent record_size_limit. */
  readonly ownRecordSizeLimit: number | undefined
}

/** The limits on what is sent and what is received: the two extensions are never in force together (RFC 8449 §5). */
export const recordLimitsOf = (agreed: AgreedLengths): RecordLimits => ({
  send: agreed.maxFragmentLength ?? agreed.peerRecordSizeLimit ?? MAX_PLAINTEXT_LENGTH,
  receive: agreed.maxFragmentLength ?? agreed.ownRecordSizeLimit ?? MAX_PLAINTEXT_LENGTH,
})
