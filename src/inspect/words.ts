import { toHex } from '../bytes/convert.js'
import { NamedGroup } from '../registry/named-group.js'
import { ProtocolVersion } from '../registry/protocol-version.js'
import { nameOf, type Registry } from '../registry/registry.js'
import { SignatureScheme } from '../registry/signature-scheme.js'

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Registered names separated by commas; numbers without one as hexadecimal. */
export const namesOf = (registry: Registry, numbers: readonly number[], width = 2): string =>
  numbers.length === 0 ? 'none' : numbers.map((number) => nameOf(registry, number, width)).join(', ')

/** A version as people write it: `TLS 1.2 (0x0303)`. */
export function versionText(version: number): string {
  const name = nameOf(ProtocolVersion, version, 2)
  const spoken = name.replace(
    /^(TLS|SSL)v(\d)_?(\d)?$/,
    (_, family, major, minor) => `${family} ${major}.${minor ?? 0}`,
  )
  return spoken === name ? name : `${spoken} (0x${version.toString(16).padStart(4, '0')})`
}

export const groupText = (group: number): string => nameOf(NamedGroup, group, 2)
export const schemeText = (scheme: number): string => nameOf(SignatureScheme, scheme, 2)

/** Bytes in hexadecimal with their count; `nothing` for none. */
export const bytesText = (bytes: Uint8Array, nothing: string): string =>
  bytes.length === 0 ? nothing : `${plural(bytes.length, 'byte')}: ${toHex(bytes)}`

/** Text with names of the peer's in it: whatever could steer a terminal, or hide or reorder text, is escaped. */
export const visible = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
