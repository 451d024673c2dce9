import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/bytes/convert.js'
import {
  importCredentials,
  KeystoreError,
  type KeystoreLimits,
  type KeystorePrimitives,
  PemError,
  privateKeyInfoFromPem,
} from '../../../src/x509/index.js'
import { child, parts, readTree, writeTree } from '../../support/der-editor.js'
import { noble } from '../../support/endpoints.js'
import { pki } from '../../support/pki.js'
import { fast, flipped, keystoreNames, PASSWORD, reasonOf, refusal, textOf } from './support.js'

const pemNames = keystoreNames.filter((name) => name.endsWith('.pem'))
const supported = pemNames.filter((name) => !name.includes('unsupported'))
const open = (text: string, password = PASSWORD): Uint8Array => privateKeyInfoFromPem(text, { password, crypto: fast })
const hex = (bytes: Uint8Array): string => toHex(new Uint8Array(bytes))

const bodyOf = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replace(/-----.*-----|^.*:.*$/gm, '').replace(/\s/g, ''), 'base64'))

/** The text with other bytes in its base64; boundaries and headers stay. */
function withBody(text: string, bytes: Uint8Array): string {
  const [, start = '', end = ''] = /^(.*?(?:\n\n|-----\n))[^:]*?\n(-----END.*)$/s.exec(text) ?? []
  return `${start}${Buffer.from(bytes).toString('base64')}\n${end}`
}

describe('an encrypted PEM key', () => {
  it('exists here in every supported kind', () => {
    expect(supported.length).toBe(17)
  })

  it.each(supported)('%s opens to the key that Node reads from it', (name) => {
    const text = textOf(name)
    const read = createPrivateKey({ key: Buffer.from(open(text)), format: 'der', type: 'pkcs8' })
    const { keyPem } = name.includes('rsa') ? pki.server.rsa : pki.server.ecdsaP256
    expect(read.equals(createPrivateKey(keyPem))).toBe(true)
    if (!name.includes('v1')) expect(read.equals(createPrivateKey({ key: text, passphrase: PASSWORD }))).toBe(true)
  })

  it('opens with the primitives of the noble provider alike', () => {
    for (const name of supported.filter((one) => !one.includes('sha384'))) {
      const opened = privateKeyInfoFromPem(textOf(name), { password: PASSWORD, crypto: noble })
      expect(hex(opened)).toBe(hex(open(textOf(name))))
    }
  })

  it.each(supported)('%s says that a password is wrong', (name) => {
    for (const password of ['', 'wrong', `${PASSWORD} `, 'Correct horse']) {
      expect(refusal(() => open(textOf(name), password)).reason).toBe('wrong_password')
    }
  })

  it.each(supported)('%s without a password is a PemError that asks for one', (name) => {
    expect(() => privateKeyInfoFromPem(textOf(name))).toThrow(PemError)
    expect(() => privateKeyInfoFromPem(textOf(name))).toThrow('give its password')
  })

  it.each(pemNames.filter((name) => name.includes('unsupported')))(
    '%s is unsupported, whatever the password',
    (name) => {
      for (const password of [PASSWORD, 'wrong']) {
        expect(refusal(() => open(textOf(name), password)).reason).toBe('unsupported')
      }
    },
  )

  it('opens with certificates beside it and CRLF line ends', () => {
    const text = `${pki.server.rsa.certPem}${textOf('traditional-rsa-aes128.pem')}`.replaceAll('\n', '\r\n')
    expect(hex(open(text))).toBe(hex(pki.server.rsa.privateKeyInfo))
  })

  it('ignores the password where the key is not encrypted', () => {
    expect(hex(open(pki.server.rsa.keyPem))).toBe(hex(pki.server.rsa.privateKeyInfo))
  })

  it('keeps to the limit of iterations', () => {
    const protection = { password: PASSWORD, crypto: fast, limits: { maxIterations: 2047 } }
    const text = textOf('pkcs8-aes256-sha256.pem')
    expect(refusal(() => privateKeyInfoFromPem(text, protection)).reason).toBe('over_budget')
    const enough = { ...protection, limits: { maxIterations: 2048 } }
    expect(privateKeyInfoFromPem(text, enough).length).toBeGreaterThan(100)
  })
})

describe('a key under scrypt', () => {
  /** SEQUENCE (scrypt) { SEQUENCE { salt, N, r, p } } as `openssl pkcs8 -scrypt` writes them, with other numbers. */
  const asking = (cost: readonly number[], blockSize: readonly number[], parallel: readonly number[]): string => {
    const body = bodyOf(textOf('pkcs8-scrypt.pem'))
    const encrypted = readTree(body)
    const derivation = child(child(child(encrypted, 0), 1), 0)
    const fields = parts(child(derivation, 1))
    for (const [i, bytes] of [cost, blockSize, parallel].entries())
      fields[i + 1] = { tag: 2, bytes: Uint8Array.from(bytes) }
    return withBody(textOf('pkcs8-scrypt.pem'), writeTree(encrypted))
  }
  const counted = () => {
    let calls = 0
    const crypto: KeystorePrimitives = {
      ...fast,
      scrypt: (password, salt, cost, length) => {
        calls++
        return fast.scrypt?.(password, salt, cost, length) ?? new Uint8Array()
      },
    }
    return { crypto, calls: () => calls }
  }

  it('opens with the numbers that OpenSSL writes: 16384, 8, 1', () => {
    expect(hex(open(asking([0x40, 0], [8], [1])))).toBe(hex(open(textOf('pkcs8-scrypt.pem'))))
  })

  it.each([
    ['memory: 2^20 blocks of 1,024 bytes', [0x10, 0, 0], [8], [1]],
    ['memory: the longest blocks that there are', [2], [0x7f, 0xff, 0xff, 0xff], [1]],
    ['memory: as many lanes as there are', [2], [1], [0x7f, 0xff, 0xff, 0xff]],
    ['time: 64 lanes of 16 MiB', [0x40, 0], [8], [64]],
  ])('is refused before it takes %s', (_what, cost, blockSize, parallel) => {
    const { crypto, calls } = counted()
    const text = asking(cost, blockSize, parallel)
    expect(refusal(() => privateKeyInfoFromPem(text, { password: PASSWORD, crypto })).reason).toBe('over_budget')
    expect(calls()).toBe(0)
  })

  it.each([
    ['one', [1], [8], [1]],
    ['no power of two', [0x40, 1], [8], [1]],
    ['2^16 for a block size of one (RFC 7914 §6)', [1, 0, 0], [1], [1]],
    ['nothing', [0], [8], [1]],
    ['below nothing', [0xff], [8], [1]],
  ])('whose cost is %s is damaged', (_what, cost, blockSize, parallel) => {
    expect(refusal(() => open(asking(cost, blockSize, parallel))).reason).toBe('damaged')
  })

  it('keeps to limits of the caller’s, to the byte and to the call', () => {
    const memory = 128 * 8 * (16_384 + 1)
    const calls = 4 * 16_384 * 8
    const under = (limits: KeystoreLimits) => () =>
      privateKeyInfoFromPem(textOf('pkcs8-scrypt.pem'), { password: PASSWORD, crypto: fast, limits })
    expect(under({ maxMemory: memory, maxIterations: calls })().length).toBeGreaterThan(100)
    expect(refusal(under({ maxMemory: memory - 1 })).reason).toBe('over_budget')
    expect(refusal(under({ maxIterations: calls - 1 })).reason).toBe('over_budget')
  })

  it('is unsupported by a provider without scrypt', () => {
    const { scrypt: _none, ...crypto } = fast
    const text = textOf('pkcs8-scrypt.pem')
    expect(refusal(() => privateKeyInfoFromPem(text, { password: PASSWORD, crypto })).reason).toBe('unsupported')
  })
})

describe('a damaged PEM key', () => {
  const headers = textOf('traditional-rsa-aes128.pem')

  it.each([
    ['another order of headers', headers.replace(/(Proc-Type.*)\n(DEK-Info.*)\n/, '$2\n$1\n'), 'headers|encrypted'],
    ['no DEK-Info', headers.replace(/DEK-Info.*\n/, ''), 'headers|encrypted'],
    ['no blank line behind the headers', headers.replace('\n\n', '\n'), 'headers|encrypted|base64'],
  ])('with %s is a PemError', (_what, text, reasons) => {
    expect(text).not.toBe(headers)
    try {
      open(text)
      throw new Error('it was opened')
    } catch (error) {
      if (!(error instanceof PemError)) throw error
      expect(reasons.split('|')).toContain(error.reason)
    }
  })

  it('with an IV of another length is damaged', () => {
    const text = headers.replace(/(DEK-Info: AES-128-CBC,..).*\n/, '$1\n')
    expect(refusal(() => open(text)).reason).toBe('damaged')
  })

  it.each(['traditional-ec-aes256.pem', 'pkcs8-aes256-sha256.pem'])('%s cut short at any byte is damaged', (name) => {
    const text = textOf(name)
    const body = bodyOf(text)
    expect(hex(open(withBody(text, body)))).toBe(hex(open(text)))
    for (let length = 1; length < body.length; length++) {
      const cut = withBody(text, body.subarray(0, length))
      try {
        open(cut)
        throw new Error(`${length} bytes were opened`)
      } catch (error) {
        // whole blocks are missing from the traditional form without a trace but the length inside, seen as damage too
        const reason = error instanceof PemError || error instanceof KeystoreError ? error.reason : String(error)
        expect(['damaged', 'not_der', ...(name.startsWith('trad') ? ['wrong_password'] : [])]).toContain(reason)
      }
    }
  })

  it('never gets as far as a credential: every flipped bit of a ciphertext is found', () => {
    const text = textOf('pkcs8-aes256-sha256.pem')
    const body = bodyOf(text)
    const reasons: Record<string, number> = {}
    for (let bit = 0; bit < 8 * body.length; bit += 5) {
      const changed = withBody(text, flipped(body, bit))
      const reason = reasonOf(() => {
        try {
          const privateKeyInfo = open(changed)
          if (hex(privateKeyInfo) === hex(pki.server.ecdsaP256.privateKeyInfo)) return
          importCredentials([{ certificateChain: [pki.server.ecdsaP256.certificate], privateKeyInfo }], noble)
          throw new Error(`bit ${bit} was not found`)
        } catch (error) {
          if (!(error instanceof PemError)) throw error
        }
      })
      reasons[reason ?? 'harmless or PEM'] = (reasons[reason ?? 'harmless or PEM'] ?? 0) + 1
    }
    // a changed scalar or public key decrypts without a trace: the provider finds those
    for (const reason of ['damaged', 'unsupported', 'wrong_password']) expect(Object.keys(reasons)).toContain(reason)
  })
})
