import { concat } from '../../bytes/convert.js'
import { Secret } from '../../bytes/secret.js'
import { type HashName, type HashPrimitives, hashLength } from '../../crypto/primitives.js'
import type { WorkBudget } from './work-budget.js'

/** What a derivation is made of, apart from the password. */
export interface DerivationParameters {
  readonly hash: HashName
  readonly salt: Uint8Array
  readonly iterations: number
}

function pbkdf2Block(
  { hash, salt, iterations }: DerivationParameters,
  password: Secret,
  index: number,
  primitives: HashPrimitives,
): Uint8Array {
  let latest = primitives.hmac(hash, password, salt, Uint8Array.of(index >>> 24, index >>> 16, index >>> 8, index))
  const sum = latest.slice()
  for (let i = 1; i < iterations; i++) {
    latest = primitives.hmac(hash, password, latest)
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) ^ (latest[at] ?? 0)
  }
  return sum
}

/** PBKDF2 with HMAC (RFC 8018 §5.2): `length` bytes. */
export function pbkdf2(
  parameters: DerivationParameters,
  password: Secret,
  length: number,
  primitives: HashPrimitives,
  budget: WorkBudget,
): Secret {
  const { hash, salt, iterations } = parameters
  const blocks = Math.ceil(length / hashLength[hash])
  budget.spendIterations(blocks * iterations)
  if (primitives.pbkdf2 !== undefined) return new Secret(primitives.pbkdf2(hash, password, salt, iterations, length))
  const output = Array.from({ length: blocks }, (_, i) => pbkdf2Block(parameters, password, i + 1, primitives))
  return new Secret(concat(...output).slice(0, length))
}

/** What the output of PKCS#12's derivation is for; the number goes into it (RFC 7292 Appendix B.3). */
export const Pkcs12Purpose = { key: 1, iv: 2, mac: 3 } as const

/** Copies of `bytes` up to the next multiple of `block`; nothing where there are none. */
const repeated = (bytes: Uint8Array, block: number): Uint8Array =>
  Uint8Array.from({ length: block * Math.ceil(bytes.length / block) }, (_, i) => bytes[i % bytes.length] ?? 0)

/** Adds `addend` and one to each block of `input`, as big-endian numbers that wrap around. */
function addToBlocks(input: Uint8Array, addend: Uint8Array): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1
    for (let i = addend.length - 1; i >= 0; i--) {
      carry += (input[start + i] ?? 0) + (addend[i] ?? 0)
      input[start + i] = carry & 0xff
      carry >>= 8
    }
  }
}

/**
 * The key derivation of PKCS#12 (RFC 7292 Appendix B.2): `length` bytes for one purpose. Slower hashing than PBKDF2's
 * and made for nothing else; the step letters of the appendix are followed in order.
 */
export function pkcs12Derivation(
  { hash, salt, iterations }: DerivationParameters,
  password: Secret,
  purpose: (typeof Pkcs12Purpose)[keyof typeof Pkcs12Purpose],
  length: number,
  primitives: HashPrimitives,
  budget: WorkBudget,
): Secret {
  const size = hashLength[hash]
  const block = size > 32 ? 128 : 64
  const count = Math.ceil(length / size)
  budget.spendIterations(count * iterations)
  const diversifier = new Uint8Array(block).fill(purpose)
  const input = concat(
    repeated(salt, block),
    password.use((bytes) => repeated(bytes, block)),
  )
  const output: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    let digest = primitives.hash(hash, diversifier, input)
    for (let round = 1; round < iterations; round++) digest = primitives.hash(hash, digest)
    output.push(digest)
    addToBlocks(input, repeated(digest, block).subarray(0, block))
  }
  input.fill(0)
  return new Secret(concat(...output).slice(0, length))
}
