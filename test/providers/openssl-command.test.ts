/** Each provider against OpenSSL's command, which knows neither Node nor this library, on random inputs. */
import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, randomBytes, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { concat, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { hashLength } from '../../src/crypto/primitives.js'
import type { NamedGroupName } from '../../src/registry/named-group.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { program } from '../support/outside.js'
import { ecTestKey, edwardsTestKey, rsaTestKey, type TestKey } from './node-keys.js'
import { targets } from './targets.js'

const openssl = program('openssl')
const folder = mkdtempSync(join(tmpdir(), 'openssl-command-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
/** The path of a new file with that content. */
function file(content: Uint8Array | string): string {
  const path = join(folder, String(files++))
  writeFileSync(path, content)
  return path
}

const run = (args: readonly string[], input?: Uint8Array): Uint8Array =>
  Uint8Array.from(execFileSync(openssl ?? '', args, input === undefined ? {} : { input, stdio: 'pipe' }))

const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length))

interface Signing {
  readonly scheme: SignatureSchemeName
  readonly key: TestKey
  readonly options: readonly string[]
}

const rsa = rsaTestKey(2048)
const raw = (digest: string): string[] => ['-rawin', '-digest', digest]
const pss = (digest: string): string[] =>
  raw(digest).concat(['rsa_padding_mode:pss', 'rsa_pss_saltlen:digest'].flatMap((option) => ['-pkeyopt', option]))
const signings: readonly Signing[] = [
  { scheme: 'ecdsa_secp256r1_sha256', key: ecTestKey('prime256v1'), options: raw('sha256') },
  { scheme: 'ecdsa_secp384r1_sha384', key: ecTestKey('secp384r1'), options: raw('sha384') },
  { scheme: 'ecdsa_secp521r1_sha512', key: ecTestKey('secp521r1'), options: raw('sha512') },
  { scheme: 'rsa_pkcs1_sha256', key: rsa, options: raw('sha256') },
  { scheme: 'rsa_pss_rsae_sha256', key: rsa, options: pss('sha256') },
  { scheme: 'rsa_pss_rsae_sha512', key: rsa, options: pss('sha512') },
  { scheme: 'ed25519', key: edwardsTestKey('ed25519'), options: ['-rawin'] },
  { scheme: 'ed448', key: edwardsTestKey('ed448'), options: ['-rawin'] },
]
const pem = {
  own: ({ privateKey }: TestKey): string => file(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  public: ({ publicKey }: TestKey): string => file(publicKey.export({ type: 'spki', format: 'pem' })),
}

const agreements: readonly (readonly [NamedGroupName, () => { privateKey: KeyObject; publicKey: KeyObject }])[] = [
  ['secp256r1', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
  ['secp384r1', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' })],
  ['secp521r1', () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' })],
  ['x25519', () => generateKeyPairSync('x25519')],
  ['x448', () => generateKeyPairSync('x448')],
]

describe.skipIf(openssl === undefined).each(targets)('$name and the command', ({ provider }) => {
  test.each(signings)('$scheme: each verifies what the other signs', async ({ scheme: name, key, options }) => {
    const [scheme, content] = [SignatureScheme[name], random(randomInt(1, 300))]
    const input = file(content)
    const theirs = run(['pkeyutl', '-sign', '-inkey', pem.own(key), '-in', input, ...options])
    expect(await provider.verifySignature(key.own, scheme, content, theirs)).toBe(true)
    expect(await provider.verifySignature(key.own, scheme, random(32), theirs)).toBe(false)

    const ours = await provider.importPrivateKey(key.privateKeyInfo).sign(scheme, content)
    const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', pem.public(key), '-in', input, ...options]
    expect(spawnSync(openssl ?? '', [...verify, '-sigfile', file(ours)]).status).toBe(0)
    const other = Uint8Array.from(ours, (octet, at) => (at === ours.length - 1 ? octet ^ 1 : octet))
    expect(spawnSync(openssl ?? '', [...verify, '-sigfile', file(other)]).status).not.toBe(0)
  })

  test('RSA: each decrypts what the other encrypts', async () => {
    const { preMasterSecret, encrypted } = await provider.encryptPreMaster(rsa.own, 0x0303)
    expect(toHex(run(['pkeyutl', '-decrypt', '-inkey', pem.own(rsa), '-in', file(encrypted)]))).toBe(
      preMasterSecret.use(toHex),
    )
    const secret = Uint8Array.of(3, 3, ...random(46))
    const theirs = run(['pkeyutl', '-encrypt', '-pubin', '-inkey', pem.public(rsa), '-in', file(secret)])
    const decrypted = await provider.importPrivateKey(rsa.privateKeyInfo).decryptPreMaster?.(theirs, 0x0303)
    expect(decrypted?.use(toHex)).toBe(toHex(secret))
  })

  test.each(agreements)('%s: both agree on a key', async (group, generate) => {
    const share = await provider.generateKeyShare({ group })
    if (share === undefined) throw new Error('no key share')
    const { privateKey, publicKey } = generate()
    const info = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }))
    const before = info.length - share.publicKey.length // the point ends a SubjectPublicKeyInfo
    const peer = file(concat(info.subarray(0, before), share.publicKey))
    const own = file(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const theirs = run(['pkeyutl', '-derive', '-inkey', own, '-peerkey', peer, '-peerform', 'DER'])
    expect((await share.agree(info.subarray(before)))?.use(toHex)).toBe(toHex(theirs))
  })

  test.each(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const)('hash and HMAC with %s', (name) => {
    const [key, message] = [random(randomInt(1, 150)), random(randomInt(1, 500))]
    const ours = provider.hash(name, message)
    expect(ours).toHaveLength(hashLength[name])
    expect(toHex(run(['dgst', `-${name}`, '-binary'], message))).toBe(toHex(ours))
    const hmac = run(['dgst', `-${name}`, '-mac', 'HMAC', '-macopt', `hexkey:${toHex(key)}`, '-binary'], message)
    expect(toHex(hmac)).toBe(toHex(provider.hmac(name, new Secret(key), message)))
  })

  test.each([
    ['AES_128_CBC', 'aes-128-cbc', 16, 16],
    ['AES_256_CBC', 'aes-256-cbc', 32, 16],
    ['3DES_EDE_CBC', 'des-ede3-cbc', 24, 8],
  ] as const)('%s: each decrypts what the other encrypts', (name, theirs, keyLength, block) => {
    const [key, iv, plaintext] = [random(keyLength), random(block), random(block * randomInt(1, 60))]
    const command = ['enc', `-${theirs}`, '-nopad', '-K', toHex(key), '-iv', toHex(iv)]
    const encrypted = provider.blockCipher(name, new Secret(key.slice())).encrypt(iv, plaintext)
    expect(toHex(run(command, plaintext))).toBe(toHex(encrypted))
    expect(toHex(run([...command, '-d'], encrypted))).toBe(toHex(plaintext))
    expect(toHex(provider.blockCipher(name, new Secret(key)).decrypt(iv, encrypted))).toBe(toHex(plaintext))
  })
})
