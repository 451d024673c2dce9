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

/** How bytes look when they are printed: in hexadecimal, as a list of numbers, in base64. */
const looks = (bytes: Uint8Array): readonly string[] => [
  toHex(bytes),
  [...bytes].join(','),
  Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 3))).toString('base64'),
]

/** Three turns of the mark: four bytes are too long to occur by chance, and short enough for an IV of four bytes. */
const marks: readonly string[] = [0, 1, 2].flatMap((turn) => [
  ...looks(SECRET_MARK.subarray(turn, turn + 4)).slice(0, 2),
  ...looks(SECRET_MARK.subarray(turn, turn + 6)).slice(2),
])

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

/** The traces of secrets in whatever printing `value` gives: of marked ones, and of those named, which must not be wiped. */
export function leaks(value: unknown, secrets: Iterable<Secret> = []): readonly string[] {
  const traces = [...marks, ...[...secrets].flatMap((secret) => secret.use(looks))]
  return printed(value).flatMap((text) => traces.filter((trace) => trace.length > 4 && text.includes(trace)))
}
