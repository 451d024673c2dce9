/** The sum of the primitives: the very calls that a handshake makes, caches in the same state, and nothing else. */
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import { trustAnchors } from '../../../src/index.js'
import { pki } from '../../../test/support/pki.js'
import { type Call, KnownKeys, Recorder } from '../recorder.js'
import type { Connected, Contestant, Setting } from './contestant.js'
import { ends, joined, type Reused, reused } from './tls12.js'

/** No two handshakes sign the same, so several recordings take turns. */
const RECORDINGS = 8

function record(setting: Setting, shared: Reused, known: KnownKeys): readonly Call[] {
  const recorder = new Recorder(shared.provider, known)
  const { provider } = recorder
  const recorded: Reused = {
    provider,
    client: recorder.credential(shared.client),
    server: recorder.credential(shared.server),
    verifier: trustAnchors(pki.ca.certificates, { provider }),
  }
  const newEnds = ends(setting, recorded)
  joined(newEnds()) // the first: what a verifier remembers is remembered now
  recorder.calls.length = 0
  joined(newEnds())
  return [...recorder.calls]
}

export const primitives = (name: string, provider: CryptoProvider): Contestant<Connected> => ({
  name: `${name}: primitives alone`,
  prepare: (setting) => {
    const shared = reused(provider, setting)
    const known = new KnownKeys()
    const recordings = Array.from({ length: RECORDINGS }, () => record(setting, shared, known))
    let turn = 0
    return async () => {
      for (const call of recordings[turn++ % RECORDINGS] ?? []) call.again()
      return { dispose: () => {} }
    }
  },
})
