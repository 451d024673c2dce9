import { createPrivateKey, type KeyExportOptions, type KeyObject, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import {
  certificatesFromPem,
  PemError,
  type PemErrorReason,
  privateKeyInfoFromPem,
  readPem,
} from '../../src/x509/pem.js'
import { pki, pkiKinds } from '../support/pki.js'

const { certPem, chainPem, keyPem } = pki.server.rsa
const plain = (bytes: Uint8Array): string => toHex(new Uint8Array(bytes))
const exported = (key: KeyObject, options: KeyExportOptions<'pem'>): string => String(key.export(options))

/** The error that `f` throws, after making sure that it quotes no line of `text` but boundaries. */
function refusal(f: (text: string) => unknown, text: string): PemError {
  try {
    f(text)
  } catch (error) {
    if (!(error instanceof PemError)) throw error
    const shown = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`
    for (const line of text.split(/\r?\n/)) {
      if (line.length > 8 && !line.includes('-----')) expect(shown).not.toContain(line)
    }
    return error
  }
  throw new Error('nothing was thrown')
}

const reasonFor = (f: (text: string) => unknown, text: string): PemErrorReason => refusal(f, text).reason

describe('readPem', () => {
  it('reads the labels and bytes that Node reads, in order', () => {
    const blocks = readPem(`${chainPem}${keyPem}`)
    expect(blocks.map(({ label }) => label)).toEqual(['CERTIFICATE', 'CERTIFICATE', 'PRIVATE KEY'])
    expect(plain(blocks[0]?.der ?? new Uint8Array())).toBe(plain(new X509Certificate(certPem).raw))
    expect(plain(blocks[1]?.der ?? new Uint8Array())).toBe(plain(new X509Certificate(pki.ca.rsa.certPem).raw))
    const key = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' })
    expect(plain(blocks[2]?.der ?? new Uint8Array())).toBe(plain(key))
  })

  it.each([
    ['CRLF', certPem.replaceAll('\n', '\r\n')],
    ['CR', certPem.replaceAll('\n', '\r')],
    ['no line end behind END', certPem.trimEnd()],
    ['trailing blanks', certPem.replaceAll('\n', ' \t\n')],
    ['explanatory text around it', `Subject: CN=x\n- end of it --\n${certPem}and more - text -----\n`],
    ['a byte order mark', `\uFEFF${certPem}`],
    ['one long line', certPem.replace(/(?<![-])\n(?!-)/g, '')],
    ['a blank line before the base64', certPem.replace('-----\n', '-----\n\n')],
  ])('reads %s', (_what, text) => {
    const [block, ...more] = readPem(text)
    expect(more).toEqual([])
    expect(plain(block?.der ?? new Uint8Array())).toBe(plain(new X509Certificate(certPem).raw))
  })

  it('finds no block in a text without boundaries', () => {
    expect(readPem('')).toEqual([])
    expect(readPem('nothing\n-----\n')).toEqual([])
  })

  it.each<[string, PemErrorReason, string]>([
    ['a text cut short', 'boundary', certPem.slice(0, 400)],
    ['an END without BEGIN', 'boundary', certPem.slice(certPem.indexOf('\n') + 1)],
    ['another label behind END', 'boundary', certPem.replace('END CERTIFICATE', 'END PRIVATE KEY')],
    ['a block inside a block', 'boundary', certPem.replace('\n', '\n-----BEGIN CERTIFICATE-----\n')],
    ['four hyphens', 'boundary', certPem.replace('-----BEGIN', '----BEGIN')],
    ['an indented boundary', 'boundary', `  ${certPem}`],
    ['a boundary in lower case', 'boundary', certPem.replace('BEGIN', 'begin')],
    ['something behind a boundary', 'boundary', certPem.replace('CERTIFICATE-----\n', 'CERTIFICATE-----x\n')],
    ['headers', 'headers', certPem.replace('-----\n', '-----\nContent-Domain: RFC822\n\n')],
    ['a character outside the alphabet', 'base64', certPem.replace('\nMII', '\nM!I')],
    ['a lost character', 'base64', certPem.replace('\nMII', '\nMI')],
    ['a blank line amid the base64', 'base64', certPem.replace(/(\n.*\n.*\n)/, '$1\n')],
    ['an indented line', 'base64', certPem.replace('\nMII', '\n MII')],
    ['no base64 at all', 'base64', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
  ])('refuses %s', (_what, reason, text) => {
    expect(reasonFor(readPem, text)).toBe(reason)
  })

  it('names the line of the block that is wrong', () => {
    expect(refusal(readPem, `one\ntwo\n${certPem.slice(0, 400)}`).message).toContain('line 3')
  })
})

describe('certificatesFromPem', () => {
  it.each(pkiKinds)('reads the chain of %s', (kind) => {
    const entry = pki.server[kind]
    const read = certificatesFromPem(`${entry.keyPem}${entry.chainPem}`)
    expect(read.map((der) => new X509Certificate(Buffer.from(der)).subject)).toEqual([
      new X509Certificate(entry.certPem).subject,
      new X509Certificate(entry.certPem).issuer,
    ])
  })

  it('skips an encrypted key beside the certificate', () => {
    const key = createPrivateKey(keyPem)
    const options = { format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' } as const
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      expect(certificatesFromPem(exported(key, { type, ...options }) + certPem)).toHaveLength(1)
    }
  })

  it('refuses a text without certificates and says what it holds', () => {
    const { reason, message } = refusal(certificatesFromPem, keyPem)
    expect(reason).toBe('no_certificate')
    expect(message).toContain('it holds PRIVATE KEY')
    expect(reasonFor(certificatesFromPem, '')).toBe('no_certificate')
  })

  it('refuses a block that is not one DER element', () => {
    const block = (bytes: Uint8Array): string =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64')}\n-----END CERTIFICATE-----\n`
    const { certificate } = pki.server.rsa
    expect(certificatesFromPem(block(certificate))).toHaveLength(1)
    expect(reasonFor(certificatesFromPem, block(certificate.subarray(0, -1)))).toBe('not_der')
    expect(reasonFor(certificatesFromPem, block(Uint8Array.of(...certificate, 0)))).toBe('not_der')
    expect(reasonFor(certificatesFromPem, block(Uint8Array.of(4, 1, 0)))).toBe('not_der')
  })
})

describe('privateKeyInfoFromPem', () => {
  it.each(pkiKinds)('reads the PKCS#8 key of %s', (kind) => {
    const { keyPem: text, certPem: certificate } = pki.client[kind]
    const expected = createPrivateKey(text).export({ type: 'pkcs8', format: 'der' })
    expect(plain(privateKeyInfoFromPem(certificate + text))).toBe(plain(expected))
  })

  it('wraps a PKCS#1 key as Node does', () => {
    const key = createPrivateKey(keyPem)
    const wrapped = privateKeyInfoFromPem(exported(key, { type: 'pkcs1', format: 'pem' }))
    expect(plain(wrapped)).toBe(plain(key.export({ type: 'pkcs8', format: 'der' })))
  })

  it.each(['ecdsaP256', 'ecdsaP384', 'ecdsaP521'] as const)(
    'wraps a SEC 1 key of %s to one that Node takes for the same',
    (kind) => {
      const key = createPrivateKey(pki.server[kind].keyPem)
      const wrapped = privateKeyInfoFromPem(exported(key, { type: 'sec1', format: 'pem' }))
      const read = createPrivateKey({ key: Buffer.from(wrapped), format: 'der', type: 'pkcs8' })
      expect(read.equals(key)).toBe(true)
    },
  )

  it('skips the EC PARAMETERS block that openssl writes before a key', () => {
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
    const key = createPrivateKey(pki.server.ecdsaP256.keyPem)
    expect(privateKeyInfoFromPem(parameters + exported(key, { type: 'sec1', format: 'pem' })).length).toBeGreaterThan(
      100,
    )
  })

  it('refuses encrypted keys of both forms where no password is given, and says that one is needed', () => {
    const key = createPrivateKey(keyPem)
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      const text = exported(key, { type, format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
      const { reason, message } = refusal(privateKeyInfoFromPem, text)
      expect(reason).toBe('encrypted')
      expect(message).toContain('give its password')
    }
  })

  it.each<[string, PemErrorReason, string]>([
    ['no key', 'no_private_key', certPem],
    ['two keys', 'several_private_keys', keyPem + pki.client.rsa.keyPem],
    ['a key of another format', 'unsupported_private_key', keyPem.replaceAll('PRIVATE', 'OPENSSH PRIVATE')],
    ['a name of Object.prototype', 'no_private_key', keyPem.replaceAll('PRIVATE KEY', 'constructor')],
    ['a PKCS#8 key under the PKCS#1 label', 'not_der', keyPem.replaceAll('PRIVATE', 'RSA PRIVATE')],
    ['a PKCS#8 key under the SEC 1 label', 'not_der', keyPem.replaceAll('PRIVATE', 'EC PRIVATE')],
  ])('refuses %s', (_what, reason, text) => {
    expect(reasonFor(privateKeyInfoFromPem, text)).toBe(reason)
  })
})
