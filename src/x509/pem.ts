import { DerTag, readWholeDer } from '../codec/der.js'
import { wrapPkcs1PrivateKey, wrapSec1PrivateKey } from '../crypto/private-key-info.js'
import { decodeBase64 } from './base64.js'
import { decryptPrivateKeyInfo, decryptTraditional, type KeyProtection } from './keystore/encrypted-private-key.js'
import { damaged as damagedKeystore } from './keystore/keystore-error.js'

/** What is wrong with a PEM text. */
export type PemErrorReason =
  | 'boundary'
  | 'headers'
  | 'base64'
  | 'not_der'
  | 'encrypted'
  | 'no_certificate'
  | 'no_private_key'
  | 'several_private_keys'
  | 'unsupported_private_key'

/** A PEM text that cannot be used. The message says what to change; neither it nor anything else here holds contents. */
export class PemError extends Error {
  override readonly name = 'PemError'
  readonly reason: PemErrorReason

  constructor(reason: PemErrorReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** One textual encoding: the words after BEGIN, and the bytes between the boundaries. */
export interface PemBlock {
  readonly label: string
  readonly der: Uint8Array
}

/** A block before its base64 is looked at, so that a block nobody asked for is not decoded. */
interface RawBlock {
  readonly label: string
  readonly line: number
  readonly body: readonly string[]
}

const BOUNDARY = /^-----(BEGIN|END) ((?:[!-,.-~](?:[- ]?[!-,.-~])*)?)-----[ \t]*$/
const LOOKS_LIKE_A_BOUNDARY = /^\s*-{2,}\s*(BEGIN|END)\b/i
const HEADER = /^[A-Za-z][A-Za-z0-9-]*:/

/** Cuts a text into blocks. What stands between them is explanation and skipped (RFC 7468 §5.2). */
function cut(text: string): RawBlock[] {
  const blocks: RawBlock[] = []
  let open: { label: string; line: number; body: string[] } | undefined
  for (const [index, content] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1
    const boundary = BOUNDARY.exec(content)
    if (boundary === null) {
      // A damaged boundary taken for explanation would make a certificate vanish without a word.
      if (LOOKS_LIKE_A_BOUNDARY.test(content)) throw damaged(line)
      open?.body.push(content.replace(/[ \t]+$/, ''))
      continue
    }
    const [, kind, label = ''] = boundary
    if (kind === 'BEGIN') {
      if (open !== undefined) throw unfinished(open)
      open = { label, line, body: [] }
    } else {
      if (open?.label !== label) throw mismatched(line, label, open)
      blocks.push(open)
      open = undefined
    }
  }
  if (open !== undefined) throw unfinished(open)
  return blocks
}

const damaged = (line: number): PemError =>
  new PemError('boundary', `line ${line} is not a whole PEM boundary: write five hyphens on each side and nothing else`)

const unfinished = (block: { label: string; line: number }): PemError =>
  new PemError('boundary', `the ${block.label} block of line ${block.line} has no END line: the text may be cut short`)

function mismatched(line: number, label: string, open: { label: string; line: number } | undefined): PemError {
  const expected = open === undefined ? 'no block is open' : `the ${open.label} block of line ${open.line} is open`
  return new PemError('boundary', `line ${line} ends a ${label} block, but ${expected}`)
}

function refuseHeaders(block: RawBlock): void {
  if (!block.body.some((line) => HEADER.test(line))) return
  if (block.body.some((line) => /^Proc-Type:.*ENCRYPTED/.test(line))) throw encrypted(block)
  throw new PemError('headers', `the ${block.label} block of line ${block.line} has headers: PEM of RFC 7468 has none`)
}

const encrypted = (block: RawBlock): PemError =>
  new PemError(
    'encrypted',
    `the ${block.label} block of line ${block.line} is encrypted: give its password, and the provider that opens it`,
  )

/** The bytes of a block in the standard form: blank lines before the base64 only, padding at its end only (RFC 7468 §3). */
function contents(block: RawBlock): Uint8Array {
  refuseHeaders(block)
  const first = block.body.findIndex((line) => line !== '')
  return base64Contents(block, first < 0 ? [] : block.body.slice(first))
}

function base64Contents(block: RawBlock, lines: readonly string[]): Uint8Array {
  const bytes = lines.every((line) => line !== '') ? decodeBase64(lines.join('')) : undefined
  if (bytes === undefined || bytes.length === 0) {
    throw new PemError('base64', `the ${block.label} block of line ${block.line} does not hold well-formed base64`)
  }
  return bytes
}

function derContents(block: RawBlock): Uint8Array {
  const bytes = contents(block)
  try {
    readWholeDer(bytes, DerTag.sequence)
  } catch {
    throw notDer(block)
  }
  return bytes
}

const notDer = (block: RawBlock): PemError =>
  new PemError(
    'not_der',
    `the ${block.label} block of line ${block.line} is not the DER encoding of what its label says`,
  )

const found = (blocks: readonly RawBlock[]): string =>
  blocks.length === 0 ? 'it holds no PEM block' : `it holds ${blocks.map((block) => block.label).join(', ')}`

/** Every block of a PEM text, in order; text around blocks is skipped. Throws `PemError` (RFC 7468 §3). */
export function readPem(text: string): readonly PemBlock[] {
  return cut(text).map((block) => ({ label: block.label, der: contents(block) }))
}

/** The DER certificates of a PEM text, in order; blocks of other kinds are skipped. Throws `PemError`, also where there is none. */
export function certificatesFromPem(text: string): Uint8Array[] {
  const blocks = cut(text)
  const certificates = blocks.filter((block) => block.label === 'CERTIFICATE')
  if (certificates.length === 0) {
    throw new PemError('no_certificate', `a PEM text with a CERTIFICATE block is needed, but ${found(blocks)}`)
  }
  return certificates.map(derContents)
}

/** How each kind of key becomes a PrivateKeyInfo. */
const keyForms: Readonly<Record<string, (der: Uint8Array) => Uint8Array>> = {
  'PRIVATE KEY': (der) => der,
  'RSA PRIVATE KEY': wrapPkcs1PrivateKey,
  'EC PRIVATE KEY': wrapSec1PrivateKey,
}

/** The one block of a PEM text that holds a private key. */
function onlyKey(text: string): RawBlock {
  const blocks = cut(text)
  const [key, another] = blocks.filter((block) => block.label.endsWith('PRIVATE KEY'))
  if (key === undefined) {
    throw new PemError('no_private_key', `a PEM text with a PRIVATE KEY block is needed, but ${found(blocks)}`)
  }
  if (another !== undefined) {
    throw new PemError('several_private_keys', `one private key is needed, but the PEM text has more: ${found(blocks)}`)
  }
  return key
}

const ENCRYPTED_HEADERS = /^Proc-Type: ?4, ?ENCRYPTED\nDEK-Info: ?([^\n]*)\n\n/

/**
 * The DER behind the two headers that OpenSSL writes into a block of PKCS#1 or SEC 1 that it encrypts, or `undefined`
 * where the block has none of them. Other headers, and these in another order, are refused.
 */
function traditionalContents(block: RawBlock, protection: KeyProtection | undefined): Uint8Array | undefined {
  if (protection === undefined) return undefined
  const body = block.body.join('\n')
  const [headers, info] = ENCRYPTED_HEADERS.exec(body) ?? []
  if (headers === undefined || info === undefined) return undefined
  return decryptTraditional(info, base64Contents(block, body.slice(headers.length).split('\n')), protection)
}

/**
 * The one private key of a PEM text as DER PrivateKeyInfo (PKCS#8, RFC 5958 §2); certificates beside it are skipped.
 * PKCS#1 and SEC 1 keys are wrapped, and encrypted ones of all three kinds are opened where `protection` gives a password;
 * it is not looked at for a key that is not encrypted. Throws `PemError` for none, several, an encrypted one without a
 * password or an unknown one, and `KeystoreError` for one that does not open.
 */
export function privateKeyInfoFromPem(text: string, protection?: KeyProtection): Uint8Array {
  const key = onlyKey(text)
  if (key.label === 'ENCRYPTED PRIVATE KEY') {
    if (protection === undefined) throw encrypted(key)
    return decryptPrivateKeyInfo(derContents(key), protection)
  }
  const form = Object.hasOwn(keyForms, key.label) ? keyForms[key.label] : undefined
  if (form === undefined) {
    throw new PemError(
      'unsupported_private_key',
      `a ${key.label} block cannot be read: convert it to PKCS#8, for instance with "openssl pkcs8 -topk8 -nocrypt"`,
    )
  }
  const opened = traditionalContents(key, protection)
  try {
    return form(opened ?? derContents(key))
  } catch (error) {
    if (error instanceof PemError) throw error
    throw opened === undefined ? notDer(key) : damagedKeystore('the key inside is not what the label of its block says')
  }
}
