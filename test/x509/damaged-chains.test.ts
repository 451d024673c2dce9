/** Whole chains with octets changed, before the verifier: an answer, in time, and nothing thrown. */
import { describe, expect, test } from 'vitest'
import { CertificateError, certificatesFromPem, chainVerifier } from '../../src/x509/index.js'
import { sequence as numbers } from '../support/fake-provider.js'
import { shared } from '../support/outside.js'
import { provider } from './judging.js'
import { readLimbo } from './limbo-cases.js'

const file = shared('conformance/limbo/visible-without-bettertls.json.gz')

/** Where every signature is right, damage gets further than real signatures would let it. */
const gullible = { hash: provider.hash, verifySignature: () => true }

const ROUNDS = 4_000
const policies = ['basic', 'rfc5280', 'webpki'] as const

describe.skipIf(file === undefined)('damaged chains', () => {
  test(`${ROUNDS} seeded chains: a verdict within seconds each, and no exception`, () => {
    const next = numbers(20261121)
    const damage = (der: Uint8Array): Uint8Array => {
      const damaged = der.slice()
      for (let left = 1 + (next() % 3); left > 0; left--) damaged[next() % damaged.length] = next() & 0xff
      return damaged
    }
    const chains = readLimbo(file ?? '').flatMap((one) => {
      try {
        const chain = [one.peer_certificate, ...one.untrusted_intermediates].flatMap(certificatesFromPem)
        return [{ anchors: one.trusted_certs.flatMap(certificatesFromPem), chain }]
      } catch {
        return []
      }
    })
    expect(chains.length).toBeGreaterThan(100)
    const told = new Map<string, number>()
    for (let i = 0; i < ROUNDS; i++) {
      const { anchors = [], chain = [] } = chains[next() % chains.length] ?? {}
      const before = performance.now()
      try {
        const verify = chainVerifier({
          ...{ provider: gullible, identity: 'any', time: () => new Date('2026-01-01'), explain: () => {} },
          ...{ policy: policies[next() % 3] ?? 'basic', policies: { requireExplicit: next() % 4 === 0 } },
          anchors: anchors.map((der) => (next() % 5 === 0 ? damage(der) : der)),
        })
        const certificateChain = chain.map((der) => (next() % 3 === 0 ? damage(der) : der))
        const verdict = verify({ peer: 'server', certificateChain }, new AbortController().signal)
        if (verdict instanceof Promise) throw new Error('everybody answers at once')
        const word = verdict.accepted ? 'accepted' : verdict.reason
        told.set(word, (told.get(word) ?? 0) + 1)
      } catch (cause) {
        // Damaged anchors are refused when the verifier is made.
        expect(cause).toBeInstanceOf(CertificateError)
      }
      expect(performance.now() - before).toBeLessThan(5_000)
    }
    for (const word of ['accepted', 'bad_certificate', 'unknown_issuer', 'expired']) {
      expect(told.get(word), word).toBeGreaterThan(10)
    }
  })
})
