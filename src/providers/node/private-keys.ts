import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { MalformedError } from '../../bytes/reader.js'
import { checkKeyParameters } from '../../crypto/key-parameters.js'
import type { EcdsaCurve, PrivateKey } from '../../crypto/key-types.js'
import { checkOneCurve, checkStoredPublicKey } from '../../crypto/private-key-checks.js'
import {
  type PrivateKeyInfo,
  readCurvePrivateKey,
  readEcPrivateKey,
  readPrivateKeyInfo,
} from '../../crypto/private-key-info.js'
import { edwardsKeyLength, type PublicKeyContents, readPublicKeyContents } from '../../crypto/public-key-contents.js'
import { importRsaPrivateKey } from '../../crypto/rsa-key.js'
import { cannotSign, checkPssFits, fittingScheme } from '../../crypto/scheme-parameters.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { asBuffer, plain } from './bytes.js'
import { nistCurve } from './elliptic-key-share.js'
import { decryptPreMaster } from './rsa-pre-master.js'
import { signingInput } from './signing-input.js'

function signWith(object: KeyObject, own: PublicKeyContents, scheme: SignatureScheme, content: Uint8Array): Uint8Array {
  const parameters = fittingScheme(own, scheme)
  if (parameters === undefined) throw cannotSign(own.keyType, scheme)
  if ('rsa' in own && 'padding' in parameters && parameters.padding === 'pss') {
    checkPssFits(own.rsa.bits, parameters.hash)
  }
  const { digest, key } = signingInput(parameters, object)
  return plain(sign(digest, content, key))
}

/** A signer over a key that stays in OpenSSL; `own` is its public half. */
function signer(object: KeyObject, own: PublicKeyContents): PrivateKey {
  return {
    keyType: own.keyType,
    ...(own.keyType === 'ecdsa' ? { curve: own.curve } : {}),
    sign: (scheme, content) => signWith(object, own, scheme, content),
    ...(own.keyType === 'rsa'
      ? { decryptPreMaster: (encrypted, version) => decryptPreMaster(own.rsa, object, encrypted, version) }
      : {}),
  }
}

/** Runs an import and turns what OpenSSL or the reader of DER refuse into `TypeError`; nothing of the key is quoted. */
function importing(read: () => PrivateKey): PrivateKey {
  try {
    return read()
  } catch (error) {
    if (error instanceof TypeError) throw error
    const why = error instanceof MalformedError ? error.message : 'OpenSSL does not read it'
    throw new TypeError(`not a usable private key: ${why}`)
  }
}

const publicHalf = (object: KeyObject): PublicKeyContents =>
  readPublicKeyContents(plain(createPublicKey(object).export({ format: 'der', type: 'spki' })))

/**
 * A signer over a private key that lives in OpenSSL, wherever it came from; only its public half is read. Throws
 * `TypeError` for a key of a kind, a size or with parameters that TLS 1.2 does not use.
 */
export function importKey(key: KeyObject): PrivateKey {
  if (key.type !== 'private') throw new TypeError(`a ${key.type} key does not sign`)
  return importing(() => signer(key, publicHalf(key)))
}

function checkEcdsaKey(info: PrivateKeyInfo, curve: EcdsaCurve | undefined): void {
  if (curve === undefined) throw new TypeError('an ECDSA key without a curve')
  const inner = readEcPrivateKey(info.privateKey)
  checkOneCurve(info, inner)
  const own = nistCurve(curve)
  own.setPrivateKey(inner.privateKey) // throws unless the scalar is from 1 to the order less 1
  checkStoredPublicKey(own.getPublicKey(), inner.publicKey, info.publicKey)
}

/** What OpenSSL does not check when it reads a key: that its parts belong together, and that it is one for TLS 1.2. */
function checkInfo(info: PrivateKeyInfo): void {
  checkKeyParameters(info.keyType, info.parameters)
  if (info.keyType === 'rsa' || info.keyType === 'rsa-pss') importRsaPrivateKey(info.privateKey)
  else if (info.keyType === 'ecdsa') checkEcdsaKey(info, info.curve)
  else if (readCurvePrivateKey(info.privateKey).length !== edwardsKeyLength[info.keyType]) {
    throw new TypeError(`not a private key of ${info.keyType}`)
  }
}

/** A signer from a DER PrivateKeyInfo, of which OpenSSL keeps its own copy. Throws `TypeError` for keys it cannot use. */
export function importPrivateKey(privateKeyInfo: Uint8Array): PrivateKey {
  return importing(() => {
    const info = readPrivateKeyInfo(privateKeyInfo)
    checkInfo(info)
    const object = createPrivateKey({ key: asBuffer(privateKeyInfo), format: 'der', type: 'pkcs8' })
    const own = publicHalf(object)
    if (own.keyType === 'ed25519' || own.keyType === 'ed448') checkStoredPublicKey(own.point, info.publicKey)
    return signer(object, own)
  })
}
