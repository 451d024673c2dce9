/** The table of suites against the RFCs' own text and against what OpenSSL says of each. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultCipherSuites } from '../../src/adapters/defaults.js'
import { keyBlockLength } from '../../src/crypto/connection-keys.js'
import { allSuites, type SuiteParameters, suiteParameters } from '../../src/crypto/suite-parameters.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { program, shared } from '../support/outside.js'

const suite = (name: keyof typeof CipherSuite): SuiteParameters => {
  const found = suiteParameters(CipherSuite[name])
  if (found === undefined) throw new Error(`${name} is not in the table`)
  return found
}

describe('the table of suites', () => {
  test('has every suite of the registry once, and no signalling value', () => {
    const names = Object.keys(CipherSuite).filter((name) => !name.endsWith('_SCSV'))
    expect(allSuites.map(({ name }) => name).sort()).toEqual(names.sort())
    expect(new Set(allSuites.map(({ cipherSuite }) => cipherSuite)).size).toBe(allSuites.length)
  })

  test('begins with AEAD and forward secrecy, and unasked offers nothing else', () => {
    const good = ({ name }: SuiteParameters) => /^TLS_(ECDHE|DHE)_(RSA|ECDSA)_WITH_(AES_\d+_GCM|CHACHA20)/.test(name)
    expect(defaultCipherSuites.every(good)).toBe(true)
    expect(defaultCipherSuites).toEqual(allSuites.filter(good))
    const firstBlock = allSuites.findIndex(({ bulk }) => bulk.type === 'block')
    expect(allSuites.slice(firstBlock).every(({ bulk }) => bulk.type === 'block')).toBe(true)
  })

  // by the RFC that says it, as a reader of its text would put it
  test.each([
    ['TLS_RSA_WITH_AES_128_CBC_SHA', 'sha256', 2 * (20 + 16)], // RFC 5246, appendix C
    ['TLS_RSA_WITH_AES_256_CBC_SHA256', 'sha256', 2 * (32 + 32)], // RFC 5246, appendix C
    ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', 'sha384', 2 * (48 + 32)], // RFC 5289, section 3.1
    ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'sha256', 2 * (20 + 32)], // RFC 5246, section 5
    ['TLS_RSA_PSK_WITH_AES_256_CBC_SHA384', 'sha384', 2 * (48 + 32)], // RFC 5487, section 3.1
    ['TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384', 'sha384', 2 * (48 + 32)], // RFC 5489, section 3.2
    ['TLS_RSA_WITH_AES_256_GCM_SHA384', 'sha384', 2 * (32 + 4)], // RFC 5288, section 3
    ['TLS_RSA_WITH_AES_256_CCM', 'sha256', 2 * (32 + 4)], // RFC 6655, section 3
    ['TLS_PSK_DHE_WITH_AES_128_CCM_8', 'sha256', 2 * (16 + 4)], // RFC 6655, section 4
    ['TLS_PSK_WITH_CHACHA20_POLY1305_SHA256', 'sha256', 2 * (32 + 12)], // RFC 7905, section 2
  ] as const)('%s: PRF on %s, %i bytes of key block', (name, prfHash, length) => {
    expect(suite(name).prfHash).toBe(prfHash)
    expect(keyBlockLength(suite(name).bulk)).toBe(length)
  })

  test('the words of one name may stand the other way round', () => {
    expect(suite('TLS_PSK_DHE_WITH_AES_256_CCM_8').keyExchange).toBe('DHE_PSK')
  })
})

const rfcs = shared('rfc')

describe('names and numbers', () => {
  test.skipIf(rfcs === undefined)('are those of the RFC that defines each suite', () => {
    const directory = rfcs ?? ''
    const text = readdirSync(directory)
      .filter((file) => file.endsWith('.txt'))
      .map((file) => readFileSync(join(directory, file), 'latin1'))
      .join('\n')
    const wrong = allSuites.filter(({ name, cipherSuite }) => {
      const [high, low] = [cipherSuite >> 8, cipherSuite & 0xff].map((octet) => `0x0*${octet.toString(16)}`)
      return !new RegExp(`\\b${name}\\s*=?\\s*[({]\\s*${high}\\s*,\\s*${low}\\s*[)}]`, 'i').test(text)
    })
    expect(wrong).toEqual([])
  })
})

interface Opinion {
  readonly keyExchange: string
  readonly encryption: string
  readonly mac: string
}

/** What `openssl ciphers -V` prints: code, name, version, Kx, Au, Enc, Mac. Authentication goes before what it signs. */
function opensslOpinions(): ReadonlyMap<number, Opinion> {
  const list = execFileSync('openssl', ['ciphers', '-V', 'ALL:PSK:COMPLEMENTOFALL:@SECLEVEL=0'], { encoding: 'latin1' })
  const line = /0x(..),0x(..) - \S+ +\S+ +Kx=(\S+) +Au=(\S+) +Enc=(\S+) +Mac=(\S+)/g
  return new Map(
    [...list.matchAll(line)].map(([, high = '', low = '', kx = '', au = '', encryption = '', mac = '']) => [
      Number.parseInt(high + low, 16),
      { keyExchange: kx.endsWith('PSK') || kx === au ? kx : `${kx}/${au}`, encryption, mac },
    ]),
  )
}

const keyExchangeNames: Readonly<Record<SuiteParameters['keyExchange'], string>> = {
  RSA: 'RSA',
  DHE_RSA: 'DH/RSA',
  ECDHE_RSA: 'ECDH/RSA',
  ECDHE_ECDSA: 'ECDH/ECDSA',
  PSK: 'PSK',
  DHE_PSK: 'DHEPSK',
  ECDHE_PSK: 'ECDHEPSK',
  RSA_PSK: 'RSAPSK',
}

const encryptionName = ({ cipher, keyLength }: SuiteParameters['bulk']): string => {
  const family = cipher.replace(/^AES_\d+_/, '').replace('_', '')
  if (cipher.startsWith('CHACHA20')) return 'CHACHA20/POLY1305(256)'
  return `AES${family === 'CBC' ? '' : family}(${8 * keyLength})`
}

const opinionOn = ({ keyExchange, bulk }: SuiteParameters): Opinion => ({
  keyExchange: keyExchangeNames[keyExchange],
  encryption: encryptionName(bulk),
  mac: bulk.type === 'aead' ? 'AEAD' : bulk.mac.toUpperCase(),
})

describe.skipIf(program('openssl', 'version') === undefined)('OpenSSL', () => {
  test('means the same by each number that it knows', () => {
    const opinions = opensslOpinions()
    const known = allSuites.filter(({ cipherSuite }) => opinions.has(cipherSuite))
    expect(known.length).toBeGreaterThan(60)
    for (const one of known) expect(opinionOn(one), one.name).toEqual(opinions.get(one.cipherSuite))
  })
})
