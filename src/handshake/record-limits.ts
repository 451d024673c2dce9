import type { RecordLimits } from '../crypto/connection-keys.js'
import type { FragmentLength } from '../registry/max-fragment-length.js'
import { refuse } from './fault.js'
import type { Negotiated } from './negotiated.js'

/** The least that a side may ask for (RFC 8449 §4). */
const LEAST_RECORD_SIZE_LIMIT = 64

/** What TLS 1.2 lets a record hold at most (RFC 5246 §6.2.1). */
const MAX_PLAINTEXT_LENGTH = 2 ** 14

/** A limit that the peer sent. One above what TLS 1.2 allows is for a version that the peer speaks besides (RFC 8449 §4). */
export function checkRecordSizeLimit(limit: number, peer: 'client' | 'server'): number {
  if (limit < LEAST_RECORD_SIZE_LIMIT) {
    refuse('bad_extension', `the ${peer}'s record_size_limit of ${limit} is below ${LEAST_RECORD_SIZE_LIMIT}`)
  }
  return Math.min(limit, MAX_PLAINTEXT_LENGTH)
}

/** What the extensions of both hellos say of the length of records. The two are never in force together (RFC 8449 §5). */
export interface AgreedLengths {
  /** In force in both directions, and at once (RFC 6066 §4). */
  readonly maxFragmentLength?: FragmentLength
  /** What each side takes in a protected record, where both sent record_size_limit (RFC 8449 §4). */
  readonly recordSizeLimits?: { readonly client: number; readonly server: number }
}

/** record_size_limit replaces max_fragment_length where both sides know it (RFC 8449 §5). */
export function agreedLengths(
  recordSizeLimits: { readonly client: number | undefined; readonly server: number | undefined },
  maxFragmentLength: FragmentLength | undefined,
): AgreedLengths {
  const { client, server } = recordSizeLimits
  if (client !== undefined && server !== undefined) return { recordSizeLimits: { client, server } }
  return maxFragmentLength === undefined ? {} : { maxFragmentLength }
}

/**
 * What holds from the ServerHello on, before there are keys, as seen from one side. record_size_limit is about protected
 * records only, but GnuTLS 3.7 holds the others to it too, so what we send is short at once; what comes may be long.
 */
export function limitsAtOnce(
  { recordLimits, maxFragmentLength }: Pick<Negotiated, 'recordLimits' | 'maxFragmentLength'>,
  role: 'client' | 'server',
): RecordLimits {
  if (maxFragmentLength !== undefined) return recordLimits
  return { client: MAX_PLAINTEXT_LENGTH, server: MAX_PLAINTEXT_LENGTH, [role]: recordLimits[role] }
}

/** Most bytes in the protected records of each side: what the other side takes. */
export const limitsOf = ({
  maxFragmentLength,
  recordSizeLimits,
}: AgreedLengths): Pick<Negotiated, 'recordLimits' | 'maxFragmentLength'> => ({
  maxFragmentLength,
  recordLimits: {
    client: maxFragmentLength ?? recordSizeLimits?.server ?? MAX_PLAINTEXT_LENGTH,
    server: maxFragmentLength ?? recordSizeLimits?.client ?? MAX_PLAINTEXT_LENGTH,
  },
})
