import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes/convert.js'
import { type FiniteFieldGroupName, finiteFieldGroup, recognizeGroup } from '../../src/crypto/finite-field-groups.js'
import { shared } from '../support/outside.js'

const bits = [2048, 3072, 4096, 6144, 8192]
const names = ['ffdhe', 'modp'].flatMap((kind) => bits.map((size) => `${kind}${size}` as FiniteFieldGroupName))

/** The primes of an RFC's text: every run of lines that hold nothing but hexadecimal, without page headers between. */
function printedPrimes(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '' && !/^(RFC |\f|[A-Z][a-z]+.*\[Page)/.test(line))
  const runs: string[] = ['']
  for (const line of lines) {
    if (/^\s+[0-9A-F]{8}( [0-9A-F]{8})*\s*$/.test(line) || /^\s+[0-9A-F]{32,}\s*$/.test(line)) {
      runs[runs.length - 1] += line.replace(/\s/g, '').toLowerCase()
    } else if (runs.at(-1) !== '') runs.push('')
  }
  return runs.filter((run) => run.length >= 256)
}

describe('finiteFieldGroup', () => {
  const texts = { ffdhe: shared('rfc/rfc7919.txt'), modp: shared('rfc/rfc3526.txt') }

  for (const [kind, path] of Object.entries(texts)) {
    it.skipIf(path === undefined)(
      `computes the primes that the ${kind} RFC prints (skipped without ../shared/rfc)`,
      () => {
        const printed = printedPrimes(readFileSync(path ?? '', 'utf8'))
        for (const name of names.filter((one) => one.startsWith(kind))) {
          const prime = toHex(finiteFieldGroup(name).p)
          expect(printed.filter((one) => one === prime)).toHaveLength(1)
        }
      },
    )
  }

  it('gives each group its size and the generator 2', () => {
    for (const name of names) {
      const { p, g } = finiteFieldGroup(name)
      expect(8 * p.length).toBe(Number(name.replace(/\D/g, '')))
      expect(g).toEqual(Uint8Array.of(2))
    }
  })

  it('computes a group once', () => {
    expect(finiteFieldGroup('ffdhe3072')).toBe(finiteFieldGroup('ffdhe3072'))
  })

  it('states the exponent lengths of RFC 7919, appendix A', () => {
    const lengths = bits.map((size) => finiteFieldGroup(`ffdhe${size}` as FiniteFieldGroupName).exponentBits)
    expect(lengths).toEqual([225, 275, 325, 375, 400])
  })
})

describe('recognizeGroup', () => {
  it('knows every group by value, whatever zeros stand in front', () => {
    for (const name of names) {
      const { p, g } = finiteFieldGroup(name)
      expect(recognizeGroup(p, g)).toBe(name)
      expect(recognizeGroup(concat(Uint8Array.of(0), p), Uint8Array.of(0, 2))).toBe(name)
    }
  })

  it('does not know a prime with one bit changed, another generator, or other lengths', () => {
    for (const name of names) {
      const { p, g } = finiteFieldGroup(name)
      const changed = p.slice()
      changed[100] = (changed[100] ?? 0) ^ 1
      expect(recognizeGroup(changed, g)).toBeUndefined()
      expect(recognizeGroup(p, Uint8Array.of(5))).toBeUndefined()
      expect(recognizeGroup(p.subarray(1), g)).toBeUndefined()
      expect(recognizeGroup(concat(p, Uint8Array.of(0xff)), g)).toBeUndefined()
    }
  })

  it('answers for nonsense', () => {
    expect(recognizeGroup(new Uint8Array(0), new Uint8Array(0))).toBeUndefined()
    expect(recognizeGroup(new Uint8Array(300), Uint8Array.of(2))).toBeUndefined()
    expect(recognizeGroup(fromHex('ff'.repeat(256)), Uint8Array.of(2))).toBeUndefined()
    expect(recognizeGroup(fromHex('ff'.repeat(8)), Uint8Array.of(2))).toBeUndefined()
    expect(recognizeGroup(new Uint8Array(70000).fill(0xff), Uint8Array.of(2))).toBeUndefined()
  })
})
