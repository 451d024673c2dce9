import type { PublicKey } from '../../crypto/key-types.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { schemeParameters } from '../../crypto/scheme-parameters.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../crypto/subject-public-key-info.js'
import type { DigitallySigned } from '../../messages/digitally-signed.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { schemeText } from '../words.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'

export interface SignatureToCheck {
  /** DER; absent where the capture has none. */
  readonly certificate: Uint8Array | undefined
  readonly signed: DigitallySigned
  readonly content: Uint8Array
  /** What the other side said that it accepts; absent where it was not seen. */
  readonly accepted: readonly SignatureScheme[] | undefined
  /** What was signed, in words. */
  readonly over: string
}

function keyOf(certificate: Uint8Array): PublicKey | undefined {
  try {
    return readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate))
  } catch {
    return undefined
  }
}

/** Verifies a signature of the handshake with the key in the certificate that came with it. Never throws for what was captured. */
export function checkSignature(
  provider: Pick<CryptoProvider, 'verifySignature'>,
  { certificate, signed, content, accepted, over }: SignatureToCheck,
): CaptureCheck {
  const scheme = schemeText(signed.algorithm)
  if (accepted !== undefined && !accepted.includes(signed.algorithm)) {
    return wrong('signature', `${scheme}, which the other side did not offer`)
  }
  if (schemeParameters(signed.algorithm) === undefined) {
    return notChecked('signature', `${scheme} is not a scheme that is verified here`)
  }
  if (certificate === undefined) return notChecked('signature', 'the certificate is not in the capture')
  const key = keyOf(certificate)
  if (key === undefined)
    return notChecked('signature', 'the key in the certificate is of a kind that is not known here')
  let valid: unknown
  try {
    valid = provider.verifySignature(key, signed.algorithm, content, signed.signature)
  } catch {
    return notChecked('signature', 'the key in the certificate cannot be used here')
  }
  if (typeof valid !== 'boolean') return notChecked('signature', 'this provider answers later than a capture is read')
  return valid
    ? right('signature', `the key in the certificate signed ${over} (${scheme})`)
    : wrong('signature', `not made by the key in the certificate over ${over} (${scheme})`)
}
