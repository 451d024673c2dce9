import { MalformedError, Reader } from '../bytes/reader.js'
import { Writer } from '../bytes/writer.js'

/**
 * One description of a wire format that serves both directions, so that the order of fields cannot drift. `read` throws
 * `MalformedError` for bytes that do not fit, `write` throws `RangeError` for a value that does not.
 */
export interface Codec<T> {
  /** The type's name in the presentation language of RFC 5246 §4, as `dissect` prints it. */
  readonly name: string
  read(reader: Reader): T
  write(writer: Writer, value: T): void
  /** The value in words (a registered name, quoted text), for `dissect`; absent where the bytes say it all. */
  describe?(value: T): string
}

/** The type that a codec reads. */
export type TypeOf<C> = C extends Codec<infer T> ? T : never

/** Decodes all of `bytes`; anything left over is an error. */
export function decode<T>(codec: Pick<Codec<T>, 'name' | 'read'>, bytes: Uint8Array): T {
  const reader = new Reader(bytes)
  const value = codec.read(reader)
  reader.finish(codec.name)
  return value
}

export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer()
  codec.write(writer, value)
  return writer.bytes()
}

/** A big-endian unsigned integer of `width` bytes. */
export interface NumberCodec extends Codec<number> {
  readonly width: number
}

function uint(width: number): NumberCodec {
  return {
    name: `uint${8 * width}`,
    width,
    read: (reader) => reader.uint(width),
    write: (writer, value) => writer.uint(width, value),
  }
}

export const uint8 = uint(1)
export const uint16 = uint(2)
export const uint24 = uint(3)
export const uint32 = uint(4)

/** Bytes of a fixed length: `opaque x[length]`. The result of reading is a view. */
export function opaqueFixed(length: number): Codec<Uint8Array> {
  return {
    name: `opaque[${length}]`,
    read: (reader) => reader.take(length),
    write: (writer, value) => {
      if (value.length !== length) throw new RangeError(`${length} bytes expected, not ${value.length}`)
      writer.raw(value)
    },
  }
}

/** All bytes up to the end of the enclosing message or vector, none at all included. The result of reading is a view. */
export const rest: Codec<Uint8Array> = {
  name: 'opaque',
  read: (reader) => reader.take(reader.remaining),
  write: (writer, value) => writer.raw(value),
}

/** How many bytes the length prefix of a vector with this ceiling takes (RFC 5246 §4.3). */
const prefixWidth = (ceiling: number): number => (ceiling < 0x100 ? 1 : ceiling < 0x10000 ? 2 : 3)

const prefixes: Readonly<Record<number, NumberCodec>> = { 1: uint8, 2: uint16, 3: uint24 }

function readLength(reader: Reader, width: number, floor: number, ceiling: number, name: string): number {
  const at = reader.position
  const length =
    reader.observer === undefined ? reader.uint(width) : readField(reader, 'length', prefixes[width] ?? uint24)
  if (length < floor || length > ceiling) {
    throw new MalformedError('length', at, `${name} of ${length} bytes, allowed are ${floor} to ${ceiling}`)
  }
  return length
}

function closeLength(writer: Writer, start: number, width: number, floor: number, ceiling: number, name: string): void {
  const length = writer.close(start, width)
  if (length < floor || length > ceiling) {
    throw new RangeError(`${name} of ${length} bytes, allowed are ${floor} to ${ceiling}`)
  }
}

function readData(reader: Reader, length: number): Uint8Array {
  const observer = reader.observer
  if (observer === undefined || length === 0) return reader.take(length)
  observer.enter('data', 'opaque', reader.position)
  const data = reader.take(length)
  observer.leave(reader.position, data, undefined)
  return data
}

/** Bytes behind a length prefix: `opaque x<floor..ceiling>`. The result of reading is a view. */
export function opaque(floor: number, ceiling: number): Codec<Uint8Array> {
  const width = prefixWidth(ceiling)
  const name = `opaque<${floor}..${ceiling}>`
  return {
    name,
    read: (reader) => readData(reader, readLength(reader, width, floor, ceiling, name)),
    write: (writer, value) => {
      const start = writer.open(width)
      writer.raw(value)
      closeLength(writer, start, width, floor, ceiling, name)
    },
  }
}

/** Items behind a length prefix that counts bytes: `T x<floor..ceiling>`, both bounds the RFC's own, checked both ways. */
export function vector<T>(item: Codec<T>, floor: number, ceiling: number): Codec<readonly T[]> {
  const width = prefixWidth(ceiling)
  const name = `${item.name}<${floor}..${ceiling}>`
  return {
    name,
    read: (reader) => {
      const scope = reader.scope(readLength(reader, width, floor, ceiling, name))
      const items: T[] = []
      if (scope.observer === undefined) while (scope.remaining > 0) items.push(item.read(scope))
      else while (scope.remaining > 0) items.push(readField(scope, `[${items.length}]`, item))
      return items
    },
    write: (writer, value) => {
      const start = writer.open(width)
      for (const one of value) item.write(writer, one)
      closeLength(writer, start, width, floor, ceiling, name)
    },
  }
}

/**
 * `vector` for plain numbers: the same wire format, decoded without a reader of its own and without a call per item.
 * Cipher suites, groups and signature schemes are most of what a hello holds.
 */
export function numberVector(item: NumberCodec, floor: number, ceiling: number): Codec<readonly number[]> {
  const width = prefixWidth(ceiling)
  const items = vector(item, floor, ceiling)
  return {
    name: items.name,
    read: (reader) => {
      if (reader.observer !== undefined) return items.read(reader)
      const length = readLength(reader, width, floor, ceiling, items.name)
      if (length % item.width !== 0) {
        const why = `${length} bytes do not divide into items of ${item.width}`
        throw new MalformedError('truncated', reader.position, why)
      }
      return reader.uints(item.width, length / item.width)
    },
    write: items.write,
  }
}

/** Reads one labelled part, telling the reader's observer where it began and ended. */
export function readField<T>(reader: Reader, label: string, codec: Codec<T>): T {
  const observer = reader.observer
  if (observer === undefined) return codec.read(reader)
  observer.enter(label, codec.name, reader.position)
  const value = codec.read(reader)
  observer.leave(reader.position, value, codec.describe?.(value))
  return value
}

/** Fields one after the other, in the order in which `fields` lists them. */
export function struct<T extends object>(name: string, fields: { readonly [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries<Codec<unknown>>(fields)
  return {
    name,
    read: (reader) => {
      const value: Record<string, unknown> = {}
      for (const [key, codec] of entries) value[key] = readField(reader, key, codec)
      return value as T // the mapped type of `fields` guarantees each key's type; a loop cannot show it to the compiler
    },
    write: (writer, value) => {
      for (const [key, codec] of entries) codec.write(writer, value[key as keyof T])
    },
  }
}

/** The same wire format under another type's name, and with words for its values if `describe` is given. */
export function named<T>(name: string, codec: Codec<T>, describe?: (value: T) => string): Codec<T> {
  const plain: Codec<T> = { name, read: codec.read, write: codec.write }
  return describe === undefined ? plain : { ...plain, describe }
}
