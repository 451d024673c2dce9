import { concat } from '../../bytes/convert.js'
import type { CertificateKind, PublicKey } from '../../crypto/key-types.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { schemeParameters } from '../../crypto/scheme-parameters.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../crypto/subject-public-key-info.js'
import { DEFAULT_PEER_SCHEMES } from '../../handshake/negotiation.js'
import type { DigitallySigned } from '../../messages/digitally-signed.js'
import { SignatureSchemeList } from '../../messages/extensions/signature-algorithms.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { nameOf } from '../../registry/registry.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { readServerKeyExchange } from '../key-exchange-bodies.js'
import { schemeText } from '../words.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import { type Examine, readIn } from './examined.js'
import type { HandshakeFacts } from './handshake-facts.js'

interface SignatureToCheck {
  /** Of the certificate that came with it; absent where the capture has none. */
  readonly certificate: Uint8Array | undefined
  readonly certificateType: CertificateKind
  readonly signed: DigitallySigned
  readonly content: Uint8Array
  /** What the other side said that it accepts; absent where it was not seen. */
  readonly accepted: readonly SignatureScheme[] | undefined
  /** What was signed, in words. */
  readonly over: string
}

/** The key in a certificate, or the raw one; `undefined` for kinds that this library does not know. */
export function keyOf(certificate: Uint8Array, type: CertificateKind): PublicKey | undefined {
  try {
    return readSubjectPublicKeyInfo(type === 'X509' ? certificatePublicKeyInfo(certificate) : certificate)
  } catch {
    return undefined
  }
}

/** Verifies a signature of the handshake with the key in the certificate that came with it. Never throws for what was captured. */
function checkSignature(
  provider: Pick<CryptoProvider, 'verifySignature'>,
  { certificate, certificateType, signed, content, accepted, over }: SignatureToCheck,
): CaptureCheck {
  const scheme = schemeText(signed.algorithm)
  if (accepted !== undefined && !accepted.includes(signed.algorithm)) {
    return wrong('signature', `${scheme}, which the other side did not offer`)
  }
  if (schemeParameters(signed.algorithm) === undefined) {
    return notChecked('signature', `${scheme} is not a scheme that is verified here`)
  }
  if (certificate === undefined) return notChecked('signature', 'the certificate is not in the capture')
  const key = keyOf(certificate, certificateType)
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

/** Schemes that the client accepts (RFC 5246 §7.4.1.4.1). */
const clientSchemes = ({ clientHello }: HandshakeFacts): readonly SignatureScheme[] | undefined =>
  clientHello && (readIn(clientHello, ExtensionType.signature_algorithms, SignatureSchemeList) ?? DEFAULT_PEER_SCHEMES)

/** The server signs both randoms and its share (RFC 5246 §7.4.3); under the PSK suites nothing (RFC 4279 §2). */
export const checkShareSignature: Examine<'server_key_exchange'> = ({ facts, crypto }, { body }) => {
  const { suite, negotiated, serverHello, chains, certificateTypes } = facts
  if (suite === undefined || negotiated === undefined) {
    const name = serverHello === undefined ? 'without ServerHello' : nameOf(CipherSuite, serverHello.cipherSuite, 2)
    return notChecked('signature', `the cipher suite is not one that is read here: ${name}`)
  }
  const { signed } = readServerKeyExchange(suite, body)
  return (
    signed &&
    checkSignature(crypto, {
      certificate: chains.server?.[0],
      certificateType: certificateTypes.server,
      signed: signed.signature,
      content: concat(negotiated.clientRandom, negotiated.serverRandom, signed.params),
      accepted: clientSchemes(facts),
      over: 'both randoms and these parameters',
    })
  )
}

/** The client signs every message before (RFC 5246 §7.4.8). */
export const checkProof: Examine<'certificate_verify'> = ({ facts, crypto }, signed) => {
  const { chains, transcript, certificateRequest, certificateTypes } = facts
  return checkSignature(crypto, {
    certificate: chains.client?.[0],
    certificateType: certificateTypes.client,
    signed,
    content: transcript,
    accepted: certificateRequest?.supportedSignatureAlgorithms,
    over: 'the handshake so far',
  })
}
