import { describe, expect, test } from 'vitest'
import type { DecisionRecord } from '../../src/x509/index.js'
import { judge, told } from './judging.js'
import { ecKey, type Minted, mint, mintLeaf, mintRoot } from './minting.js'

const ca = (name: string, issuer: Minted, options = {}): Minted => mint({ name, issuer, ca: true, ...options })

describe('building a path', () => {
  const root = mintRoot()
  const a = ca('A', root)
  const b = ca('B', a)
  const leaf = mintLeaf(b)

  test('intermediates may come in any order, twice, and with strangers among them', () => {
    const strangers = [mintRoot('Stranger'), ca('B', mintRoot('Other root')), mintLeaf(root, { name: 'someone else' })]
    for (const rest of [
      [b, a],
      [a, b],
      [a, a, b, b],
      [root, a, b],
      [...strangers, a, ...strangers, b],
    ]) {
      expect(told(judge([leaf, ...rest], [root]))).toBe('accepted')
    }
  })

  test('a missing intermediate is an unknown issuer, unless it was configured', () => {
    expect(told(judge([leaf, a], [root]))).toMatch(/^unknown_issuer: .*CN=leaf was issued by CN=B/)
    expect(told(judge([leaf, b], [root]))).toMatch(/^unknown_issuer/)
    expect(told(judge([leaf, b, a], [mintRoot('Another')]))).toMatch(/^unknown_issuer/)
  })

  test('an intermediate can itself be trusted, and so can the end entity', () => {
    expect(told(judge([leaf], [b]))).toBe('accepted')
    expect(told(judge([leaf], [leaf]))).toBe('accepted')
    const own = mint({ name: 'own', dns: ['localhost'] })
    expect(told(judge([own], [own]))).toBe('accepted')
    expect(told(judge([own], [root]))).toMatch(/^unknown_issuer: .*is self-issued and not trusted/)
  })

  test('a trusted certificate that is no authority vouches for itself only', () => {
    const own = mint({ name: 'own', dns: ['localhost'] })
    expect(told(judge([mintLeaf(own)], [own]))).toMatch(/^unknown_issuer: .*CN=own is no authority/)
  })

  test('of two authorities with one name and two keys the right one is found', () => {
    const twins = [mintRoot('Twin'), mintRoot('Twin')] as const
    for (const twin of twins) expect(told(judge([mintLeaf(twin)], [...twins]))).toBe('accepted')
    expect(told(judge([mintLeaf(twins[0])], [twins[1]]))).toMatch(
      /^bad_certificate: .*a signature that was not made by/,
    )
  })

  test('without key identifiers the right one is found too', () => {
    const bare = { without: ['aki', 'ski'] } as const
    const twins = [1, 2, 3].map(() => mintRoot('Twin', bare))
    const last = twins[2]
    if (last === undefined) throw new Error('three were minted')
    expect(told(judge([mintLeaf(last, bare)], twins, { policy: 'basic' }))).toBe('accepted')
  })

  test('an expired cross-certificate does not hide a valid path', () => {
    const old = mintRoot('Old root')
    const fresh = mintRoot('New root')
    const crossed = ca('New root', old, { key: fresh.key, notAfter: new Date('2021-01-01') })
    expect(told(judge([mintLeaf(fresh), crossed], [old, fresh]))).toBe('accepted')
    expect(told(judge([mintLeaf(fresh), crossed], [old]))).toMatch(
      /^expired: .*CN=New root expired 2021-01-01T00:00:00Z/,
    )
  })

  test('a longer path is found where the shorter one breaks a constraint', () => {
    const long = ca('Middle', root)
    const narrow = ca('Issuer', root, { excludedDns: ['localhost'] })
    const wide = ca('Issuer', long, { key: narrow.key })
    expect(told(judge([mintLeaf(narrow), narrow, wide, long], [root]))).toBe('accepted')
    expect(told(judge([mintLeaf(narrow), narrow], [root]))).toMatch(
      /^bad_certificate: .*excluded by the name constraint/,
    )
  })
})

describe('loops and explosions', () => {
  test('authorities that certify each other lead nowhere, quickly', () => {
    const [keyA, keyB] = [ecKey(), ecKey()]
    const first = mint({ name: 'A', ca: true, key: keyA, issuer: mint({ name: 'B', ca: true, key: keyB }) })
    const second = mint({ name: 'B', ca: true, key: keyB, issuer: first })
    expect(told(judge([mintLeaf(first), first, second], [mintRoot()]))).toMatch(/^unknown_issuer/)
  })

  /** `layers` authorities, each certified by all of `variants` variants of the next one up; their keys differ. */
  function lattice(top: Minted, layers: number, variants: number, options = {}): { leaf: Minted; all: Minted[] } {
    let above = [top]
    const all: Minted[] = []
    for (let layer = 0; layer < layers; layer++) {
      const keys = Array.from({ length: variants }, () => ecKey())
      const here = keys.flatMap((key) => above.map((issuer) => ca(`Layer ${layer}`, issuer, { key, ...options })))
      all.push(...here)
      above = here.filter((_, i) => i % above.length === 0)
    }
    const [issuer] = above
    if (issuer === undefined) throw new Error('no layers')
    return { leaf: mintLeaf(issuer), all }
  }

  test('a valid 11-certificate chain with two authorities of each name is found in time', () => {
    const root = mintRoot()
    const { leaf, all } = lattice(root, 9, 2)
    const before = performance.now()
    expect(told(judge([leaf, ...all], [root]))).toBe('accepted')
    expect(performance.now() - before).toBeLessThan(1_000)
  })

  test('when no path is valid the budget ends the search, and the refusal says so', () => {
    const root = mintRoot()
    const { leaf, all } = lattice(root, 9, 2)
    let record: DecisionRecord | undefined
    const before = performance.now()
    // Each of the 2^9 paths is whole, and each lacks the policy that is demanded.
    const verdict = judge([leaf, ...all], [root], {
      policies: { requireExplicit: true },
      explain: (given) => {
        record = given
      },
    })
    expect(performance.now() - before).toBeLessThan(1_000)
    expect(told(verdict)).toMatch(
      /^bad_certificate: .*within the budget: \d+ signatures, 50 whole paths and \d+ possible issuers/,
    )
    expect(record?.work.paths).toBe(50)
    expect(record?.work.signatures).toBeLessThanOrEqual(100)
  })

  test('signatures that are wrong are paid for once each', () => {
    const impostor = mintRoot()
    const { leaf, all } = lattice(impostor, 9, 2)
    let record: DecisionRecord | undefined
    const before = performance.now()
    const explain = (given: DecisionRecord): void => {
      record = given
    }
    expect(told(judge([leaf, ...all], [mintRoot()], { explain }))).toMatch(/^bad_certificate: .*signature/)
    expect(performance.now() - before).toBeLessThan(1_000)
    expect(record?.work.signatures).toBeLessThanOrEqual(all.length + 1)
  })

  test('the budget can be set', () => {
    const root = mintRoot()
    const a = ca('A', root)
    const chain = [mintLeaf(a), a]
    expect(told(judge(chain, [root], { budget: { signatures: 2 } }))).toBe('accepted')
    expect(told(judge(chain, [root], { budget: { signatures: 1 } }))).toMatch(
      /^bad_certificate: .*within the budget: 1 sig/,
    )
  })
})
