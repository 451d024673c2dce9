import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { concat, fromAscii, fromHex, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { keySchedule, type PrfHash, prf } from '../../src/crypto/key-schedule.js'
import type { HashName } from '../../src/crypto/primitives.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { shared } from '../support/outside.js'

const provider = nobleProvider()
const schedule = keySchedule(provider)
const secret = (hex: string): Secret => new Secret(fromHex(hex))
const hex = (value: Secret): string => value.use(toHex)

/** Lines of `name = value`, in blocks that a blank line or a comment ends. */
function blocks(text: string): Map<string, string>[] {
  const result: Map<string, string>[] = []
  let block = new Map<string, string>()
  for (const line of [...text.split('\n'), '']) {
    const [, name, value] = /^([\w.]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) block.set(name, value)
    else if (block.size > 0) {
      result.push(block)
      block = new Map()
    }
  }
  return result
}

describe('prf', () => {
  // The TLS 1.2 PRF test vector for SHA-256 that was posted to the IETF's tls list and that implementations share:
  // https://www.ietf.org/mail-archive/web/tls/current/msg03416.html
  it('gives the published SHA-256 vector', () => {
    const output =
      'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17' +
      'abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66'
    const seed = fromHex('a0ba9f936cda311827a6f796ffd5198c')
    const key = secret('9bbe436ba940f017b17652849a71db35')
    expect(toHex(prf(provider, 'sha256', key, 'test label', seed, 100))).toBe(output)
    expect(toHex(prf(provider, 'sha256', key, 'test label', seed, 33))).toBe(output.slice(0, 66))
    expect(prf(provider, 'sha256', key, 'test label', seed, 0)).toHaveLength(0)
  })

  const botan = shared('conformance/kdf/botan-tls_prf.vec')
  it.skipIf(botan === undefined)("agrees with Botan's vectors (skipped without ../shared/conformance)", () => {
    let seen = 0
    for (const part of readFileSync(botan ?? '', 'utf8')
      .split('[TLS-12-PRF(HMAC(SHA-')
      .slice(1)) {
      const hash = `sha${part.slice(0, 3)}` as HashName
      for (const block of blocks(part.slice(6))) {
        const output = block.get('Output') ?? ''
        const label = String.fromCharCode(...fromHex(block.get('Label') ?? ''))
        const seed = fromHex(block.get('Salt') ?? '')
        const actual = prf(provider, hash, secret(block.get('Secret') ?? ''), label, seed, output.length / 2)
        expect(toHex(actual)).toBe(output.toLowerCase())
        seen++
      }
    }
    expect(seen).toBe(4)
  })

  const openssl = shared('conformance/kdf/evpkdf_tls12_prf.txt')
  it.skipIf(openssl === undefined)("agrees with OpenSSL's vectors (skipped without ../shared/conformance)", () => {
    let seen = 0
    for (const block of blocks(readFileSync(openssl ?? '', 'utf8'))) {
      if (block.get('Ctrl.digest') === undefined) continue // the one that asks for an error, by leaving the hash out
      const bytes = (name: string): Uint8Array => fromHex((block.get(name) ?? '').replace(/^hex\w+:/, ''))
      const label = (block.get('Ctrl.label') ?? '').replace('seed:', '')
      // The seeds follow each other in the order in which the file lists them.
      const seeds = [...block.keys()].filter((name) => name.endsWith('_random')).map(bytes)
      const output = block.get('Output') ?? ''
      const key = new Secret(bytes('Ctrl.Secret'))
      expect(toHex(prf(provider, 'sha256', key, label, concat(...seeds), output.length / 2))).toBe(output)
      seen++
    }
    expect(seen).toBe(3)
  })
})

interface AcvpTest {
  readonly tcId: number
  readonly preMasterSecret: string
  readonly clientRandom: string
  readonly serverRandom: string
  readonly clientHelloRandom: string
  readonly serverHelloRandom: string
  readonly sessionHash: string
}
interface AcvpGroup {
  readonly hashAlg: string
  readonly tlsVersion?: string
  readonly keyBlockLength: number
  readonly tests: readonly AcvpTest[]
}
interface AcvpAnswer {
  readonly tcId: number
  readonly masterSecret: string
  readonly keyBlock: string
}

/** The groups of an ACVP file and its answers by case. The files are known to have this shape; a wrong one fails below. */
function acvp(name: string): { groups: readonly AcvpGroup[]; answers: Map<number, AcvpAnswer> } {
  const read = (kind: string): unknown[] =>
    JSON.parse(readFileSync(shared(`conformance/kdf/${name}-${kind}.json`) ?? '', 'utf8'))
  const questions = read('vectors')[1] as { testGroups: AcvpGroup[] }
  const expected = read('expected')[1] as { testGroups: { tests: AcvpAnswer[] }[] }
  const answers = expected.testGroups.flatMap((group) => group.tests).map((test) => [test.tcId, test] as const)
  return { groups: questions.testGroups, answers: new Map(answers) }
}

const prfHash = (name: string): PrfHash => name.toLowerCase().replace('sha2-', 'sha') as PrfHash

describe('keySchedule', () => {
  const kdf = shared('conformance/kdf')
  it.skipIf(kdf === undefined)(
    'derives the extended master secrets and key blocks of ACVP (skipped without ../shared)',
    () => {
      const { groups, answers } = acvp('boringssl-acvp-TLS12')
      let seen = 0
      for (const group of groups) {
        for (const test of group.tests) {
          const hash = prfHash(group.hashAlg)
          const master = schedule.extendedMasterSecret(hash, secret(test.preMasterSecret), fromHex(test.sessionHash))
          expect(hex(master)).toBe(answers.get(test.tcId)?.masterSecret.toLowerCase())
          const randoms = [fromHex(test.serverRandom), fromHex(test.clientRandom)] as const
          const block = schedule.keyBlock(hash, master, ...randoms, group.keyBlockLength / 8)
          expect(hex(block)).toBe(answers.get(test.tcId)?.keyBlock.toLowerCase())
          seen++
        }
      }
      expect(seen).toBe(14)
    },
  )

  it.skipIf(kdf === undefined)('derives the master secrets and key blocks of ACVP (skipped without ../shared)', () => {
    const { groups, answers } = acvp('boringssl-acvp-kdf-components')
    let seen = 0
    for (const group of groups.filter((one) => one.tlsVersion === 'v1.2')) {
      for (const test of group.tests) {
        const hash = prfHash(group.hashAlg)
        const [client, server] = [fromHex(test.clientHelloRandom), fromHex(test.serverHelloRandom)]
        const master = schedule.masterSecret(hash, secret(test.preMasterSecret), client, server)
        expect(hex(master)).toBe(answers.get(test.tcId)?.masterSecret.toLowerCase())
        const randoms = [fromHex(test.serverRandom), fromHex(test.clientRandom)] as const
        const block = schedule.keyBlock(hash, master, ...randoms, group.keyBlockLength / 8)
        expect(hex(block)).toBe(answers.get(test.tcId)?.keyBlock.toLowerCase())
        seen++
      }
    }
    expect(seen).toBe(3)
  })

  it('computes verify_data and exporters with the PRF of their labels', () => {
    const master = secret('11'.repeat(48))
    const handshakeHash = fromHex('22'.repeat(32))
    for (const side of ['client', 'server'] as const) {
      const expected = prf(provider, 'sha384', master, `${side} finished`, handshakeHash, 12)
      expect(schedule.verifyData('sha384', master, side, handshakeHash)).toEqual(expected)
    }
    const exported = schedule.exporter('sha256', master, 'EXPERIMENTAL label', fromAscii('seed'), 40)
    expect(exported).toEqual(prf(provider, 'sha256', master, 'EXPERIMENTAL label', fromAscii('seed'), 40))
  })
})
