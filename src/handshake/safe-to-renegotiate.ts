import type { ConnectionSummary } from './negotiated.js'

/**
 * Why a connection must not be renegotiated, whoever wishes it and whatever the policy; `undefined` where it may be.
 *
 * Without RFC 5746 nothing says whose data came before. And the verify_data by which RFC 5746 says it is the same on two
 * connections where both resumed one session whose master secret was synchronised: the second step of a triple handshake,
 * of which the renegotiation would be the third (RFC 7627 §5.4). With an extended master secret no two handshakes share
 * one, so that what was resumed may be renegotiated.
 */
export function unsafeToRenegotiate({ negotiated, resumed }: ConnectionSummary): string | undefined {
  if (!negotiated.secureRenegotiation)
    return 'the peer does not know RFC 5746, and renegotiation without it is not safe'
  if (resumed === undefined || negotiated.extendedMasterSecret) return undefined
  return 'the session was resumed without extended_master_secret, and its renegotiation is not safe (RFC 7627 §5.4)'
}
