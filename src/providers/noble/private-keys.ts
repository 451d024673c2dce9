import { publicEqual } from '../../bytes/equal.js'
import { MalformedError } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import type { EcdsaCurve, KeyType, PrivateKey } from '../../crypto/key-types.js'
import {
  type PrivateKeyInfo,
  readCurvePrivateKey,
  readEcPrivateKey,
  readPrivateKeyInfo,
} from '../../crypto/private-key-info.js'
import { nameOf } from '../../registry/registry.js'
import { SignatureScheme } from '../../registry/signature-scheme.js'
import type { RandomBytes } from './big-math.js'
import {
  type EdwardsCurve,
  edwardsKeyLength,
  edwardsPublicKey,
  isNistScalar,
  nistPublicKey,
  signEcdsa,
  signEdwards,
} from './elliptic-signatures.js'
import { hash } from './hashes.js'
import { checkKeyParameters } from './key-parameters.js'
import { importRsaPrivateKey } from './rsa-key.js'
import { signPkcs1 } from './rsa-pkcs1.js'
import { decryptPreMaster } from './rsa-pre-master.js'
import { rsaPrivateOperation } from './rsa-private-operation.js'
import { type PssHash, signPss } from './rsa-pss.js'
import { schemeParameters } from './signature-schemes.js'

export interface SigningOptions {
  readonly randomBytes: RandomBytes
  /** True: ECDSA nonces come from key and digest alone. */
  readonly deterministicSignatures: boolean
}

const misfit = (keyType: KeyType, scheme: SignatureScheme): TypeError =>
  new TypeError(`a key of the kind ${keyType} cannot sign under ${nameOf(SignatureScheme, scheme, 2)}`)

function rsaKey(octets: Uint8Array, { randomBytes }: SigningOptions): PrivateKey {
  const key = importRsaPrivateKey(octets)
  const operation = rsaPrivateOperation(key, randomBytes)
  return {
    keyType: 'rsa',
    sign: (scheme, content) => {
      const parameters = schemeParameters(scheme)
      if (parameters?.keyType !== 'rsa') throw misfit('rsa', scheme)
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
      if (parameters?.keyType !== 'rsa-pss') throw misfit('rsa-pss', scheme)
      if (onlyHash !== undefined && onlyHash !== parameters.hash) throw misfit('rsa-pss', scheme)
      return signPss(key, operation, parameters.hash, content, randomBytes)
    },
  }
}

/** A public key stored beside the private one must be its own: a signer with a foreign one would fail at every peer. */
function checkPublicKey(own: Uint8Array, ...stored: readonly (Uint8Array | undefined)[]): void {
  if (stored.some((other) => other !== undefined && !publicEqual(own, other))) {
    throw new TypeError('the private key and the public key stored with it do not belong together')
  }
}

function ecdsaKey(info: PrivateKeyInfo, curve: EcdsaCurve, options: SigningOptions): PrivateKey {
  const inner = readEcPrivateKey(info.privateKey)
  const sameCurve =
    inner.parameters === undefined || info.parameters === undefined || publicEqual(inner.parameters, info.parameters)
  if (!sameCurve) throw new TypeError('the EC private key names two curves')
  if (!isNistScalar(curve, inner.privateKey)) throw new TypeError(`not a private key of ${curve}`)
  checkPublicKey(nistPublicKey(curve, inner.privateKey), inner.publicKey, info.publicKey)
  const secret = new Secret(inner.privateKey.slice())
  const randomBytes = options.deterministicSignatures ? undefined : options.randomBytes
  return {
    keyType: 'ecdsa',
    curve,
    sign: (scheme, content) => {
      const parameters = schemeParameters(scheme)
      if (parameters?.keyType !== 'ecdsa') throw misfit('ecdsa', scheme)
      const digest = hash(parameters.hash, content)
      return secret.use((scalar) => signEcdsa(curve, scalar, digest, randomBytes))
    },
  }
}

function edwardsKey(info: PrivateKeyInfo, keyType: EdwardsCurve): PrivateKey {
  const octets = readCurvePrivateKey(info.privateKey)
  if (octets.length !== edwardsKeyLength(keyType)) throw new TypeError(`not a private key of ${keyType}`)
  checkPublicKey(edwardsPublicKey(keyType, octets), info.publicKey)
  const secret = new Secret(octets.slice())
  return {
    keyType,
    sign: (scheme, content) => {
      if (schemeParameters(scheme)?.keyType !== keyType) throw misfit(keyType, scheme)
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
