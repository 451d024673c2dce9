/** Finite-field moduli for attacks, and one that is only unusual. */
import { createPublicKey, getDiffieHellman } from 'node:crypto'
import { fromHex } from '../../src/bytes/convert.js'
import { certificatePublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { pki } from '../support/pki.js'

/** A safe prime of 512 bits (`openssl prime -generate -safe`): what export suites had, and what Logjam broke. */
export const prime512 = fromHex(`
  f7e4ccfc1472cede0754f7c9b02136eed1156d5fde469ba6e10cabe5c865451c
  eaecbd3a855f63da85ca0f2004185cb0b0d75bde5c88ed373520e31983a6d4a7`)

/** The first two groups of IKE, of 768 and 1024 bits, and 1536 bits: from node:crypto. */
export const prime768 = new Uint8Array(getDiffieHellman('modp1').getPrime())
export const prime1024 = new Uint8Array(getDiffieHellman('modp2').getPrime())
export const prime1536 = new Uint8Array(getDiffieHellman('modp5').getPrime())

/** A safe prime of 2048 bits that is in no RFC (`openssl dhparam 2048`), with the generator 2. */
export const safePrime2048 = fromHex(`
  adaeaaceb38b7db9354d890f4af9d7d6d280cd0824db68c02790adb9b21db3e7d88a26589f99f717201a62d8e98ccadc
  ffdab7a9da69f1470cdb8e72b19e2fc2674448380e60921153a5589d37a37de5dfbe03053c341c5af8bfd67a2e9e5cc7
  e3203bbb4ee0e705bacbfb3eec86f4d345d4b710daa9a9ee0fa9140be4bb0862bc4026cc4c80105c272ae1c6632048ac
  b197729db2a6dd293a6fc7704dfadb025ad6ef2c1a347d9e15695878537ec779dda32f2f18fe1ff55c81e9572493ab36
  1a30fc15c68e8ef6aba65235b173f3761cfd385bc7e252763070e37fc7c9bb0b00cc732e31c4b696984a6a0fe4214403
  efca31f38693478c3485107c7fdf6357`)

/** A prime p for which (p - 1) / 2 is not prime: the group of RFC 5114 §2.3. */
export const unsafePrime2048 = fromHex(`
  87a8e61db4b6663cffbbd19c651959998ceef608660dd0f25d2ceed4435e3b00e00df8f1d61957d4faf7df4561b2aa30
  16c3d91134096faa3bf4296d830e9a7c209e0c6497517abd5a8a9d306bcf67ed91f9e6725b4758c022e0b1ef4275bf7b
  6c5bfc11d45f9088b941f54eb1e59bb8bc39a0bf12307f5c4fdb70c581b23f76b63acae1caa6b7902d52526735488a0e
  f13c6d9a51bfa4ab3ad8347796524d8ef6a167b5a41825d967e144e5140564251ccacb83e6b486f6b3ca3f7971506026
  c0b857f689962856ded4010abd0be621c3a3960a54e710c375f26375d7014103a4b54330c198af126116d2276e11715f
  693877fad7ef09cadb094ae91e1a1597`)

/** A product of two primes of 1024 bits: the modulus of an RSA key of the test PKI, which is 3 modulo 4. */
export function composite2048(): Uint8Array {
  const spki = certificatePublicKeyInfo(pki.client.rsa.certificate)
  const { n } = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' })
  return new Uint8Array(Buffer.from(n ?? '', 'base64url'))
}
