import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { targets } from './targets.js'
import { absent, wycheproof } from './wycheproof.js'
import { emptyTally, runFile } from './wycheproof-tally.js'

const SUFFIX = '_test.json'
const names = (wycheproof === undefined ? [] : readdirSync(wycheproof))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))

/** Files that hold nothing for TLS 1.2. */
const USELESS = /^(ecdh_secp\d+r1|x(25519|448)_asn)$/

// Of large keys and curves one vector in two to four; `npm run wycheproof` takes all.
describe.skipIf(absent).each(targets)('Wycheproof with $name (skipped without ../shared/conformance)', (target) => {
  it.each(names)('%s', async (name) => {
    const tally = emptyTally()
    await runFile(target, name, tally, { sampled: true })
    expect(tally.failed).toEqual([])
    if (USELESS.test(name)) expect(tally.passed).toBe(0)
    else expect(tally.passed).toBeGreaterThan(2)
  })

  it('reads all the files', () => expect(names.length).toBeGreaterThan(50))
})
