import { Reader } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import { DerTag, readDer } from '../../codec/der.js'
import type { HashPrimitives, ScryptCost } from '../../crypto/primitives.js'
import { isNext, readCount } from './algorithm.js'
import { damaged, unsupported } from './keystore-error.js'
import type { WorkBudget } from './work-budget.js'

/** The contents of the object identifier of scrypt (RFC 7914 §7). */
export const SCRYPT = '2b06010401da47040b'

interface ScryptParameters extends ScryptCost {
  readonly salt: Uint8Array
  /** Bytes of the key, where the file says how many. */
  readonly length?: number
}

const isPowerOfTwo = (value: number): boolean => value > 1 && (value & (value - 1)) === 0

/** scrypt-params (RFC 7914 §7), with the bounds of RFC 7914 §6 that the limits of a keystore do not make smaller anyway. */
export function readScrypt(parameters: Reader): ScryptParameters {
  const fields = new Reader(readDer(parameters, DerTag.sequence).contents)
  const salt = readDer(fields, DerTag.octetString).contents
  const [cost, blockSize, parallelization] = [readCount(fields), readCount(fields), readCount(fields)]
  const length = isNext(fields, DerTag.integer) ? readCount(fields) : undefined
  fields.finish('scrypt-params')
  if (!isPowerOfTwo(cost) || (blockSize === 1 && cost >= 2 ** 16)) {
    throw damaged('the cost of its scrypt is no power of two, or too large for its block size')
  }
  return { salt, cost, blockSize, parallelization, ...(length === undefined ? {} : { length }) }
}

/** Bytes of one block of `blockSize`, and the calls of Salsa20/8 that mix one (RFC 7914 §4). */
const BLOCK_BYTES = 128
const BLOCK_CALLS = 2

/**
 * The key that scrypt derives: `length` bytes. All three parameters are the file's to choose and multiply into memory and
 * time, so both are paid for before anything is allocated.
 */
export function scrypt(
  { salt, ...cost }: ScryptParameters,
  password: Secret,
  length: number,
  primitives: HashPrimitives,
  budget: WorkBudget,
): Secret {
  if (primitives.scrypt === undefined) {
    throw unsupported('keys are derived by scrypt, which this provider does not have: noble’s and Node’s do')
  }
  budget.spendMemory(BLOCK_BYTES * cost.blockSize * (cost.cost + cost.parallelization))
  // each of the blocks is mixed once to fill the memory and once to use it
  budget.spendIterations(2 * BLOCK_CALLS * cost.cost * cost.blockSize * cost.parallelization)
  return new Secret(primitives.scrypt(password, salt, cost, length))
}
