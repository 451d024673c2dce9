/**
 * A registry is an object from the verbatim registered name to its number. Registries are open: a number that is not in
 * one is still a legal value on the wire, survives decoding and encoding, and prints as hexadecimal.
 */
export type Registry = Readonly<Record<string, number>>

const inverses = new WeakMap<Registry, ReadonlyMap<number, string>>()

/** The registered name of `number`, or `0x…` in `width` bytes where it has none. */
export function nameOf(registry: Registry, number: number, width = 1): string {
  let inverse = inverses.get(registry)
  if (inverse === undefined) {
    inverse = new Map(Object.entries(registry).map(([name, value]) => [value, name]))
    inverses.set(registry, inverse)
  }
  return inverse.get(number) ?? `0x${number.toString(16).padStart(2 * width, '0')}`
}
