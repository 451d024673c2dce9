import { constantTimeEqual } from '../../bytes/equal.js'
import { Reader } from '../../bytes/reader.js'
import type { Secret } from '../../bytes/secret.js'
import { DerTag, readDer } from '../../codec/der.js'
import { type HashName, hashLength } from '../../crypto/primitives.js'
import { digests, hmacs, readAlgorithm } from './algorithm.js'
import { Pkcs12Purpose, pbkdf2, pkcs12Derivation } from './key-derivation.js'
import type { KeystoreContext } from './keystore-context.js'
import { damaged, unsupported } from './keystore-error.js'
import { readPbkdf2 } from './password-cipher.js'
import type { MacData } from './pfx.js'

const PBMAC1 = '2a864886f70d01050e'

/** A MAC key shorter than this is guessed more easily than the password. */
const SHORTEST_PBMAC1_KEY = 16
const LONGEST_PBMAC1_KEY = 64

interface MacKey {
  readonly hash: HashName
  readonly key: Secret
}

/** PBMAC1 (RFC 8018 §7.1): PBKDF2 in place of PKCS#12's own derivation. Salt and count beside it are then not used. */
function pbmac1Key({ algorithm }: MacData, { primitives, passwords, budget }: KeystoreContext): MacKey {
  // read from a copy of the reader: the MAC may be checked once more with the other spelling of an empty password
  const parameters = new Reader(algorithm.parameters.bytes, algorithm.parameters.position, algorithm.parameters.end)
  const fields = new Reader(readDer(parameters, DerTag.sequence).contents)
  const derivation = readPbkdf2(readAlgorithm(fields))
  const hash = hmacs.get(readAlgorithm(fields).identifier)
  fields.finish('PBMAC1-params')
  if (hash === undefined)
    throw unsupported('the keystore is authenticated by something other than HMAC of SHA-1 or SHA-2')
  const length = derivation.length ?? 0
  if (length < SHORTEST_PBMAC1_KEY || length > LONGEST_PBMAC1_KEY) throw damaged('a MAC key has a length out of range')
  return { hash, key: pbkdf2(derivation, passwords.utf8, length, primitives, budget) }
}

/** The MAC key by PKCS#12's own derivation (RFC 7292 Appendix B.4): as long as the digest. */
function ownKey({ algorithm, salt, iterations }: MacData, { primitives, passwords, budget }: KeystoreContext): MacKey {
  const hash = digests.get(algorithm.identifier)
  if (hash === undefined) throw unsupported('the keystore is authenticated with a digest other than SHA-1 and SHA-2')
  const parameters = { hash, salt, iterations }
  const { mac } = Pkcs12Purpose
  return { hash, key: pkcs12Derivation(parameters, passwords.bmp, mac, hashLength[hash], primitives, budget) }
}

/** Whether `authenticated` has the MAC of the file under the password of `context`; compared in constant time. */
export function macMatches(mac: MacData, authenticated: Uint8Array, context: KeystoreContext): boolean {
  const { hash, key } = mac.algorithm.identifier === PBMAC1 ? pbmac1Key(mac, context) : ownKey(mac, context)
  const computed = context.primitives.hmac(hash, key, authenticated)
  key.wipe()
  return constantTimeEqual(computed, mac.digest)
}
