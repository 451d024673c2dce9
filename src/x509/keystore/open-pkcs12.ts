import { MalformedError, Reader } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import { readAlgorithm } from './algorithm.js'
import { requireChainTo } from './assemble-chain.js'
import { berToDer } from './ber.js'
import { opening, readEncryptedPrivateKeyInfo } from './encrypted-private-key.js'
import type { KeystoreContext, KeystorePrimitives } from './keystore-context.js'
import { damaged, KeystoreError, unsupported, wrongPassword } from './keystore-error.js'
import { type CertificateEntry, type KeyEntry, type KeystoreEntry, pairKeys } from './pair-keys.js'
import { type PasswordCipher, passwordCipher } from './password-cipher.js'
import { type Pfx, readAuthenticatedSafe, readPfx, type SafePart } from './pfx.js'
import { macMatches } from './pfx-mac.js'
import { readSafeContents, type SafeBag } from './safe-bags.js'
import { firstBlockFits, requireWholeBlocks, unseal } from './unseal.js'
import type { KeystoreLimits } from './work-budget.js'

export interface Pkcs12Options {
  readonly limits?: KeystoreLimits
  /** Opens files without a MAC too, of which nobody can tell whether they were changed. Off by default. */
  readonly allowMissingMac?: boolean
  /** DER certificates: each chain must end at one of them, at a certificate issued by one, or at a root of its own. */
  readonly chainTo?: readonly Uint8Array[]
}

/** What a PKCS#12 file holds. */
export interface Pkcs12Contents {
  /** One for each private key; none in a file of trusted certificates alone. */
  readonly credentials: readonly KeystoreEntry[]
  /** Every certificate, in the order of the file. */
  readonly certificates: readonly Uint8Array[]
}

interface Sealed {
  readonly cipher: PasswordCipher
  readonly ciphertext: Uint8Array
}

const openPart = (part: SafePart & { type: 'encrypted' }, context: KeystoreContext): Sealed => ({
  cipher: passwordCipher(readAlgorithm(new Reader(part.algorithm)), context),
  ciphertext: part.ciphertext,
})

/** The ciphers of everything encrypted that can be reached without decrypting. */
function* sealedParts(parts: readonly SafePart[], context: KeystoreContext): Generator<() => Sealed> {
  for (const part of parts) {
    if (part.type === 'encrypted') {
      yield () => openPart(part, context)
      continue
    }
    for (const bag of readSafeContents(part.contents, context.budget)) {
      if (bag.type === 'encrypted key') yield () => readEncryptedPrivateKeyInfo(new Reader(bag.fields), context)
    }
  }
}

function opens({ cipher, ciphertext }: Sealed): boolean {
  requireWholeBlocks(ciphertext, cipher.blockLength)
  return firstBlockFits(cipher.decrypt(ciphertext.subarray(0, cipher.blockLength)), ciphertext.length)
}

/**
 * Says why a MAC does not match. Where the first block of any part still opens, the password is right and the file was
 * changed. Nothing past these blocks is decrypted, no padding is looked at, and nothing of them is kept: what a forger
 * learns from the answer is that a SEQUENCE begins there, which the format says anyway.
 */
function macFailure(parts: readonly SafePart[], context: KeystoreContext): KeystoreError {
  try {
    for (const sealed of sealedParts(parts, context)) {
      try {
        if (opens(sealed())) return damaged('its MAC does not match its contents')
      } catch (error) {
        if (!(error instanceof KeystoreError || error instanceof MalformedError)) throw error
      }
    }
  } catch (error) {
    if (!(error instanceof KeystoreError || error instanceof MalformedError)) throw error
    return damaged('its MAC does not match its contents, which are malformed')
  }
  return wrongPassword()
}

/** No password at all is spelled in two ways: as the end mark alone, and as nothing. */
const spellings = (context: KeystoreContext, password: string): readonly KeystoreContext[] =>
  password === ''
    ? [context, { ...context, passwords: { ...context.passwords, bmp: new Secret(new Uint8Array()) } }]
    : [context]

/** Checks the MAC before anything is decrypted. Answers the context in whose spelling the password is right. */
function authenticate(
  { mac, authenticated }: Pfx,
  parts: readonly SafePart[],
  contexts: readonly KeystoreContext[],
  allowMissingMac: boolean,
): KeystoreContext {
  const [first] = contexts
  if (first === undefined) throw wrongPassword()
  if (mac === undefined) {
    if (allowMissingMac) return first
    throw unsupported(
      'the keystore has no MAC, so that changes to it would go unseen: allowMissingMac opens it all the same',
    )
  }
  const right = contexts.find((context) => macMatches(mac, authenticated, context))
  if (right === undefined) throw macFailure(parts, first)
  return right
}

const partContents = (part: SafePart, context: KeystoreContext): Uint8Array => {
  if (part.type === 'data') return part.contents
  const { cipher, ciphertext } = openPart(part, context)
  return unseal(cipher, ciphertext)
}

function keyEntry(bag: SafeBag, context: KeystoreContext): KeyEntry | undefined {
  if (bag.type === 'certificate') return undefined
  if (bag.type === 'key') return bag
  const { cipher, ciphertext } = readEncryptedPrivateKeyInfo(new Reader(bag.fields), context)
  const { type: _type, fields: _fields, ...names } = bag
  return { ...names, privateKeyInfo: berToDer(unseal(cipher, ciphertext), context.budget) }
}

/**
 * Opens a PKCS#12 file (RFC 7292): PBES2 as of today, and the RC2 and triple DES of old files. The MAC is checked, in
 * constant time, before anything is decrypted. BER is accepted here and nowhere else. Throws `KeystoreError`: its reason
 * tells a wrong password from a damaged file and from a key without certificate; `TypeError` without a password string,
 * which is empty for none. The keys are not held against their
 * certificates any further than their encodings show; `importCredentials` does.
 */
export function openPkcs12(
  bytes: Uint8Array,
  password: string,
  crypto: KeystorePrimitives,
  options: Pkcs12Options = {},
): Pkcs12Contents {
  if (typeof password !== 'string') throw new TypeError('a password is needed, as a string: the empty one for none')
  const { limits, allowMissingMac = false, chainTo } = options
  const protection = { password, crypto, ...(limits === undefined ? {} : { limits }) }
  return opening(protection, bytes.length, (initial) => {
    const pfx = readPfx(bytes, initial.budget)
    const parts = readAuthenticatedSafe(pfx.authenticated, initial.budget)
    const context = authenticate(pfx, parts, spellings(initial, password), allowMissingMac)
    const bags = parts.flatMap((part) => readSafeContents(partContents(part, context), context.budget))
    const keys = bags.flatMap((bag) => keyEntry(bag, context) ?? [])
    const certificates: CertificateEntry[] = bags.filter((bag) => bag.type === 'certificate')
    const credentials = pairKeys(keys, certificates)
    if (chainTo !== undefined) for (const { certificateChain } of credentials) requireChainTo(chainTo, certificateChain)
    return { credentials, certificates: certificates.map(({ der }) => der) }
  })
}
