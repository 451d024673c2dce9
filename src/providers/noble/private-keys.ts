import { MalformedError } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import { checkKeyParameters } from '../../crypto/key-parameters.js'
import type { EcdsaCurve, PrivateKey } from '../../crypto/key-types.js'
import { checkOneCurve, checkStoredPublicKey } from '../../crypto/private-key-checks.js'
import {
  type PrivateKeyInfo,
  readCurvePrivateKey,
  readEcPrivateKey,
  readPrivateKeyInfo,
} from '../../crypto/private-key-info.js'
import { type EdwardsCurve, edwardsKeyLength } from '../../crypto/public-key-contents.js'
import { importRsaPrivateKey } from '../../crypto/rsa-key.js'
import { cannotSign, type PssHash, schemeParameters } from '../../crypto/scheme-parameters.js'
import type { RandomBytes } from './big-math.js'
import { edwardsPublicKey, isNistScalar, nistPublicKey, signEcdsa, signEdwards } from './elliptic-signatures.js'
import { hash } from './hashes.js'
import { signPkcs1 } from './rsa-pkcs1.js'
import { decryptPreMaster } from './rsa-pre-master.js'
import { rsaPrivateOperation } from './rsa-private-operation.js'
import { signPss } from './rsa-pss.js'

export interface SigningOptions {
  readonly randomBytes: RandomBytes
  /** True: ECDSA nonces come from key and digest alone. */
  readonly deterministicSignatures: boolean
}

function rsaKey(octets: Uint8Array, { randomBytes }: SigningOptions): PrivateKey {
  const key = importRsaPrivateKey(octets)
  const operation = rsaPrivateOperation(key, randomBytes)
  return {
    keyType: 'rsa',
    sign: (scheme, content) => {
      const parameters = schemeParameters(scheme)
      if (parameters?.keyType !== 'rsa') throw cannotSign('rsa', scheme)
      return parameters.padding === 'pss'
        ? signPss(key, operation, parameters.hash, content, randomBytes)
        : signPkcs1(key, operation, parameters.hash, content)
    },
    decryptPreMaster: (encrypted, clientVersion) =>
      decryptPreMaster(key, operation, encrypted, clientVersion, randomBytes),
  }
}

function rsaPssKey(octets: Uint8Array, onlyHash: PssHash | undefined, { randomBytes }: SigningOptions): PrivateKey {
  const key = importRsaPrivateKey(octets)
  const operation = rsaPrivateOperation(key, randomBytes)
  return {
    keyType: 'rsa-pss',
    sign: (scheme, content) => {
      const parameters = schemeParameters(scheme)
      if (parameters?.keyType !== 'rsa-pss') throw cannotSign('rsa-pss', scheme)
      if (onlyHash !== undefined && onlyHash !== parameters.hash) throw cannotSign('rsa-pss', scheme)
      return signPss(key, operation, parameters.hash, content, randomBytes)
    },
  }
}

function ecdsaKey(info: PrivateKeyInfo, curve: EcdsaCurve, options: SigningOptions): PrivateKey {
  const inner = readEcPrivateKey(info.privateKey)
  checkOneCurve(info, inner)
  if (!isNistScalar(curve, inner.privateKey)) throw new TypeError(`not a private key of ${curve}`)
  checkStoredPublicKey(nistPublicKey(curve, inner.privateKey), inner.publicKey, info.publicKey)
  const secret = new Secret(inner.privateKey.slice())
  const randomBytes = options.deterministicSignatures ? undefined : options.randomBytes
  return {
    keyType: 'ecdsa',
    curve,
    sign: (scheme, content) => {
      const parameters = schemeParameters(scheme)
      if (parameters?.keyType !== 'ecdsa') throw cannotSign('ecdsa', scheme)
      const digest = hash(parameters.hash, content)
      return secret.use((scalar) => signEcdsa(curve, scalar, digest, randomBytes))
    },
  }
}

function edwardsKey(info: PrivateKeyInfo, keyType: EdwardsCurve): PrivateKey {
  const octets = readCurvePrivateKey(info.privateKey)
  if (octets.length !== edwardsKeyLength[keyType]) throw new TypeError(`not a private key of ${keyType}`)
  checkStoredPublicKey(edwardsPublicKey(keyType, octets), info.publicKey)
  const secret = new Secret(octets.slice())
  return {
    keyType,
    sign: (scheme, content) => {
      if (schemeParameters(scheme)?.keyType !== keyType) throw cannotSign(keyType, scheme)
      return secret.use((bytes) => signEdwards(keyType, bytes, content))
    },
  }
}

/** Names the kind of key, its curve and its parameters before a secret is touched. */
function importInfo(info: PrivateKeyInfo, options: SigningOptions): PrivateKey {
  const onlyHash = checkKeyParameters(info.keyType, info.parameters)
  switch (info.keyType) {
    case 'rsa':
      return rsaKey(info.privateKey, options)
    case 'rsa-pss':
      return rsaPssKey(info.privateKey, onlyHash, options)
    case 'ecdsa':
      if (info.curve === undefined) throw new TypeError('an ECDSA key without a curve')
      return ecdsaKey(info, info.curve, options)
    default:
      return edwardsKey(info, info.keyType)
  }
}

/** A signer from a DER PrivateKeyInfo; it keeps copies of what it needs. Throws `TypeError` for keys it cannot use. */
export function importPrivateKey(privateKeyInfo: Uint8Array, options: SigningOptions): PrivateKey {
  try {
    return importInfo(readPrivateKeyInfo(privateKeyInfo), options)
  } catch (error) {
    if (error instanceof MalformedError) throw new TypeError(`not a usable private key: ${error.message}`)
    throw error
  }
}
