import type { Secret } from '../bytes/secret.js'
import { type ConnectionKeys, cutKeyBlock, keyBlockLength } from '../crypto/connection-keys.js'
import type { KeySchedule } from '../crypto/key-schedule.js'
import { type PreSharedKey, pskPreMasterSecret } from '../crypto/pre-shared-key.js'
import type { BulkProtection } from '../crypto/suite-parameters.js'
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

/** The same with a pre-shared key mixed in (RFC 4279 §2). The mixture is wiped at once. */
export function derivePskMasterSecret(
  schedule: KeySchedule,
  negotiated: Negotiated,
  otherSecret: Secret | undefined,
  { key }: PreSharedKey,
  throughClientKeyExchange: Transcript,
): Secret {
  const preMasterSecret = pskPreMasterSecret(otherSecret, key)
  const masterSecret = deriveMasterSecret(schedule, negotiated, preMasterSecret, throughClientKeyExchange)
  preMasterSecret.wipe()
  return masterSecret
}

/** What keys are derived from, besides the master secret. */
export type KeyDerivation = Pick<
  Negotiated,
  'suite' | 'clientRandom' | 'serverRandom' | 'encryptThenMac' | 'recordLimits'
>

/** The suite's protection, with the order of encryption and MAC that both sides agreed on (RFC 7366 §3). */
const bulkOf = ({ suite: { bulk }, encryptThenMac }: KeyDerivation): BulkProtection =>
  bulk.type === 'block' && encryptThenMac ? { ...bulk, encryptThenMac } : bulk

/** Both directions' keys (RFC 5246 §6.3), each with the limit that its records keep. */
export function deriveConnectionKeys(
  schedule: KeySchedule,
  negotiated: KeyDerivation,
  masterSecret: Secret,
): ConnectionKeys {
  const { suite, clientRandom, serverRandom, recordLimits } = negotiated
  const bulk = bulkOf(negotiated)
  const block = schedule.keyBlock(suite.prfHash, masterSecret, serverRandom, clientRandom, keyBlockLength(bulk))
  const { client, server } = cutKeyBlock(bulk, block)
  return {
    client: { maxPlaintextLength: recordLimits.client, ...client },
    server: { maxPlaintextLength: recordLimits.server, ...server },
  }
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
