/** Core, noble and WebCrypto where they are meant to run: in a page. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { program } from '../support/outside.js'
import { type PkiEntry, type PkiKind, pki } from '../support/pki.js'
import { visit } from './chromium.js'
import type { Material, Outcome, Party, Report } from './material.js'

const chromium = program('chromium', '--version')

/** Keys that every Chromium has had for long; Ed25519 came later, and Ed448 has not come. */
const kinds: readonly PkiKind[] = ['ecdsaP256', 'ecdsaP384', 'ecdsaP521', 'rsa', 'rsaPss']
/** What WebCrypto binds a key to: padding and hash for RSA. */
const keysOf: Partial<Record<PkiKind, number>> = { rsa: 7, rsaPss: 3 }

const partyOf = ({ certificateChain, privateKeyInfo }: PkiEntry): Party => ({
  certificateChain: certificateChain.map(toHex),
  privateKeyInfo: toHex(privateKeyInfo),
})

async function report(browser: string): Promise<Report> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2023', logLevel: 'silent' },
  })
  const material: Material = Object.fromEntries(
    kinds.map((kind) => [kind, { client: partyOf(pki.client[kind]), server: partyOf(pki.server[kind]) }]),
  )
  const posted = await visit(browser, {
    '/': {
      type: 'text/html',
      body: '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
    },
    '/page.js': { type: 'text/javascript', body: outputFiles[0]?.contents ?? '' },
    '/material.json': { type: 'application/json', body: JSON.stringify(material) },
  })
  return JSON.parse(posted)
}

/** A mutual handshake, and data both ways. */
function expectMutual(outcome: Outcome | undefined): void {
  expect(outcome?.proofs).toEqual(['certificate and signature', 'certificate and signature'])
  expect(outcome?.heard).toEqual(['from server to client', 'from client to server'])
}

describe.skipIf(chromium === undefined)('in a page of headless Chromium (skipped without chromium)', () => {
  let found: Report
  beforeAll(async () => {
    found = await report(chromium ?? '')
  }, 120_000)

  test('nothing goes wrong', () => {
    expect(found.error).toBeUndefined()
  })

  test('core and noble alone, all at once', () => {
    expectMutual(found.noble)
    expect(found.noble?.cipherSuite).toBe('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256')
  })

  test.each(kinds)('mutual handshake over streams with keys of the kind %s that nothing takes out', (kind) => {
    expectMutual(found.webcrypto?.[kind])
    const { extractable, errors } = found.exports?.[kind] ?? { extractable: [], errors: [] }
    expect(extractable).toEqual(new Array(keysOf[kind] ?? 1).fill(false))
    expect(errors).toHaveLength(4 * extractable.length)
    // the two formats of private keys are refused because the key may not leave
    expect(errors.filter((error) => error === 'InvalidAccessError').length).toBeGreaterThanOrEqual(
      2 * extractable.length,
    )
    expect(errors).not.toContain('exported')
  })

  test('the page can say what its browser does itself', () => {
    const from = (answer: string, of?: string) =>
      found.capabilities?.find((one) => one.answer === answer && one.of === of)?.from
    expect(from('generateKeyShare', 'secp256r1')).toBe('native')
    expect(from('generateKeyShare', 'x448')).toBe('beside')
    expect(from('verifySignature', 'rsa_pss_rsae_sha256 with a key of rsa')).toBe('native')
    expect(from('sign with a CryptoKey', 'ecdsa_secp256r1_sha256 with a key of secp256r1')).toBe('native')
    expect(from('sign with a CryptoKey', 'ed448 with a key of ed448')).toBe('missing')
    expect(from('aead')).toBe('beside')
  })
})
