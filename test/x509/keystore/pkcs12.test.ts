import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/bytes/convert.js'
import { importCredentials, openPkcs12, type Pkcs12Options } from '../../../src/x509/index.js'
import { mutual, noble, play } from '../../support/endpoints.js'
import { type PkiEntry, pki } from '../../support/pki.js'
import { bytesOf, fast, flipped, keystoreNames, PASSWORD, reasonOf, refusal, UNICODE_PASSWORD } from './support.js'

const { ecdsaP256, rsa } = pki.server
const hex = (bytes: Uint8Array): string => toHex(new Uint8Array(bytes))
const subjectOf = (der: Uint8Array): string => new X509Certificate(Buffer.from(der)).subject

const open = (name: string, password = PASSWORD, options: Pkcs12Options = {}) =>
  openPkcs12(bytesOf(name), password, fast, options)

/** Files with one key and its chain, and whose key it is. */
const files: readonly (readonly [name: string, entry: PkiEntry, password: string, friendlyName: string | undefined])[] =
  [
    ['openssl-modern.p12', ecdsaP256, PASSWORD, 'my server'],
    ['openssl-modern-rsa.p12', rsa, PASSWORD, 'my server'],
    ['openssl-sha384-mac.p12', ecdsaP256, PASSWORD, 'my server'],
    ['openssl-sha224-mac.p12', ecdsaP256, PASSWORD, 'my server'],
    ['openssl-legacy.p12', ecdsaP256, PASSWORD, 'my server'],
    ['openssl-legacy-rsa.p12', rsa, PASSWORD, 'my server'],
    ['openssl-legacy-descert.p12', ecdsaP256, PASSWORD, 'my server'],
    ['openssl-legacy-rc2-128.p12', ecdsaP256, PASSWORD, 'my server'],
    ['openssl-unencrypted.p12', ecdsaP256, PASSWORD, 'my server'],
    ['openssl-empty-password.p12', ecdsaP256, '', 'my server'],
    ['openssl-empty-password-legacy.p12', ecdsaP256, '', 'my server'],
    ['openssl-unicode.p12', ecdsaP256, UNICODE_PASSWORD, 'my server'],
    ['openssl-unicode-legacy.p12', ecdsaP256, UNICODE_PASSWORD, 'my server'],
    ['openssl-ed25519.p12', pki.client.ed25519, PASSWORD, 'my server'],
    ['gnutls-aes256.p12', ecdsaP256, PASSWORD, 'by gnutls'],
    ['java-modern.p12', ecdsaP256, PASSWORD, 'my server'],
    ['java-legacy.p12', rsa, PASSWORD, 'my server'],
    ['java-ed25519.p12', pki.client.ed25519, PASSWORD, 'my server'],
    ['composed-der.p12', ecdsaP256, PASSWORD, undefined],
    ['composed-ber.p12', ecdsaP256, PASSWORD, undefined],
    ['composed-pbmac1.p12', ecdsaP256, PASSWORD, undefined],
  ]

describe('openPkcs12', () => {
  it.each(files)('opens %s: key, chain in order, names', (name, entry, password, friendlyName) => {
    const { credentials, certificates } = open(name, password)
    const [credential, ...more] = credentials
    if (credential === undefined) throw new Error('it holds no credential')
    expect(more).toEqual([])
    const key = createPrivateKey({ key: Buffer.from(credential.privateKeyInfo), format: 'der', type: 'pkcs8' })
    expect(key.equals(createPrivateKey(entry.keyPem))).toBe(true)
    expect(credential.certificateChain.map(hex)).toEqual(entry.certificateChain.map(hex))
    expect(credential.friendlyName).toBe(friendlyName)
    expect(credential.localKeyId).toBeInstanceOf(Uint8Array)
    expect(certificates.map(hex)).toEqual(expect.arrayContaining(entry.certificateChain.map(hex)))
  })

  // GnuTLS's file takes seconds for each guess
  it.each(files.filter(([name]) => !name.startsWith('gnutls')))('%s refuses a wrong password as such', (name) => {
    const guesses = name === 'java-legacy.p12' ? ['wrong'] : ['wrong', `${PASSWORD} `, 'Correct horse', '\u{1f600}']
    for (const password of guesses) expect(refusal(() => open(name, password)).reason).toBe('wrong_password')
  })

  it('opens both worlds with the primitives of the noble provider', () => {
    for (const name of ['openssl-modern.p12', 'openssl-legacy.p12', 'composed-ber.p12', 'composed-pbmac1.p12']) {
      const [credential] = openPkcs12(bytesOf(name), PASSWORD, noble).credentials
      expect(hex(credential?.privateKeyInfo ?? new Uint8Array())).toBe(hex(ecdsaP256.privateKeyInfo))
    }
  })

  it('covers every file that is there', () => {
    const others = ['no-', 'mismatch', 'other', 'leaf-only', 'two-keys', 'truststore']
    const rest = keystoreNames.filter((name) => name.endsWith('.p12') && !others.some((word) => name.includes(word)))
    expect(rest.toSorted()).toEqual(files.map(([name]) => name).toSorted())
  })

  it('finds certificates for several keys by their public keys, and takes a chain apart that is in no order', () => {
    const { credentials, certificates } = open('composed-two-keys.p12')
    expect(credentials.map(({ certificateChain }) => certificateChain.map(subjectOf))).toEqual([
      rsa.certificateChain.map(subjectOf),
      pki.client.ecdsaP384.certificateChain.map(subjectOf),
    ])
    expect(certificates).toHaveLength(4)
  })

  it('reads files of certificates alone', () => {
    expect(open('java-truststore.p12')).toEqual({ credentials: [], certificates: [expect.any(Uint8Array)] })
    const { credentials, certificates } = open('openssl-no-keys.p12')
    expect(credentials).toEqual([])
    expect(certificates).toHaveLength(3)
  })

  it('says that a chain is missing', () => {
    expect(refusal(() => open('openssl-no-certificates.p12')).reason).toBe('missing_chain')
    expect(refusal(() => open('composed-other-certificate.p12')).reason).toBe('missing_chain')
  })

  it('says which issuer is missing where a chain must lead somewhere', () => {
    expect(open('openssl-leaf-only.p12').credentials[0]?.certificateChain).toHaveLength(1)
    const elsewhere = { chainTo: [pki.ca.rsa.certificate] }
    const { reason, message } = refusal(() => open('openssl-leaf-only.p12', PASSWORD, elsewhere))
    expect(reason).toBe('missing_chain')
    expect(message).toContain('CN=tls12 test CA ECDSA')
    expect(open('openssl-leaf-only.p12', PASSWORD, { chainTo: [pki.ca.ecdsa.certificate] }).credentials).toHaveLength(1)
    expect(open('openssl-modern.p12', PASSWORD, elsewhere).credentials).toHaveLength(1)
  })

  it('says that key and certificate do not belong together, where that shows', () => {
    expect(refusal(() => open('composed-key-mismatch.p12')).reason).toBe('key_mismatch')
  })

  it('opens a file without a MAC only where that is allowed', () => {
    expect(refusal(() => open('openssl-no-mac.p12')).reason).toBe('unsupported')
    const options = { allowMissingMac: true }
    expect(open('openssl-no-mac.p12', PASSWORD, options).credentials).toHaveLength(1)
    expect(refusal(() => open('openssl-no-mac.p12', 'wrong', options)).reason).toBe('wrong_password')
  })

  it('keeps to its limits', () => {
    const tooFew = { limits: { maxIterations: 599_999 } }
    expect(refusal(() => open('gnutls-aes256.p12', PASSWORD, tooFew)).reason).toBe('over_budget')
    const tooSmall = { limits: { maxBytes: 1000 } }
    expect(refusal(() => open('openssl-modern.p12', PASSWORD, tooSmall)).reason).toBe('over_budget')
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['PEM', new Uint8Array(Buffer.from(rsa.certPem))],
    ['a certificate', rsa.certificate],
    ['a key', rsa.privateKeyInfo],
    ['nested indefinite lengths without end', new Uint8Array(100_000).map((_, i) => (i % 2 === 0 ? 0x30 : 0x80))],
    [
      'empty elements without number',
      new Uint8Array(400_000).map((_, i) => (i < 2 ? ([0x30, 0x80][i] ?? 0) : i % 2 ? 0 : 5)),
    ],
    ['a length beyond all bounds', Uint8Array.of(0x30, 0xfe, ...new Uint8Array(126).fill(0xff))],
  ])('refuses %s without ado', (_what, bytes) => {
    expect(['damaged', 'unsupported', 'over_budget']).toContain(refusal(() => openPkcs12(bytes, PASSWORD, fast)).reason)
  })
})

describe('a damaged PKCS#12 file', () => {
  // ten iterations make it the one that can be opened thousands of times
  const bytes = bytesOf('openssl-sha224-mac.p12')
  const whole = open('openssl-sha224-mac.p12')

  it('is told from a wrong password wherever it is cut', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(() => openPkcs12(bytes.subarray(0, length), PASSWORD, fast)).reason).toBe('damaged')
    }
  })

  it('is damaged with a byte behind it', () => {
    expect(refusal(() => openPkcs12(Uint8Array.of(...bytes, 0), PASSWORD, fast)).reason).toBe('damaged')
  })

  it('is told from a wrong password whichever bit is flipped, or opens to the same', () => {
    const reasons: { damaged: number } & Record<string, number> = { damaged: 0 }
    for (let bit = 0; bit < 8 * bytes.length; bit += 5) {
      const options = { limits: { maxIterations: 100_000 } }
      const reason = reasonOf(() => expect(openPkcs12(flipped(bytes, bit), PASSWORD, fast, options)).toEqual(whole))
      const key = reason ?? 'the same'
      reasons[key] = (reasons[key] ?? 0) + 1
    }
    expect(Object.keys(reasons)).not.toContain('wrong_password')
    expect(reasons.damaged).toBeGreaterThan(3600)
    expect(reasons['the same'] ?? 0).toBeLessThan(20)
  })

  it('decrypts nothing where the MAC does not match but one block of one part', () => {
    const lengths: number[] = []
    const watched = {
      ...fast,
      blockCipher: (...args: Parameters<typeof fast.blockCipher>) => {
        const cipher = fast.blockCipher(...args)
        return {
          ...cipher,
          decrypt: (iv: Uint8Array, input: Uint8Array) => {
            lengths.push(input.length)
            return cipher.decrypt(iv, input)
          },
        }
      },
    }
    openPkcs12(bytes, PASSWORD, watched)
    expect(Math.max(...lengths)).toBeGreaterThan(100)
    lengths.length = 0
    expect(reasonOf(() => openPkcs12(flipped(bytes, 8 * 1000), PASSWORD, watched))).toBe('damaged')
    expect(lengths).toEqual([16])
    lengths.length = 0
    expect(reasonOf(() => openPkcs12(bytes, 'wrong', watched))).toBe('wrong_password')
    expect(lengths.every((length) => length === 16)).toBe(true)
  })
})

describe('importCredentials', () => {
  it('makes credentials of a PKCS#12 file that prove themselves in a handshake', async () => {
    const imported = await importCredentials(open('openssl-legacy.p12').credentials, noble)
    const { client, server } = mutual('ecdsaP256')
    const played = play(client, { ...server, credentials: imported })
    expect(played.faultOf('client')).toBeUndefined()
    expect(played.outputs.filter(({ output }) => output.type === 'established')).toHaveLength(2)
  })

  it('finds by signing what encodings do not show', () => {
    const { credentials } = open('composed-ed25519-mismatch.p12')
    expect(refusal(() => importCredentials(credentials, noble)).reason).toBe('key_mismatch')
  })

  it('refuses a key of another kind than its certificate, and one that cannot be used', () => {
    const certificateChain = [rsa.certificate]
    const other = { certificateChain, privateKeyInfo: ecdsaP256.privateKeyInfo }
    expect(refusal(() => importCredentials([other], noble)).reason).toBe('key_mismatch')
    const none = { certificateChain, privateKeyInfo: rsa.certificate }
    expect(refusal(() => importCredentials([none], noble)).reason).toBe('unsupported')
    const { privateKeyInfo } = rsa
    expect(refusal(() => importCredentials([{ certificateChain: [], privateKeyInfo }], noble)).reason).toBe(
      'missing_chain',
    )
  })

  it('accepts keys of every kind', () => {
    const entries = Object.values(pki.server)
    expect(importCredentials(entries, noble)).toHaveLength(entries.length)
  })

  it('answers with a promise where the key answers later', async () => {
    const later = {
      ...noble,
      importPrivateKey: (info: Uint8Array) => {
        const key = noble.importPrivateKey(info)
        return { ...key, sign: async (...args: Parameters<typeof key.sign>) => key.sign(...args) }
      },
    }
    const answer = importCredentials([ecdsaP256], later)
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toHaveLength(1)
    const mixed = { ...ecdsaP256, privateKeyInfo: pki.client.ecdsaP256.privateKeyInfo }
    await expect(importCredentials([mixed], later)).rejects.toMatchObject({ reason: 'key_mismatch' })
  })
})
