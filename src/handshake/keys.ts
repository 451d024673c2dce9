import type { Secret } from '../bytes/secret.js'
import { type ConnectionKeys, cutKeyBlock, keyBlockLength } from '../crypto/connection-keys.js'
import type { KeySchedule } from '../crypto/key-schedule.js'
import type { Negotiated } from './negotiated.js'
import type { Transcript } from './transcript.js'

/** The master secret: bound to the transcript through ClientKeyExchange where both sides agreed to that (RFC 7627 §4). */
export function deriveMasterSecret(
  schedule: KeySchedule,
  negotiated: Negotiated,
  preMasterSecret: Secret,
  throughClientKeyExchange: Transcript,
): Secret {
  const { suite, clientRandom, serverRandom, extendedMasterSecret } = negotiated
  return extendedMasterSecret
    ? schedule.extendedMasterSecret(
        suite.prfHash,
        preMasterSecret,
        throughClientKeyExchange.hash(schedule, suite.prfHash),
      )
    : schedule.masterSecret(suite.prfHash, preMasterSecret, clientRandom, serverRandom)
}

/** Both directions' keys (RFC 5246 §6.3). */
export function deriveConnectionKeys(
  schedule: KeySchedule,
  { suite, clientRandom, serverRandom }: Negotiated,
  masterSecret: Secret,
): ConnectionKeys {
  const length = keyBlockLength(suite.bulk)
  return cutKeyBlock(suite.bulk, schedule.keyBlock(suite.prfHash, masterSecret, serverRandom, clientRandom, length))
}

/** The verify_data of `sender` over `transcript` (RFC 5246 §7.4.9). */
export function deriveVerifyData(
  schedule: KeySchedule,
  { suite }: Negotiated,
  masterSecret: Secret,
  sender: 'client' | 'server',
  transcript: Transcript,
): Uint8Array {
  return schedule.verifyData(suite.prfHash, masterSecret, sender, transcript.hash(schedule, suite.prfHash))
}
