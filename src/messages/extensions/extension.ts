import { type Codec, opaque, readField, uint16, vector } from '../../codec/codec.js'
import { registered } from '../../codec/numbers.js'
import { ExtensionType } from '../../registry/extension-type.js'

/**
 * Extension (RFC 5246 §7.4.1.4). The data stays as it came, so an unknown extension survives decoding and encoding
 * untouched, and a known one is decoded only by whoever wants it.
 *
 *     +----------------+---+----------------+
 *     | extension_type | n | extension_data |
 *     |       2        | 2 |   0..2^16-1    |
 *     +----------------+---+----------------+
 */
export interface Extension {
  readonly extensionType: number
  readonly extensionData: Uint8Array
}

const extensionType = registered('ExtensionType', uint16, ExtensionType)
const extensionData = opaque(0, 0xffff)

/** Written out rather than a `struct`: a hello holds a dozen, and a literal is cheaper to build than a loop over keys. */
export const Extension: Codec<Extension> = {
  name: 'Extension',
  read: (reader) => ({
    extensionType: readField(reader, 'extensionType', extensionType),
    extensionData: readField(reader, 'extensionData', extensionData),
  }),
  write: (writer, value) => {
    extensionType.write(writer, value.extensionType)
    extensionData.write(writer, value.extensionData)
  },
}

/** The tail of both hellos: `Extension extensions<0..2^16-1>`. */
export const ExtensionList: Codec<readonly Extension[]> = vector(Extension, 0, 0xffff)

/** The data of the first extension of this type; `undefined` if there is none. */
export function findExtension(extensions: readonly Extension[] | undefined, type: number): Uint8Array | undefined {
  if (extensions === undefined) return undefined
  for (const extension of extensions) if (extension.extensionType === type) return extension.extensionData
  return undefined
}

/** The first type that occurs twice, which no hello may have (RFC 5246 §7.4.1.4); `undefined` if all are distinct. */
export function duplicateExtension(extensions: readonly Extension[] | undefined): number | undefined {
  const seen = new Set<number>()
  for (const { extensionType: type } of extensions ?? []) {
    if (seen.has(type)) return type
    seen.add(type)
  }
  return undefined
}
