/** How the vectors of each Wycheproof file are put to a provider, and which of them TLS 1.2 cannot use. */
import { concat, toBigInt, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { type HashName, hashLength } from '../../src/crypto/primitives.js'
import type { AeadName, BlockCipherName } from '../../src/crypto/record-ciphers.js'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import type { EllipticGroup, Target } from './targets.js'
import { bytes, type Vector } from './wycheproof.js'

/** A vector was judged rightly or not, or is of a kind that is left out for a reason. */
export type Outcome = boolean | { readonly skipped: string }

export interface Judge {
  judge(target: Target, vector: Vector): Outcome | Promise<Outcome>
  /** One vector in so many is enough for `npm test`. */
  readonly stride?: number
}

const skip = (skipped: string): Outcome => ({ skipped })

const aead =
  (nameOf: (keySize: unknown, tagSize: unknown) => AeadName | undefined): Judge['judge'] =>
  ({ provider }, { group, test, result }) => {
    if (group['keySize'] === 192) return skip('AEADs with keys of 192 bits: in no cipher suite')
    if (group['ivSize'] !== 96) return skip('AEAD nonces of other lengths than 96 bits: TLS has none')
    const name = nameOf(group['keySize'], group['tagSize'])
    if (name === undefined) return skip('AEAD tags of other lengths than 128 bits, in CCM 64 too: TLS has none')
    const cipher = provider.aead(name, new Secret(bytes(test, 'key')))
    const [iv, aad, sealed] = [bytes(test, 'iv'), bytes(test, 'aad'), concat(bytes(test, 'ct'), bytes(test, 'tag'))]
    const opened = cipher.open(iv, aad, sealed)
    if (result === 'invalid') return opened === undefined
    const again = cipher.seal(iv, aad, bytes(test, 'msg'))
    return opened !== undefined && toHex(opened) === test['msg'] && toHex(again) === toHex(sealed)
  }

/** By the bits of key and tag. */
const gcmNames = new Map<string, AeadName>([
  ['128/128', 'AES_128_GCM'],
  ['256/128', 'AES_256_GCM'],
])

const ccmNames = new Map<string, AeadName>([
  ['128/128', 'AES_128_CCM'],
  ['256/128', 'AES_256_CCM'],
  ['128/64', 'AES_128_CCM_8'],
  ['256/64', 'AES_256_CCM_8'],
])

const cbc: Judge['judge'] = ({ provider }, { group, test, result }) => {
  if (result !== 'valid') return skip('bad PKCS#7 padding: TLS pads otherwise, and above the block cipher')
  const name: BlockCipherName = `AES_${group['keySize'] as 128 | 192 | 256}_CBC` // the file has these three sizes
  const cipher = provider.blockCipher(name, new Secret(bytes(test, 'key')))
  const [iv, message] = [bytes(test, 'iv'), bytes(test, 'msg')]
  const pad = 16 - (message.length % 16)
  const padded = concat(message, new Uint8Array(pad).fill(pad))
  const decrypted = cipher.decrypt(iv, bytes(test, 'ct'))
  return toHex(cipher.encrypt(iv, padded)) === test['ct'] && toHex(decrypted) === toHex(padded)
}

const hmac =
  (name: HashName): Judge['judge'] =>
  ({ provider }, { group, test, result }) => {
    const tag = provider.hmac(name, new Secret(bytes(test, 'key')), bytes(test, 'msg'))
    const equal = toHex(tag.subarray(0, Number(group['tagSize']) / 8)) === test['tag']
    return tag.length === hashLength[name] && equal === (result === 'valid')
  }

/** SHA-256 → sha256 */
const hashName = (value: unknown): string => String(value).toLowerCase().replace('-', '')

async function verifies({ provider }: Target, { group, test }: Vector, name: string): Promise<boolean> {
  const scheme = SignatureScheme[name as SignatureSchemeName] // a name that is none gives undefined, and so false
  const key = readSubjectPublicKeyInfo(bytes(group, 'publicKeyDer'))
  return provider.verifySignature(key, scheme, bytes(test, 'msg'), bytes(test, 'sig'))
}

/** Acceptable signatures are DigestInfos without the NULL: one encoding is made and compared, so they are refused. */
const signature =
  (scheme: string): Judge['judge'] =>
  async (target, vector) =>
    (await verifies(target, vector, scheme)) === (vector.result === 'valid')

const pss =
  (kind: 'rsae' | 'pss'): Judge['judge'] =>
  async (target, vector) => {
    const { group, test, result } = vector
    const hash = hashName(group['sha'])
    let accepted = false
    for (const name of ['sha256', 'sha384', 'sha512']) {
      accepted ||= await verifies(target, vector, `rsa_pss_${kind}_${name}`)
    }
    const known = hash === 'sha256' || hash === 'sha384' || hash === 'sha512'
    if (known && group['mgfSha'] === group['sha'] && group['sLen'] === hashLength[hash]) {
      return accepted === (result === 'valid')
    }
    // Invalid for the file where the salt was lengthened to the hash's, which is just what TLS wants.
    if (hash === 'sha256' && test['comment'] === 's_len changed to 32') return true
    if (accepted) return false
    return result === 'valid' ? skip('PSS hashes, masks and salts of no TLS scheme: refused, as they must be') : true
  }

const ecdh =
  (group: EllipticGroup): Judge['judge'] =>
  async (target, { test, result, flags }) => {
    const secret = await target.agreeWith(group, scalarOctets(group, bytes(test, 'private')), bytes(test, 'public'))
    // Compressed points are valid for the file, and refused here because they are never negotiated.
    if (flags.includes('CompressedPoint')) return secret === undefined
    if (result === 'invalid') return secret === undefined
    // Montgomery curves alone take points of small order, and the secret of all zeros that they give is refused.
    const zero = group.startsWith('x') && /^0+$/.test(String(test['shared']))
    return zero ? secret === undefined : secret?.use(toHex) === test['shared']
  }

/** A NIST curve's scalar without the sign octet that the files may have. */
function scalarOctets(group: EllipticGroup, octets: Uint8Array): Uint8Array {
  return group.startsWith('x') || octets[0] !== 0 ? octets : octets.subarray(octets.findIndex((octet) => octet !== 0))
}

/**
 * Few messages have the length of a pre-master secret: all others, valid or not, must come back as 48 random bytes,
 * exactly as bad padding does.
 */
const decryption: Judge['judge'] = async ({ provider }, { group, test, result }) => {
  const key = provider.importPrivateKey(bytes(group, 'privateKeyPkcs8'))
  const message = bytes(test, 'msg')
  const version = 256 * (message[0] ?? 3) + (message[1] ?? 3)
  const decrypt = async (): Promise<string | undefined> =>
    (await key.decryptPreMaster?.(bytes(test, 'ct'), version))?.use(toHex)
  const [first, second] = [await decrypt(), await decrypt()]
  if (result === 'valid' && message.length === 48) return first === toHex(message)
  return first?.length === 96 && second?.length === 96 && first !== second
}

const signing: Judge['judge'] = async ({ provider }, { group, test }) => {
  const scheme = SignatureScheme[`rsa_pkcs1_${hashName(group['sha'])}` as SignatureSchemeName]
  if (scheme === undefined) return skip('RSA PKCS#1 with SHA-512/t, SHA-3 and other hashes: no scheme of TLS 1.2')
  const key = provider.importPrivateKey(bytes(group, 'privateKeyPkcs8'))
  const made = await key.sign(scheme, bytes(test, 'msg'))
  return toBigInt(made) === toBigInt(bytes(test, 'sig')) && made.length === bytes(test, 'sig').length
}

const left = (reason: string): Judge => ({ judge: () => skip(reason) })

/** In TLS 1.2 a scheme names the hash, and the key the curve. */
const ecdsaSchemes: Readonly<Record<string, SignatureSchemeName>> = {
  sha256: 'ecdsa_secp256r1_sha256',
  sha384: 'ecdsa_secp384r1_sha384',
  sha512: 'ecdsa_secp521r1_sha512',
}

const slowCurves: Readonly<Record<string, number>> = { secp384r1: 3, secp521r1: 4, x448: 2 }
const strideOf = (curve: string): number => slowCurves[curve] ?? 1

type Make = (...parts: readonly string[]) => Judge

/** Files by their names, the first that fits. */
const files: readonly (readonly [RegExp, Make])[] = [
  [/^aes_gcm$/, () => ({ judge: aead((key, tag) => gcmNames.get(`${key}/${tag}`)) })],
  [/^chacha20_poly1305$/, () => ({ judge: aead((_key, tag) => (tag === 128 ? 'CHACHA20_POLY1305' : undefined)) })],
  [/^aes_ccm$/, () => ({ judge: aead((key, tag) => ccmNames.get(`${key}/${tag}`)) })],
  [/^aes_cbc_pkcs5$/, () => ({ judge: cbc })],
  [/^hmac_(sha1|sha224|sha256|sha384|sha512)$/, (hash = '') => ({ judge: hmac(hash as HashName) })],
  [
    /^ecdh_(secp256r1|secp384r1|secp521r1)_ecpoint$/,
    (curve = '') => ({ judge: ecdh(curve as EllipticGroup), stride: strideOf(curve) }),
  ],
  [/^(x25519|x448)$/, (curve = '') => ({ judge: ecdh(curve as EllipticGroup), stride: strideOf(curve) })],
  [/^ecdh_|_asn$/, () => left('key agreement with a SubjectPublicKeyInfo: TLS sends bare points')],
  [
    /^ecdsa_(secp256r1|secp384r1|secp521r1)_(sha256|sha384|sha512)$/,
    (curve = '', hash = '') => ({ judge: signature(ecdsaSchemes[hash] ?? ''), stride: strideOf(curve) }),
  ],
  [/^(ed25519|ed448)$/, (curve = '') => ({ judge: signature(curve) })],
  [/^rsa_signature_\d+_(sha224|sha256|sha384|sha512)$/, (hash = '') => ({ judge: signature(`rsa_pkcs1_${hash}`) })],
  [/^rsa_pss_.*params$/, () => ({ judge: pss('pss') })],
  [/^rsa_pss_/, () => ({ judge: pss('rsae') })],
  [/^rsa_pkcs1_\d+_sig_gen$/, () => ({ judge: signing, stride: 3 })],
  [/^rsa_pkcs1_\d+$/, () => ({ judge: decryption, stride: 4 })],
]

/** How to judge the file of that name (without `_test.json`), or `undefined` for one that nobody here knows. */
export function judgeOf(name: string): Judge | undefined {
  for (const [pattern, make] of files) {
    const match = pattern.exec(name)
    if (match !== null) return make(...match.slice(1))
  }
  return undefined
}
