import { beforeAll, describe, expect, test } from 'vitest'
import { shared } from '../support/outside.js'
import { type LimboResult, readLimbo, runLimbo, skippedFeatures } from './limbo-cases.js'
import { type PkitsResult, readPkits, runPkits } from './pkits-cases.js'

const limbo = shared('conformance/limbo/visible-without-bettertls.json.gz')
const betterTls = shared('conformance/limbo/visible.json.gz')
const pkits = shared('conformance/pkits/pkits.json.gz')

const MOST_MILLISECONDS = 1_000

describe.skipIf(limbo === undefined)('x509-limbo', () => {
  let results: readonly LimboResult[] = []
  beforeAll(() => {
    results = runLimbo(readLimbo(limbo ?? ''))
  })

  test('every verdict agrees', () => {
    expect(results.length).toBeGreaterThan(150)
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([])
  })

  test('what is skipped is a handful, each for a feature of the table', () => {
    const skipped = results.filter(({ outcome }) => outcome === 'skipped')
    expect(skipped.length).toBeLessThanOrEqual(5)
    expect(skipped.filter(({ detail }) => skippedFeatures[detail] === undefined)).toEqual([])
  })

  test('no case takes longer than a second', () => {
    expect(results.filter(({ milliseconds }) => milliseconds > MOST_MILLISECONDS)).toEqual([])
  })
})

/** Every 10th case of BetterTLS here, all of them in `npm run limbo`. */
const STRIDE = 10

describe.skipIf(betterTls === undefined)('BetterTLS', () => {
  test('every verdict of a sample agrees', () => {
    const all = readLimbo(betterTls ?? '').filter(({ id }) => id.startsWith('bettertls::'))
    const sample = all.filter(({ id }, i) => i % STRIDE === 0 || id.startsWith('bettertls::pathbuilding'))
    expect(sample.length).toBeGreaterThan(600)
    expect(runLimbo(sample).filter(({ outcome }) => outcome !== 'passed')).toEqual([])
  })
})

describe.skipIf(pkits === undefined)('NIST PKITS', () => {
  test('every verdict agrees, and so does every set of valid policies', () => {
    const results: readonly PkitsResult[] = runPkits(readPkits(pkits ?? ''))
    expect(results).toHaveLength(249)
    expect(results.filter(({ passed }) => !passed)).toEqual([])
  })
})
