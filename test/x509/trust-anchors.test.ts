import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { anchorsFromPem, PemError } from '../../src/x509/index.js'
import { nodeRoots, systemRoots } from '../../src/x509/system-roots.js'
import { pki } from '../support/pki.js'

const hex = (certificates: readonly Uint8Array[]): string[] => certificates.map((der) => toHex(new Uint8Array(der)))
const directory = mkdtempSync(join(tmpdir(), 'tls12-roots-'))
afterAll(() => rmSync(directory, { recursive: true }))

describe('anchorsFromPem', () => {
  it('reads a bundle, each certificate once', () => {
    const bundle = `# our roots\n${pki.ca.certPem}\nonce more\n${pki.ca.rsa.certPem}`
    expect(hex(anchorsFromPem(bundle))).toEqual(hex(pki.ca.certificates))
  })

  it('refuses a bundle without certificates, or with a broken one', () => {
    expect(() => anchorsFromPem('')).toThrow(PemError)
    expect(() => anchorsFromPem(pki.ca.certPem.slice(0, -60))).toThrow(PemError)
  })
})

describe('nodeRoots', () => {
  it('are those of node:tls, but for the few that may break RFC 5280', () => {
    const expected = rootCertificates.map((pem) => new X509Certificate(pem).fingerprint256)
    const roots = nodeRoots().map((der) => new X509Certificate(Buffer.from(der)).fingerprint256)
    expect(expected).toEqual(expect.arrayContaining(roots))
    expect(roots.length).toBeGreaterThan(0.97 * expected.length)
  })
})

describe('systemRoots', () => {
  it('reads the file that SSL_CERT_FILE names', () => {
    expect(hex(systemRoots({ SSL_CERT_FILE: pki.ca.certPath }))).toEqual(hex(pki.ca.certificates))
  })

  it('reads the certificates of the directories in SSL_CERT_DIR, and skips what it cannot read', () => {
    writeFileSync(join(directory, 'one.pem'), pki.ca.rsa.certPem)
    writeFileSync(join(directory, '0123abcd.0'), pki.ca.ecdsa.certPem)
    writeFileSync(join(directory, 'again.crt'), pki.ca.ecdsa.certPem)
    writeFileSync(join(directory, 'broken.pem'), pki.ca.rsa.certPem.slice(0, 300))
    writeFileSync(join(directory, 'no-certificate.txt'), pki.impostor.ca.rsa.certPem)
    const environment = { SSL_CERT_DIR: [directory, join(directory, 'absent')].join(delimiter) }
    expect(hex(systemRoots(environment)).toSorted()).toEqual(hex(pki.ca.certificates).toSorted())
    const both = { ...environment, SSL_CERT_FILE: pki.impostor.ca.certPath }
    expect(systemRoots(both)).toHaveLength(4)
  })

  it('is empty where what was named is not there, rather than something else', () => {
    expect(systemRoots({ SSL_CERT_FILE: join(directory, 'absent') })).toEqual([])
  })

  it('finds nothing but certificates by itself', () => {
    for (const der of systemRoots({})) expect(new X509Certificate(Buffer.from(der)).ca).toBe(true)
  })
})
