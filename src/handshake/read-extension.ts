import { MalformedError } from '../bytes/reader.js'
import { type Codec, decode } from '../codec/codec.js'
import { type Extension, findExtension } from '../messages/extensions/extension.js'
import { ExtensionType } from '../registry/extension-type.js'
import { nameOf } from '../registry/registry.js'
import { TlsFault } from './fault.js'

/** Runs what reads the data of an extension: malformed data is a fault of its own, which says whose data it was. */
export function readingExtension<T>(type: number, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause
    const name = nameOf(ExtensionType, type, 2)
    throw new TlsFault('malformed_extension', `the data of ${name} is malformed: ${cause.message}`, { cause })
  }
}

/** The data of an extension, where a hello has it. Throws `malformed_extension` for data that is none. */
export function readExtension<T>(
  extensions: readonly Extension[] | undefined,
  type: number,
  codec: Codec<T>,
): T | undefined {
  const data = findExtension(extensions, type)
  return data === undefined ? undefined : readingExtension(type, () => decode(codec, data))
}
