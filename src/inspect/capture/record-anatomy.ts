import type { Span } from '../../codec/dissect.js'
import type { BulkProtection } from '../../crypto/suite-parameters.js'
import { HEADER_LENGTH } from '../../record/plaintext.js'
import { ContentType } from '../../registry/content-type.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { nameOf } from '../../registry/registry.js'
import { plural } from '../words.js'

/** How the fragment of a captured record is made up, as far as that is known. */
export type FragmentForm =
  | { readonly type: 'plain' }
  /** Its contents are told elsewhere: as messages. Only the header is left to show. */
  | { readonly type: 'told' }
  /** Protected, and not opened. */
  | { readonly type: 'sealed' }
  /** Opened: everything that the protection added was right. */
  | { readonly type: 'opened'; readonly bulk: BulkProtection; readonly contentLength: number }

type Part = readonly [label: string, length: number, meaning: string]

/** Parts one behind the other; those of no length are left out. */
function spansOf(parts: readonly Part[], start: number): Span[] {
  let at = start
  return parts.flatMap(([label, length, meaning]) => {
    at += length
    return length <= 0
      ? []
      : [{ label, typeName: 'opaque', start: at - length, end: at, meaning, children: [] } satisfies Span]
  })
}

/** GenericAEADCipher of RFC 5246 §6.2.3.3; the tag is a part of what the cipher gives. */
function aeadParts({ fixedIvLength, tagLength }: Extract<BulkProtection, { type: 'aead' }>, content: number): Part[] {
  const explicit = fixedIvLength === 12 ? 0 : 8
  return [
    ['nonce_explicit', explicit, `${explicit} bytes, the part of the nonce that is not secret`],
    ['content', content, `${plural(content, 'byte')}, encrypted`],
    ['tag', tagLength, `${tagLength} bytes that authenticate the record, right`],
  ]
}

/** GenericBlockCipher of RFC 5246 §6.2.3.2; with the MAC behind the ciphertext where that was agreed on (RFC 7366 §3). */
function blockParts(bulk: Extract<BulkProtection, { type: 'block' }>, content: number, fragment: number): Part[] {
  const { blockLength, macLength, mac, encryptThenMac } = bulk
  const padding = fragment - blockLength - content - macLength - 1
  const macPart: Part = ['MAC', macLength, `${macLength} bytes of HMAC with ${mac}, right`]
  return [
    ['IV', blockLength, `${blockLength} bytes, new for each record`],
    ['content', content, `${plural(content, 'byte')}, encrypted`],
    ...(encryptThenMac ? [] : [[macPart[0], macPart[1], `${macPart[2]}, encrypted`] as const]),
    ['padding', padding, `${plural(padding, 'byte')} of ${padding}, encrypted`],
    ['padding_length', 1, `${padding}, encrypted`],
    ...(encryptThenMac ? [macPart] : []),
  ]
}

function fragmentSpan(length: number, form: FragmentForm): Span {
  const [start, end] = [HEADER_LENGTH, HEADER_LENGTH + length]
  const leaf = (meaning: string): Span => ({
    ...{ label: 'fragment', typeName: 'opaque', start, end, meaning, children: [] },
  })
  if (form.type === 'plain') return leaf(plural(length, 'byte'))
  if (form.type !== 'opened') return leaf(`${plural(length, 'byte')}, encrypted, not opened`)
  const { bulk, contentLength } = form
  const isAead = bulk.type === 'aead'
  const parts = isAead ? aeadParts(bulk, contentLength) : blockParts(bulk, contentLength, length)
  const typeName = isAead ? 'GenericAEADCipher' : 'GenericBlockCipher'
  return { label: 'fragment', typeName, start, end, children: spansOf(parts, start) }
}

/** The annotated tree of a whole record; of its header alone where the contents are told as messages. */
export function recordSpan(raw: Uint8Array, form: FragmentForm): Span {
  const [type = 0, major = 0, minor = 0] = raw
  const version = (major << 8) | minor
  const length = raw.length - HEADER_LENGTH
  const number = (
    label: string,
    typeName: string,
    start: number,
    end: number,
    value: number,
    meaning: string,
  ): Span => ({
    ...{ label, typeName, start, end, value, meaning, children: [] },
  })
  const hex = (value: number, width: number): string => `0x${value.toString(16).padStart(width, '0')}`
  const header = [
    number('type', 'ContentType', 0, 1, type, `${hex(type, 2)} ${nameOf(ContentType, type)}`),
    number('version', 'ProtocolVersion', 1, 3, version, `${hex(version, 4)} ${nameOf(ProtocolVersion, version, 2)}`),
    number('length', 'uint16', 3, HEADER_LENGTH, length, String(length)),
  ]
  const isPlain = form.type === 'plain' || form.type === 'told'
  const label = isPlain ? 'TLSPlaintext' : 'TLSCiphertext'
  const fragment = form.type === 'told' || length === 0 ? [] : [fragmentSpan(length, form)]
  const end = fragment.length === 0 ? HEADER_LENGTH : raw.length
  return { label, typeName: label, start: 0, end, children: [...header, ...fragment] }
}
