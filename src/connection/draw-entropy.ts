import { Secret } from '../bytes/secret.js'
import type { Entropy } from '../handshake/event.js'

/** The hello random, a session id, and what stands in for a pre-master secret that cannot be decrypted. */
export const drawEntropy = (randomBytes: (length: number) => Uint8Array): Entropy => ({
  random: randomBytes(32),
  sessionId: randomBytes(32),
  substitutePreMaster: new Secret(randomBytes(46)),
})
