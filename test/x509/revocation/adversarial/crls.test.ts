/** The same chains and CRLs before `openssl verify -crl_check_all` and before our validation: who says what, and who is right. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CertificateError } from '../../../../src/x509/certificate.js'
import { program } from '../../../support/outside.js'
import type { Minted } from '../../minting.js'
import { judge, summary } from '../vectors.js'
import { type CrlCase, firstCrlCases } from './crl-cases.js'
import { keeperCrlCases } from './crl-keeper-cases.js'
import { scopeCrlCases } from './crl-scope-cases.js'
import { issuer, leaf, root, rootList, secondRoot, type Verdict } from './stage.js'

const openssl = program('openssl')
const folder = mkdtempSync(join(tmpdir(), 'tls12-crls-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NOW = new Date('2026-06-01')
const anchors = [root, secondRoot]

function file(name: string, contents: string): string {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}

const pemOf = (certificates: readonly Minted[]): string => certificates.map(({ pem }) => pem).join('')
const crlPem = (der: Uint8Array): string =>
  `-----BEGIN X509 CRL-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END X509 CRL-----\n`

const REVOKED = 23

/** All of the chain, deltas and indirect lists included; `-x509_strict` adds nothing about CRLs. */
function byOpenssl({ chain = [leaf, issuer], beside = [], crls, ofRoot = [rootList] }: CrlCase): [Verdict, string] {
  const [end, ...rest] = chain
  if (end === undefined) throw new Error('an empty chain')
  const untrusted = [...rest, ...beside]
  const lists = [...ofRoot, ...crls]
  const { status, stderr } = spawnSync('openssl', [
    ...['verify', '-no-CApath', '-no-CAstore', '-crl_check_all', '-extended_crl', '-use_deltas'],
    ...['-attime', String(NOW.getTime() / 1000), '-CAfile', file('roots.pem', pemOf(anchors))],
    ...(lists.length === 0 ? [] : ['-CRLfile', file('crls.pem', lists.map(crlPem).join(''))]),
    ...(untrusted.length === 0 ? [] : ['-untrusted', file('rest.pem', pemOf(untrusted))]),
    file('leaf.pem', end.pem),
  ])
  if (status === 0) return ['good', 'OK']
  const [, number, why = String(stderr)] = /error (\d+) .*lookup: (.*)/.exec(String(stderr)) ?? []
  return [Number(number) === REVOKED ? 'revoked' : 'unknown', why]
}

/** A list that cannot be read is refused where it is given, and not only where it is asked. */
function reading(judging: () => string): string {
  try {
    return judging()
  } catch (error) {
    if (error instanceof CertificateError) return `unreadable: ${error.message}`
    throw error
  }
}

function byUs({ chain = [leaf, issuer], beside = [], crls, ofRoot = [rootList] }: CrlCase): [Verdict, string] {
  const said = reading(() =>
    summary(
      judge(
        { certificateChain: chain.map(({ der }) => der) },
        { mode: 'hard-fail', crls: [...ofRoot, ...crls] },
        { anchors: anchors.map(({ der }) => der), intermediates: beside.map(({ der }) => der), time: () => NOW },
      ),
    ),
  )
  if (said.startsWith('accepted')) return ['good', said]
  return [said.startsWith('revoked:') ? 'revoked' : 'unknown', said]
}

const cases = [...firstCrlCases, ...scopeCrlCases, ...keeperCrlCases]

describe('the status by CRLs', () => {
  test.each(cases)('$what: $verdict', (one) => {
    const [ours, why] = byUs(one)
    expect(ours, why).toBe(one.verdict)
  })

  test('no two cases are the same', () => {
    expect(new Set(cases.map(({ what }) => what)).size).toBe(cases.length)
  })

  test('where OpenSSL says otherwise, an RFC decides', () => {
    for (const { what, verdict, openssl: theirs, because } of cases) {
      expect(theirs, what).not.toBe(verdict)
      expect(because ?? '', what).toMatch(theirs === undefined ? /^$/ : /^RFC \d+ §[\d.]+: /)
    }
  })
})

describe.skipIf(openssl === undefined)('openssl verify -crl_check_all', () => {
  test.each(cases)('$what', (one) => {
    const [theirs, why] = byOpenssl(one)
    expect(theirs, why).toBe(one.openssl ?? one.verdict)
  })
})
