/** How a secret looks where it got into a text: whole or in part, in every notation that something may have printed it in. */
import { inspect } from 'node:util'
import { toHex, toLatin1 } from '../../src/bytes/convert.js'

const notations: readonly ((bytes: Uint8Array) => string)[] = [
  toHex,
  (bytes) => toHex(bytes).toUpperCase(),
  (bytes) => [...bytes].join(','),
  (bytes) => Buffer.from(bytes).toString('base64'),
  (bytes) => Buffer.from(bytes).toString('base64url'),
  toLatin1,
]

/** As many places of a secret are looked for, from its beginning to its end. */
const PLACES = 5

/**
 * What is looked for: `size` bytes of the secret, a multiple of three, at its beginning, its end and places in between, in
 * every notation and wherever a group of base64 begins; and the whole as one decimal number.
 */
function tracesOf(secret: Uint8Array, size: number): readonly string[] {
  const last = Math.max(0, secret.length - size)
  const traces = new Set([BigInt(`0x${toHex(secret)}`).toString()])
  for (let place = 0; place < PLACES; place++) {
    // base64 has three ways of cutting the bytes before a place into groups
    for (const shift of [0, 1, 2]) {
      const at = Math.min(last, Math.round((last * place) / (PLACES - 1)) + shift)
      for (const write of notations) traces.add(write(secret.subarray(at, at + size)))
    }
  }
  return [...traces]
}

/** A text without what may stand between the bytes of something printed: white space, colons, the indices of JSON. */
const dense = (text: string): string => text.replace(/\s|"\d+":|(?<=[0-9a-fA-F]{2}):(?=[0-9a-fA-F]{2})/g, '')

export interface NamedSecret {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The names of the secrets that left traces of at least `size` bytes in one of the texts. */
export const foundIn = (texts: readonly string[], secrets: readonly NamedSecret[], size = 12): string[] =>
  secrets
    .filter(({ bytes }) => tracesOf(bytes, size).some((trace) => texts.some((text) => text.includes(trace))))
    .map(({ name }) => name)

/** Everything that printing a value can bring to light, in the ways in which values get printed. */
export function prints(value: unknown): string[] {
  const everything = {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
    maxStringLength: null,
    showHidden: true,
    getters: true,
  }
  const texts = [inspect(value, everything), inspect(value, { ...everything, customInspect: false }), String(value)]
  try {
    texts.push(JSON.stringify(value) ?? '')
  } catch {
    // circular, or a BigInt: cannot be printed that way
  }
  if (value instanceof Error) texts.push(value.message, value.stack ?? '')
  return [...new Set(texts.flatMap((text) => [text, dense(text)]))]
}
