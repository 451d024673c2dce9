import { describe, expect, it } from 'vitest'
import type { CertificateVerdict } from '../../src/crypto/environment.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { chainVerifier } from '../../src/x509/chain-verifier.js'
import { pki } from '../support/pki.js'

const provider = nodeProvider()
const { certificateChain } = pki.server.ecdsaP256

/** A verifier whose clock and trust can be turned, with a count of the signatures it had verified. */
function judge(time: { now: string }, anchors: readonly Uint8Array[] = pki.ca.certificates) {
  const count = { signatures: 0 }
  const verify = chainVerifier({
    anchors,
    provider: {
      hash: provider.hash,
      verifySignature: (...args) => {
        count.signatures++
        return provider.verifySignature(...args)
      },
    },
    time: () => new Date(time.now),
  })
  const ask = (serverName: string, chain = certificateChain, peer: 'client' | 'server' = 'server') =>
    verify({ peer, certificateChain: chain, serverName }, new AbortController().signal) as CertificateVerdict // all synchronous
  return { ask, count }
}

const reason = (verdict: CertificateVerdict): string => (verdict.accepted ? 'accepted' : verdict.reason)

describe('what a verifier remembers of valid paths', () => {
  it('saves the search, and changes nothing of the verdict', () => {
    const { ask, count } = judge({ now: '2026-01-01' })
    const [first, second] = [ask('localhost'), ask('localhost')]
    expect(reason(first)).toBe('accepted')
    expect(second).toEqual(first)
    expect(count.signatures).toBe(1)
  })

  it('hands out copies: what one caller does to a verdict, the next does not see', () => {
    const { ask } = judge({ now: '2026-01-01' })
    for (let turn = 0; turn < 3; turn++) {
      const verdict = ask('localhost')
      if (!verdict.accepted) throw new Error(verdict.message)
      expect(verdict.path?.[0]).toEqual(certificateChain[0])
      verdict.path?.[0]?.fill(0)
    }
  })

  it('asks the clock each time, in both directions', () => {
    const time = { now: '2026-01-01' }
    const { ask } = judge(time)
    expect(reason(ask('localhost'))).toBe('accepted')
    time.now = '2060-01-01'
    expect(reason(ask('localhost'))).toBe('expired')
    time.now = '2019-12-31'
    expect(reason(ask('localhost'))).toBe('not_yet_valid')
    time.now = '2026-01-01'
    expect(reason(ask('localhost'))).toBe('accepted')
  })

  it('asks each time who the peer is', () => {
    const { ask } = judge({ now: '2026-01-01' })
    expect(reason(ask('localhost'))).toBe('accepted')
    expect(reason(ask('example.org'))).toBe('name_mismatch')
    expect(reason(ask('localhost'))).toBe('accepted')
  })

  it('is of no use for another purpose, other company, or another verifier', () => {
    const time = { now: '2026-01-01' }
    const { ask } = judge(time)
    expect(reason(ask('localhost'))).toBe('accepted')
    expect(reason(ask('localhost', certificateChain, 'client'))).toBe('wrong_purpose')
    expect(reason(judge(time, pki.impostor.ca.certificates).ask('localhost'))).toBe('bad_certificate')
  })

  it('goes by every octet of the certificate', () => {
    const { ask } = judge({ now: '2026-01-01' })
    expect(reason(ask('localhost'))).toBe('accepted')
    const [own, ...rest] = certificateChain
    if (own === undefined) throw new Error('an empty chain')
    const forged = own.slice()
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    expect(reason(ask('localhost', [forged, ...rest]))).toBe('bad_certificate')
  })
})
