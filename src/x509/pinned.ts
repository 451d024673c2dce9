import { fromHex, toHex } from '../bytes/convert.js'
import { publicEqual } from '../bytes/equal.js'
import { DerTag, readWholeDer } from '../codec/der.js'
import type { CertificateRefusal, CertificateVerdict } from '../crypto/environment.js'
import type { PublicKey } from '../crypto/key-types.js'
import type { HashPrimitives } from '../crypto/primitives.js'
import {
  certificatePublicKeyInfo,
  readSubjectPublicKeyInfo,
  subjectPublicKey,
} from '../crypto/subject-public-key-info.js'
import { decodeBase64, encodeBase64 } from './base64.js'
import type { ImmediateVerifier } from './verifier.js'

/** A certificate (DER), the SHA-256 of one, or the SHA-256 of a SubjectPublicKeyInfo, which outlives renewals with the same key. */
export type Pin = Uint8Array | { readonly spkiSha256: Uint8Array } | { readonly certificateSha256: Uint8Array }

/** The fingerprints by which a peer can be pinned; one that shows a bare key has no certificate (RFC 7250 §3). */
interface Fingerprints {
  readonly certificate?: Uint8Array
  readonly spki: Uint8Array
}

const DIGEST_LENGTH = 32

function digestOfPin(digest: Uint8Array): Uint8Array {
  if (!(digest instanceof Uint8Array) || digest.length !== DIGEST_LENGTH) {
    throw new TypeError(`a pin's SHA-256 must be ${DIGEST_LENGTH} bytes`)
  }
  return digest.slice()
}

function matcher(pin: Pin, primitives: HashPrimitives): (presented: Fingerprints) => boolean {
  if (pin instanceof Uint8Array) {
    try {
      readWholeDer(pin, DerTag.sequence)
    } catch {
      throw new TypeError('a pinned certificate must be DER: for PEM, pin the bytes that certificatesFromPem returns')
    }
    const expected = primitives.hash('sha256', pin)
    return ({ certificate }) => certificate !== undefined && publicEqual(certificate, expected)
  }
  if ('spkiSha256' in pin) {
    const expected = digestOfPin(pin.spkiSha256)
    return (presented) => publicEqual(presented.spki, expected)
  }
  const expected = digestOfPin(pin.certificateSha256)
  return ({ certificate }) => certificate !== undefined && publicEqual(certificate, expected)
}

const refuse = (reason: CertificateRefusal, message: string): CertificateVerdict => ({
  accepted: false,
  reason,
  message,
})

/** The SubjectPublicKeyInfo that was shown, in a certificate or bare, or `undefined` where it is not well-formed. */
function wellFormedKeyInfo(shown: Uint8Array, bare: boolean): Uint8Array | undefined {
  try {
    const keyInfo = bare ? shown : certificatePublicKeyInfo(shown)
    subjectPublicKey(keyInfo)
    return keyInfo
  } catch {
    return undefined
  }
}

function supportedKey(keyInfo: Uint8Array): PublicKey | undefined {
  try {
    return readSubjectPublicKeyInfo(keyInfo)
  } catch {
    return undefined
  }
}

function mismatch(peer: string, { certificate, spki }: Fingerprints): CertificateVerdict {
  const key = formatPin({ spkiSha256: spki })
  const seen =
    certificate === undefined
      ? `raw public key matches no pin of a key: its SHA-256 is ${key}; `
      : `certificate matches no pin: its SHA-256 is ${formatPin({ certificateSha256: certificate })}, its key's is ${key}; `
  return refuse(
    'not_pinned',
    `the ${peer}'s ${seen}` +
      `if another channel confirms that these belong to the ${peer} you expect, pin one of them`,
  )
}

/**
 * Accepts a peer whose end-entity certificate, or the key in it, or the raw key that it shows instead of one (RFC 7250
 * §4.4), is one of `pins`, and refuses everyone else. Nothing
 * else is looked at: neither chain nor dates nor names nor revocation, and the verdict lists the check `pin` alone. Throws
 * `TypeError` for an empty list or for a pin that can match nothing.
 */
export function pinnedCertificates(pins: readonly Pin[], primitives: HashPrimitives): ImmediateVerifier {
  if (pins.length === 0) throw new TypeError('an empty list of pins would refuse every peer: pin at least one')
  const matchers = pins.map((pin) => matcher(pin, primitives))
  return ({ peer, certificateChain, certificateType }) => {
    const [shown] = certificateChain
    const bare = certificateType === 'RawPublicKey'
    const keyInfo = shown && wellFormedKeyInfo(shown, bare)
    if (shown === undefined || keyInfo === undefined) {
      return refuse(
        'bad_certificate',
        bare
          ? `the ${peer}'s raw public key is not well-formed: it must be a DER SubjectPublicKeyInfo`
          : `the ${peer}'s certificate is not well-formed: it must be a DER X.509 certificate`,
      )
    }
    const publicKey = supportedKey(keyInfo)
    if (publicKey === undefined) {
      return refuse(
        'unsupported_certificate',
        `the ${peer}'s certificate holds a key of a kind that is not supported: ` +
          'RSA, ECDSA on P-256, P-384 or P-521, Ed25519 and Ed448 are',
      )
    }
    const presented: Fingerprints = {
      ...(bare ? {} : { certificate: primitives.hash('sha256', shown) }),
      spki: primitives.hash('sha256', keyInfo),
    }
    if (!matchers.some((matches) => matches(presented))) return mismatch(peer, presented)
    return { accepted: true, publicKey, checked: ['pin'] }
  }
}

/**
 * Reads a pin: `sha256/BASE64` is the SHA-256 of a SubjectPublicKeyInfo, `sha256:HEX` that of a certificate, with or
 * without colons between the octets. Throws `TypeError` for anything else.
 */
export function parsePin(text: string): Exclude<Pin, Uint8Array> {
  const spki = /^sha256\/(.*)$/.exec(text)?.[1]
  const digest = spki === undefined ? undefined : decodeBase64(spki)
  if (digest?.length === DIGEST_LENGTH) return { spkiSha256: digest }
  const fingerprint = /^sha256:([0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.exec(text)?.[1]
  if (fingerprint !== undefined) return { certificateSha256: fromHex(fingerprint.replaceAll(':', '')) }
  throw new TypeError(
    'a pin is sha256/ and 44 characters of base64 (of a public key), ' +
      'or sha256: and 64 hexadecimal digits (of a certificate)',
  )
}

/** The spelling that `parsePin` reads. */
export function formatPin(pin: Exclude<Pin, Uint8Array>): string {
  return 'spkiSha256' in pin ? `sha256/${encodeBase64(pin.spkiSha256)}` : `sha256:${toHex(pin.certificateSha256)}`
}
