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

/**
 * Texts of which one occurs where at least `3 * size` bytes of the secret in a row were written, wherever a group of
 * base64 begins; `size` is a multiple of three. And the secret as one decimal number.
 */
export function tracesOf(secret: Uint8Array, size = 12): ReadonlySet<string> {
  const windows: Uint8Array[] = []
  for (let at = 0; at + size <= secret.length; at += size) {
    // base64 has three ways of cutting the bytes before a window into groups
    for (const shift of [0, 1, 2])
      if (at + shift + size <= secret.length) windows.push(secret.subarray(at + shift, at + shift + size))
  }
  return new Set([
    ...windows.flatMap((bytes) => notations.map((write) => write(bytes))),
    BigInt(`0x${toHex(secret)}`).toString(),
  ])
}

/** A text without what may stand between the bytes of something printed: white space, colons, the indices of JSON. */
export const dense = (text: string): string => text.replace(/\s|"\d+":|(?<=[0-9a-fA-F]{2}):(?=[0-9a-fA-F]{2})/g, '')

export interface NamedSecret {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The names of the secrets that left traces in one of the texts. */
export function foundIn(texts: readonly string[], secrets: readonly NamedSecret[], size?: number): string[] {
  return secrets
    .filter(({ bytes }) => {
      const traces = [...tracesOf(bytes, size)]
      return texts.some((text) => traces.some((trace) => text.includes(trace)))
    })
    .map(({ name }) => name)
}

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
  return texts.flatMap((text) => [text, dense(text)])
}
