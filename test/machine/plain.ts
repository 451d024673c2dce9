/** Looking at values of the machine from outside: comparing, freezing, and searching what is printed for secrets. */
import { inspect } from 'node:util'
import { toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { SECRET_MARK } from '../support/fake-provider.js'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The value with every byte in it as text, those of secrets too: equal for two values exactly if these look alike inside. */
export function plain(value: unknown): unknown {
  if (value instanceof Secret) return `secret ${value.wiped ? 'wiped' : value.use(toHex)}`
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (!isObject(value)) return value
  const own = Object.entries(value).map(([key, part]): [string, unknown] => [key, plain(part)])
  const error = value instanceof Error ? [['message', value.message] as const] : []
  return { class: value.constructor.name, ...Object.fromEntries([...own, ...error]) }
}

/** Freezes whatever can be frozen; bytes cannot, so they are compared afterwards. */
export function deepFreeze(value: unknown): void {
  if (!isObject(value) || ArrayBuffer.isView(value) || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
}

/** Every secret within a value. */
export function secretsIn(value: unknown, found: Set<Secret> = new Set()): Set<Secret> {
  if (value instanceof Secret) found.add(value)
  else if (isObject(value) && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(value)) secretsIn(part, found)
  }
  return found
}

/** Three turns of the mark, four bytes each: long enough not to occur by chance, short enough for an IV of four bytes. */
const turns = [0, 1, 2].map((at) => SECRET_MARK.subarray(at, at + 4))
const marks: readonly string[] = [
  ...turns.map(toHex),
  ...turns.map((bytes) => [...bytes].join(',')),
  ...[0, 1, 2].map((at) => Buffer.from(SECRET_MARK.subarray(at, at + 6)).toString('base64')),
]

/** The text of a value in the two ways in which values get printed, without what stands between bytes. */
function printed(value: unknown): readonly string[] {
  const inspected = inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
    maxStringLength: null,
    showHidden: true,
    getters: true,
  })
  return [inspected, JSON.stringify(value) ?? ''].map((text) => text.replace(/\s|"\d+":/g, ''))
}

/** The traces of marked secrets in whatever printing `value` gives. */
export const leaks = (value: unknown): readonly string[] =>
  printed(value).flatMap((text) => marks.filter((mark) => text.includes(mark)))
