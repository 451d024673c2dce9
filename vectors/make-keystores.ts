/**
 * Makes the keystores in vectors/keystore out of the test PKI: encrypted PEM keys and PKCS#12 files as OpenSSL, GnuTLS and
 * Java write them, and a few that none of them writes, composed here with MACs from OpenSSL's and Node's key derivations.
 * Run with `tsx vectors/make-keystores.ts` after make-pki.ts; openssl, certtool and keytool must be there.
 */
import { execFileSync } from 'node:child_process'
import { createHmac, pbkdf2Sync } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const pki = fileURLToPath(new URL('./pki/', import.meta.url))
const root = fileURLToPath(new URL('./keystore/', import.meta.url))

const PASSWORD = 'correct horse'
const UNICODE_PASSWORD = 'Пароль €\u{1f600}'

const run = (program: string, ...args: string[]): Buffer =>
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
const openssl = (...args: string[]): Buffer => run('openssl', ...args)
const keyOf = (name: string): string => join(pki, `${name}.key.pem`)
const certificateOf = (name: string): string => join(pki, `${name}.cert.pem`)
const chainOf = (name: string): string => join(pki, `${name}.chain.pem`)
const out = (name: string): string => join(root, name)

// ---- PEM

function makePkcs8(): void {
  const make = (name: string, ...args: string[]): void => {
    const passwords = ['-passout', `pass:${PASSWORD}`]
    openssl(
      'pkcs8',
      '-topk8',
      '-in',
      keyOf('server/ecdsaP256'),
      '-out',
      out(`pkcs8-${name}.pem`),
      ...passwords,
      ...args,
    )
  }
  make('aes128-sha1', '-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA1')
  make('aes192-sha224', '-v2', 'aes-192-cbc', '-v2prf', 'hmacWithSHA224')
  make('aes256-sha256', '-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256')
  make('aes256-sha384', '-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA384', '-iter', '10000')
  make('aes128-sha512', '-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA512')
  make('des3-sha256', '-v2', 'des3')
  make('v1-des3', '-v1', 'PBE-SHA1-3DES')
  make('v1-2des', '-v1', 'PBE-SHA1-2DES')
  make('v1-rc2-40', '-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-SHA1-RC2-40')
  make('v1-rc2-128', '-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-SHA1-RC2-128')
  make('unsupported-rc4', '-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-SHA1-RC4-128')
  make('unsupported-md5-des', '-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-MD5-DES')
  make('scrypt', '-scrypt')
  make('scrypt-wide', '-scrypt', '-scrypt_N', '1024', '-scrypt_r', '16', '-scrypt_p', '2', '-v2', 'aes-128-cbc')
  make('unsupported-camellia', '-v2', 'camellia-128-cbc')
}

function makeTraditional(): void {
  const make = (name: string, key: string, command: string, cipher: string): void => {
    const options = command === 'rsa' ? ['-traditional'] : []
    const passwords = ['-passout', `pass:${PASSWORD}`]
    openssl(command, '-in', keyOf(key), '-out', out(`traditional-${name}.pem`), ...options, ...passwords, cipher)
  }
  make('rsa-aes128', 'server/rsa', 'rsa', '-aes128')
  make('rsa-aes192', 'server/rsa', 'rsa', '-aes192')
  make('rsa-aes256', 'server/rsa', 'rsa', '-aes256')
  make('rsa-des3', 'server/rsa', 'rsa', '-des3')
  make('ec-aes256', 'server/ecdsaP256', 'ec', '-aes256')
  make('unsupported-camellia', 'server/ecdsaP256', 'ec', '-camellia128')
}

// ---- PKCS#12 by programs

function makeByOpenssl(): void {
  const make = (name: string, key: string, ...args: string[]): void => {
    const input = ['-inkey', keyOf(key), '-in', certificateOf(key), '-certfile', join(pki, 'ca/all.cert.pem')]
    const names = ['-name', 'my server', '-passout', `pass:${PASSWORD}`]
    openssl('pkcs12', '-export', ...input, '-out', out(`openssl-${name}.p12`), ...names, ...args)
  }
  make('modern', 'server/ecdsaP256')
  make('modern-rsa', 'server/rsa', '-macalg', 'sha512')
  make('sha384-mac', 'server/ecdsaP256', '-macalg', 'sha384', '-certpbe', 'AES-128-CBC', '-keypbe', 'AES-192-CBC')
  make('sha224-mac', 'server/ecdsaP256', '-macalg', 'sha224', '-iter', '10')
  make('legacy', 'server/ecdsaP256', '-legacy')
  make('legacy-rsa', 'server/rsa', '-legacy')
  make('legacy-descert', 'server/ecdsaP256', '-legacy', '-descert')
  make('legacy-rc2-128', 'server/ecdsaP256', '-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-2DES')
  make('unencrypted', 'server/ecdsaP256', '-certpbe', 'NONE', '-keypbe', 'NONE')
  make('no-mac', 'server/ecdsaP256', '-nomac')
  make('no-certificates', 'server/ecdsaP256', '-nocerts')
  make('no-keys', 'server/ecdsaP256', '-nokeys')
  make('empty-password', 'server/ecdsaP256', '-passout', 'pass:')
  make('empty-password-legacy', 'server/ecdsaP256', '-legacy', '-passout', 'pass:')
  make('unicode', 'server/ecdsaP256', '-passout', `pass:${UNICODE_PASSWORD}`)
  make('unicode-legacy', 'server/ecdsaP256', '-legacy', '-passout', `pass:${UNICODE_PASSWORD}`)
  make('ed25519', 'client/ed25519')
  const leafOnly = ['-inkey', keyOf('server/ecdsaP256'), '-in', certificateOf('server/ecdsaP256')]
  openssl('pkcs12', '-export', ...leafOnly, '-out', out('openssl-leaf-only.p12'), '-passout', `pass:${PASSWORD}`)
}

function makeByGnutls(): void {
  const input = ['--load-privkey', keyOf('server/ecdsaP256'), '--load-certificate', chainOf('server/ecdsaP256')]
  const names = ['--p12-name', 'by gnutls', '--password', PASSWORD, '--outder']
  const make = (name: string, cipher: string): void => {
    run('certtool', '--to-p12', ...input, ...names, '--pkcs-cipher', cipher, '--outfile', out(`gnutls-${name}.p12`))
  }
  make('aes256', 'aes-256')
}

/** Java's store command reads another keystore, here OpenSSL's, and writes its own. */
function makeByJava(): void {
  const make = (name: string, source: string, ...args: string[]): void => {
    const from = ['-srckeystore', out(source), '-srcstorepass', PASSWORD]
    const to = ['-deststoretype', 'pkcs12', '-destkeystore', out(`java-${name}.p12`), '-deststorepass', PASSWORD]
    run('keytool', ...args, '-importkeystore', '-noprompt', ...from, ...to)
  }
  make('modern', 'openssl-modern.p12')
  make('ed25519', 'openssl-ed25519.p12')
  make('legacy', 'openssl-modern-rsa.p12', '-J-Dkeystore.pkcs12.legacy')
  const trust = ['-importcert', '-noprompt', '-alias', 'root', '-file', certificateOf('ca/ecdsa')]
  run('keytool', ...trust, '-storetype', 'pkcs12', '-keystore', out('java-truststore.p12'), '-storepass', PASSWORD)
}

// ---- PKCS#12 composed here

/** How composed files are encoded: DER, or BER with indefinite lengths and octet strings in pieces. */
type Encoding = 'DER' | 'BER'

const PIECE = 100

function lengthOctets(length: number): Buffer {
  if (length < 128) return Buffer.of(length)
  const hex = length.toString(16)
  const octets = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.of(0x80 | octets.length), octets])
}

const primitive = (tag: number, contents: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(tag), lengthOctets(contents.length), contents])

const constructed = (encoding: Encoding, tag: number, ...parts: Uint8Array[]): Buffer =>
  encoding === 'DER'
    ? primitive(tag, Buffer.concat(parts))
    : Buffer.concat([Buffer.of(tag, 0x80), ...parts, Buffer.of(0, 0)])

function octetString(encoding: Encoding, contents: Uint8Array): Buffer {
  if (encoding === 'DER') return primitive(0x04, contents)
  const pieces: Buffer[] = []
  for (let at = 0; at < contents.length; at += PIECE) pieces.push(primitive(0x04, contents.subarray(at, at + PIECE)))
  return constructed('BER', 0x24, ...pieces)
}

const identifier = (hex: string): Buffer => primitive(0x06, Buffer.from(hex, 'hex'))
const integer = (value: number): Buffer => primitive(0x02, Buffer.from(value.toString(16).padStart(4, '0'), 'hex'))
const small = (value: number): Buffer => primitive(0x02, Buffer.of(value))

const DATA = '2a864886f70d010701'
const SALT = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
const ITERATIONS = 2048

const derOf = (path: string): Buffer => {
  const [, base64 = ''] = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(readFileSync(path, 'utf8')) ?? []
  return Buffer.from(base64, 'base64')
}

const localKeyId = (encoding: Encoding, id: string): Buffer =>
  constructed(
    encoding,
    0x31,
    constructed(
      encoding,
      0x30,
      identifier('2a864886f70d010915'),
      constructed(encoding, 0x31, octetString('DER', Buffer.from(id, 'hex'))),
    ),
  )

function keyBag(encoding: Encoding, key: string, id?: string): Buffer {
  const value = constructed(encoding, 0xa0, derOf(keyOf(key)))
  const attributes = id === undefined ? [] : [localKeyId(encoding, id)]
  return constructed(encoding, 0x30, identifier('2a864886f70d010c0a0101'), value, ...attributes)
}

function certificateBag(encoding: Encoding, name: string, id?: string): Buffer {
  const certificate = constructed(encoding, 0xa0, octetString(encoding, derOf(certificateOf(name))))
  const bag = constructed(encoding, 0x30, identifier('2a864886f70d01091601'), certificate)
  const attributes = id === undefined ? [] : [localKeyId(encoding, id)]
  const value = constructed(encoding, 0xa0, bag)
  return constructed(encoding, 0x30, identifier('2a864886f70d010c0a0103'), value, ...attributes)
}

/** OpenSSL's own derivation of PKCS#12 keys; id 3 is for MACs. */
function pkcs12Kdf(
  digest: string,
  password: string,
  salt: Buffer,
  iterations: number,
  id: number,
  length: number,
): Buffer {
  const bmp = Buffer.from(`${password}\0`, 'utf16le').swap16()
  const options = [`digest:${digest}`, `hexpass:${bmp.toString('hex')}`, `hexsalt:${salt.toString('hex')}`]
  const all = [...options, `iter:${iterations}`, `id:${id}`].flatMap((option) => ['-kdfopt', option])
  return openssl('kdf', '-keylen', String(length), ...all, '-binary', 'PKCS12KDF')
}

function ownMac(encoding: Encoding, authenticated: Buffer): Buffer {
  const key = pkcs12Kdf('SHA256', PASSWORD, SALT, ITERATIONS, 3, 32)
  const digest = createHmac('sha256', key).update(authenticated).digest()
  const algorithm = constructed(encoding, 0x30, identifier('608648016503040201'), primitive(0x05, Buffer.of()))
  const info = constructed(encoding, 0x30, algorithm, octetString(encoding, digest))
  return constructed(encoding, 0x30, info, octetString(encoding, SALT), integer(ITERATIONS))
}

/** PBMAC1: PBKDF2 with HMAC-SHA-512, 32 bytes, as the key of HMAC-SHA-256. */
function pbmac1(authenticated: Buffer): Buffer {
  const key = pbkdf2Sync(PASSWORD, SALT, ITERATIONS, 32, 'sha512')
  const digest = createHmac('sha256', key).update(authenticated).digest()
  const sequence = (...parts: Uint8Array[]): Buffer => constructed('DER', 0x30, ...parts)
  const nothing = primitive(0x05, Buffer.of())
  const prf = sequence(identifier('2a864886f70d020b'), nothing)
  const derivation = sequence(
    identifier('2a864886f70d01050c'),
    sequence(octetString('DER', SALT), integer(ITERATIONS), small(32), prf),
  )
  const scheme = sequence(identifier('2a864886f70d0209'), nothing)
  const algorithm = sequence(identifier('2a864886f70d01050e'), sequence(derivation, scheme))
  const info = sequence(algorithm, octetString('DER', digest))
  return sequence(info, octetString('DER', Buffer.from('NOT USED')), small(1))
}

function compose(encoding: Encoding, bags: readonly Buffer[], mac: (authenticated: Buffer) => Buffer): Buffer {
  const data = (contents: Buffer): Buffer =>
    constructed(encoding, 0x30, identifier(DATA), constructed(encoding, 0xa0, octetString(encoding, contents)))
  const authenticated = constructed(encoding, 0x30, data(constructed(encoding, 0x30, ...bags)))
  return constructed(encoding, 0x30, small(3), data(authenticated), mac(authenticated))
}

function makeComposed(): void {
  const write = (
    name: string,
    encoding: Encoding,
    bags: readonly Buffer[],
    mac = ownMac.bind(null, encoding),
  ): void => {
    writeFileSync(out(`composed-${name}.p12`), compose(encoding, bags, mac))
  }
  const leaf = (encoding: Encoding): Buffer[] => [
    keyBag(encoding, 'server/ecdsaP256', '01'),
    certificateBag(encoding, 'ca/ecdsa'),
    certificateBag(encoding, 'server/ecdsaP256', '01'),
  ]
  write('der', 'DER', leaf('DER'))
  write('ber', 'BER', leaf('BER'))
  write('pbmac1', 'DER', leaf('DER'), pbmac1)
  write('key-mismatch', 'DER', [keyBag('DER', 'server/rsa', '01'), certificateBag('DER', 'impostor/server/rsa', '01')])
  write('ed25519-mismatch', 'DER', [
    keyBag('DER', 'server/ed25519', '01'),
    certificateBag('DER', 'client/ed25519', '01'),
  ])
  write('other-certificate', 'DER', [keyBag('DER', 'server/rsa'), certificateBag('DER', 'client/rsa')])
  const two = ['server/rsa', 'client/ecdsaP384']
  write('two-keys', 'DER', [
    ...two.map((name) => keyBag('DER', name)),
    ...['ca/rsa', 'ca/ecdsa', ...two.toReversed()].map((name) => certificateBag('DER', name)),
  ])
  for (const name of ['der', 'ber']) {
    openssl('pkcs12', '-in', out(`composed-${name}.p12`), '-passin', `pass:${PASSWORD}`, '-noout')
  }
}

/** What OpenSSL derives, for the derivation of PKCS#12 by itself. */
function makeDerivations(): void {
  const cases = ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'].flatMap((digest) =>
    (
      [
        [1, 24, 2048],
        [2, 8, 1],
        [3, 64, 3],
      ] as const
    ).map(([id, length, iterations]) => {
      const salt = SALT.subarray(0, 8 * id - 7)
      const key = pkcs12Kdf(digest, UNICODE_PASSWORD, salt, iterations, id, length)
      return {
        digest,
        password: UNICODE_PASSWORD,
        salt: salt.toString('hex'),
        iterations,
        id,
        key: key.toString('hex'),
      }
    }),
  )
  writeFileSync(out('pkcs12-derivation.json'), `${JSON.stringify(cases, null, 2)}\n`)
}

rmSync(root, { recursive: true, force: true })
mkdirSync(root, { recursive: true })
makePkcs8()
makeTraditional()
makeByOpenssl()
makeByGnutls()
makeByJava()
makeComposed()
makeDerivations()
