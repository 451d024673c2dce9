/** Names of cipher suites that are not this library's: as OpenSSL has them, and no number twice. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { suiteName } from '../../src/inspect/other-cipher-suites.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { program } from '../support/outside.js'

const openssl = program('openssl')

describe('names of cipher suites', () => {
  it('are those of this library for its own', () => {
    for (const [name, number] of Object.entries(CipherSuite)) expect(suiteName(number)).toBe(name)
  })

  it('say what is GREASE, and give a number where there is no name', () => {
    expect(suiteName(0x4a4a)).toBe('GREASE (0x4a4a)')
    expect(suiteName(0x4a5a)).toBe('0x4a5a')
    expect(suiteName(0xfefe)).toBe('0xfefe')
  })

  it.skipIf(openssl === undefined)('agree with OpenSSL, also for suites that it has long given up', () => {
    const argv = ['ciphers', '-V', '-stdname', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0']
    const lines = execFileSync(openssl ?? 'openssl', argv, { encoding: 'utf8' })
      .trim()
      .split('\n')
    const theirs = lines.flatMap((line) => {
      const [, high = '', low = '', name = ''] = /0x(..),0x(..) - (TLS_\S+)/.exec(line) ?? []
      return name === '' ? [] : [[Number.parseInt(`${high}${low}`, 16), name] as const]
    })
    expect(theirs.length).toBeGreaterThan(100)
    for (const [number, name] of theirs) expect(suiteName(number)).toBe(name)
  })

  it('stand for one number each', () => {
    const names = Array.from({ length: 0x10000 }, (_, suite) => suiteName(suite)).filter((name) =>
      name.startsWith('TLS_'),
    )
    expect(names.length).toBeGreaterThan(300)
    expect(new Set(names).size).toBe(names.length)
  })
})
