import { publicEqual } from '../../bytes/equal.js'
import { tryParse } from '../try-parse.js'
import { assembleChain } from './assemble-chain.js'
import { keyFits } from './key-fits.js'
import { KeystoreError } from './keystore-error.js'
import type { BagNames } from './safe-bags.js'

export interface KeyEntry extends BagNames {
  readonly privateKeyInfo: Uint8Array
}

export interface CertificateEntry extends BagNames {
  readonly der: Uint8Array
}

/** A private key with its chain, as a keystore holds them. */
export interface KeystoreEntry extends BagNames {
  /** DER certificates, end entity first, as far as the keystore has them. */
  readonly certificateChain: readonly Uint8Array[]
  /** DER PrivateKeyInfo (PKCS#8, RFC 5958 §2): a secret in plain bytes. */
  readonly privateKeyInfo: Uint8Array
}

const sameLocalKeyId = (key: KeyEntry, { localKeyId }: CertificateEntry): boolean =>
  key.localKeyId !== undefined && localKeyId !== undefined && publicEqual(key.localKeyId, localKeyId)

const fits = (key: KeyEntry, certificate: CertificateEntry): boolean | undefined => {
  const parsed = tryParse(certificate.der)
  return parsed && keyFits(key.privateKeyInfo, parsed.subjectPublicKeyInfo)
}

/** Certificates that no other one of the list names as its issuer. */
function endEntities(certificates: readonly CertificateEntry[]): readonly CertificateEntry[] {
  const parsed = certificates.map(({ der }) => tryParse(der))
  return certificates.filter((_, index) => {
    const subject = parsed[index]?.subject.comparable
    return !parsed.some((other, at) => at !== index && other !== undefined && other.issuer.comparable === subject)
  })
}

/**
 * The certificate of a key: the one with its localKeyId, or else the one with its public key, or else, where encodings do
 * not show the public key, the one that is left over.
 */
function findCertificate(
  key: KeyEntry,
  certificates: readonly CertificateEntry[],
  isOnlyKey: boolean,
): CertificateEntry | undefined {
  const tied = certificates.filter((certificate) => sameLocalKeyId(key, certificate))
  if (tied.length > 0) {
    const [fitting] = tied.filter((certificate) => fits(key, certificate) !== false)
    if (fitting !== undefined) return fitting
    throw new KeystoreError(
      'key_mismatch',
      'a private key and the certificate of its localKeyId do not belong together',
    )
  }
  const same = certificates.find((certificate) => fits(key, certificate) === true)
  if (same !== undefined || !isOnlyKey) return same
  const open = endEntities(certificates).filter((certificate) => fits(key, certificate) === undefined)
  return open.length === 1 ? open[0] : undefined
}

function nameOf({ friendlyName, localKeyId }: BagNames): BagNames {
  return {
    ...(friendlyName === undefined ? {} : { friendlyName }),
    ...(localKeyId === undefined ? {} : { localKeyId }),
  }
}

/** Joins each key with the chain of its certificate. Throws `KeystoreError` for a key that has none. */
export function pairKeys(keys: readonly KeyEntry[], certificates: readonly CertificateEntry[]): KeystoreEntry[] {
  const pool = certificates.map(({ der }) => der)
  return keys.map((key) => {
    const certificate = findCertificate(key, certificates, keys.length === 1)
    if (certificate === undefined) {
      const why =
        certificates.length === 0 ? 'it holds no certificate at all' : 'none of its certificates is for that key'
      throw new KeystoreError('missing_chain', `the keystore has a private key without a certificate: ${why}`)
    }
    const names = { ...nameOf(certificate), ...nameOf(key) }
    return { certificateChain: assembleChain(certificate.der, pool), privateKeyInfo: key.privateKeyInfo, ...names }
  })
}
