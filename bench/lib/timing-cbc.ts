/** Forged CBC records, for timing how they are refused (Lucky 13). */
import { Secret } from '../../src/bytes/secret.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { suiteParameters } from '../../src/crypto/suite-parameters.js'
import { type BlockBulk, cbcProtection } from '../../src/record/cbc.js'
import { paddingLengthOrZero } from '../../src/record/cbc-constant-time.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { type Comparison, pool, type Source } from './dudect.js'

const suites = [
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLS_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
] as const

/** Room for the longest MAC and padding, which decides over up to four compressions of the hash. */
const LENGTH = 320
const POOL = 512
const header = (): Uint8Array => new Uint8Array(13)

/** What stands in the last bytes of a record whose MAC cannot be right: it is random like the content before it. */
const forgeries = {
  'padding of 0': (plaintext) => void plaintext.fill(0, -1),
  'padding of 255': (plaintext) => void plaintext.fill(255, -256),
  'wrong padding': (plaintext) => void plaintext.set([1, 9, 7], plaintext.length - 3),
  'padding of 255 with a wrong byte': (plaintext) => void plaintext.fill(255, -256).fill(254, -256, -255),
} as const satisfies Readonly<Record<string, (plaintext: Uint8Array) => void>>

type Forgery = keyof typeof forgeries

const pairs: readonly (readonly [Forgery, Forgery])[] = [
  ['padding of 0', 'wrong padding'],
  ['padding of 0', 'padding of 255'],
  ['padding of 255', 'wrong padding'],
  ['padding of 255', 'padding of 255 with a wrong byte'],
]

function bulkOf(name: (typeof suites)[number]): BlockBulk {
  const bulk = suiteParameters(CipherSuite[name])?.bulk
  if (bulk?.type !== 'block') throw new Error(`${name} has no block cipher`)
  return bulk
}

function setUp(provider: CryptoProvider, bulk: BlockBulk) {
  const [key, macKey] = [
    new Secret(provider.randomBytes(bulk.keyLength)),
    new Secret(provider.randomBytes(bulk.macLength)),
  ]
  const cipher = provider.blockCipher(bulk.cipher, key)
  const sealed = (edit: (plaintext: Uint8Array) => void) => (): Uint8Array => {
    const [iv, plaintext] = [provider.randomBytes(bulk.blockLength), provider.randomBytes(LENGTH)]
    edit(plaintext)
    const record = new Uint8Array(bulk.blockLength + LENGTH)
    record.set(iv)
    record.set(cipher.encrypt(iv, plaintext), bulk.blockLength)
    return record
  }
  const place = new Uint8Array(bulk.blockLength + LENGTH)
  const source = (forgery: Forgery): Source<Uint8Array> => pool(POOL, sealed(forgeries[forgery]), place)
  return { key, macKey, cipher, source }
}

const refused =
  (open: (sealed: Uint8Array) => unknown) =>
  (sealed: Uint8Array): void => {
    try {
      open(sealed)
    } catch {
      return
    }
    throw new Error('a forged record was accepted')
  }

/** How our record protection refuses each kind of forgery against each other one. */
export function cbcComparisons(provider: CryptoProvider, samples: number): Comparison<Uint8Array>[] {
  return suites.flatMap((name) => {
    const bulk = bulkOf(name)
    const { key, macKey, source } = setUp(provider, bulk)
    const protection = cbcProtection(provider, bulk, { bulk, key, macKey })
    const run = refused((sealed) => protection.open(header(), sealed))
    return pairs.map(([one, other]) => ({
      name: `${name.replace(/^TLS_(?:ECDHE_)?RSA_WITH_/, '')}: ${one} | ${other}`,
      ...{ classes: [source(one), source(other)] as const, run, samples },
    }))
  })
}

/** The same without the hashing that makes up for the padding: what Lucky 13 was about. The measurement must see it. */
export function leakyCbc(provider: CryptoProvider, samples: number): Comparison<Uint8Array> {
  const bulk = bulkOf('TLS_RSA_WITH_AES_128_CBC_SHA256')
  const { macKey, cipher, source } = setUp(provider, bulk)
  const run = refused((sealed) => {
    const decrypted = cipher.decrypt(sealed.subarray(0, bulk.blockLength), sealed.subarray(bulk.blockLength))
    const { length } = paddingLengthOrZero(decrypted, bulk.macLength)
    provider.hmac(bulk.mac, macKey, header(), decrypted.subarray(0, decrypted.length - bulk.macLength - 1 - length))
    throw new Error('bad record MAC')
  })
  return {
    name: 'control, leaky: padding of 0 | padding of 255',
    classes: [source('padding of 0'), source('padding of 255')],
    run,
    samples,
  }
}
