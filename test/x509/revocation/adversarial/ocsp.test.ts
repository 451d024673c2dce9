/** The same OCSP responses before `openssl ocsp` and before our validation: who says what, and who is right. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { program } from '../../../support/outside.js'
import { judge, summary } from '../vectors.js'
import { type OcspCase, ocspCases } from './ocsp-cases.js'
import { issuer, leaf, root, rootList, type Verdict } from './stage.js'

const openssl = program('openssl')
const folder = mkdtempSync(join(tmpdir(), 'tls12-ocsp-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}

/** Its times are judged by the clock of the machine, whatever it is told: so are ours. */
function byOpenssl({ about = leaf, response }: OcspCase): [Verdict, string] {
  const asked = file('leaf.pem', about.pem)
  const { stdout, stderr } = spawnSync('openssl', [
    ...['ocsp', '-respin', file('response.der', response), '-no_nonce', '-CAfile', file('root.pem', root.pem)],
    ...['-no-CApath', '-no-CAstore', '-issuer', file('issuer.pem', issuer.pem), '-cert', asked],
  ])
  const said = `${stdout}${stderr}`
  const [, status] = /leaf\.pem: (\w+)/.exec(String(stdout)) ?? []
  const believed = said.includes('Response verify OK') && !said.includes('WARNING: Status times invalid')
  return [believed && (status === 'good' || status === 'revoked') ? status : 'unknown', said]
}

function byUs({ about = leaf, response }: OcspCase): [Verdict, string] {
  const said = summary(
    judge(
      { certificateChain: [about.der, issuer.der] },
      { mode: 'hard-fail', crls: [rootList], ocspResponses: [response] },
      { anchors: [root.der] },
    ),
  )
  if (said.startsWith('accepted')) return ['good', said]
  return [said.startsWith('revoked:') ? 'revoked' : 'unknown', said]
}

describe('the status by OCSP', () => {
  test.each(ocspCases)('$what: $verdict', (one) => {
    const [ours, why] = byUs(one)
    expect(ours, why).toBe(one.verdict)
  })

  test('where OpenSSL says otherwise, an RFC decides', () => {
    expect(new Set(ocspCases.map(({ what }) => what)).size).toBe(ocspCases.length)
    for (const { what, verdict, openssl: theirs, because } of ocspCases) {
      expect(theirs, what).not.toBe(verdict)
      expect(because ?? '', what).toMatch(theirs === undefined ? /^$/ : /^RFC \d+ §[\d.]+: /)
    }
  })
})

describe.skipIf(openssl === undefined)('openssl ocsp', () => {
  test.each(ocspCases)('$what', (one) => {
    const [theirs, why] = byOpenssl(one)
    expect(theirs, why).toBe(one.openssl ?? one.verdict)
  })
})
