import { MalformedError } from '../bytes/reader.js'
import { nameOf, type Registry } from '../registry/registry.js'
import type { NumberCodec } from './codec.js'

const hexOf = (value: number, width: number): string => `0x${value.toString(16).padStart(2 * width, '0')}`

/** Two equal bytes that end in 0xa: reserved so that peers keep ignoring what they do not know (RFC 8701 §2). */
const isGrease = (value: number, width: number): boolean =>
  width === 2 && (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)

function describeRegistered(registry: Registry, value: number, width: number): string {
  const hex = hexOf(value, width)
  const name = nameOf(registry, value, width)
  if (name !== hex) return `${hex} ${name}`
  return isGrease(value, width) ? `${hex} reserved (GREASE)` : hex
}

/** A number with registered names. The registry is open: any number that fits is legal, names serve only people. */
export function registered(name: string, base: NumberCodec, registry: Registry): NumberCodec {
  const { width } = base
  return {
    name,
    width,
    read: base.read,
    write: base.write,
    describe: (value) => describeRegistered(registry, value, width),
  }
}

/** A number of which this grammar defines one value only; `MalformedError` or `RangeError` for every other. */
export function only(base: NumberCodec, allowed: number): NumberCodec {
  const refusal = (value: number): string =>
    `${base.name} ${hexOf(value, base.width)} where only ${hexOf(allowed, base.width)} is defined`
  return {
    ...base,
    read: (reader) => {
      const at = reader.position
      const value = base.read(reader)
      if (value !== allowed) throw new MalformedError('value', at, refusal(value))
      return value
    },
    write: (writer, value) => {
      if (value !== allowed) throw new RangeError(refusal(value))
      base.write(writer, value)
    },
  }
}
