/**
 * Makes the test PKI in vectors/pki with the openssl command: two certificate authorities, a certificate and key of each
 * kind for both roles, and an impostor's copy of it all (the same names, other keys). Run with `tsx vectors/make-pki.ts`;
 * every run makes new keys, so that vectors/captures must be made again afterwards.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Long past and far off, so that the tests' clock does not matter; the end is the last second of UTCTime. */
const VALIDITY = ['-startdate', '20200101000000Z', '-enddate', '20491231235959Z']
const root = fileURLToPath(new URL('./pki/', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'tls12-pki-'))

const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

interface Kind {
  readonly name: string
  readonly title: string
  readonly keyArguments: readonly string[]
  readonly issuer: 'rsa' | 'ecdsa'
}

const rsaBits = ['-pkeyopt', 'rsa_keygen_bits:2048']
const onCurve = (curve: string): string[] => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`]

const kinds: readonly Kind[] = [
  { name: 'rsa', title: 'RSA', keyArguments: ['-algorithm', 'RSA', ...rsaBits], issuer: 'rsa' },
  { name: 'rsaPss', title: 'RSA-PSS', keyArguments: ['-algorithm', 'RSA-PSS', ...rsaBits], issuer: 'rsa' },
  { name: 'ecdsaP256', title: 'ECDSA P-256', keyArguments: onCurve('P-256'), issuer: 'ecdsa' },
  { name: 'ecdsaP384', title: 'ECDSA P-384', keyArguments: onCurve('P-384'), issuer: 'ecdsa' },
  { name: 'ecdsaP521', title: 'ECDSA P-521', keyArguments: onCurve('P-521'), issuer: 'ecdsa' },
  { name: 'ed25519', title: 'Ed25519', keyArguments: ['-algorithm', 'ED25519'], issuer: 'ecdsa' },
  { name: 'ed448', title: 'Ed448', keyArguments: ['-algorithm', 'ED448'], issuer: 'ecdsa' },
]

/** `openssl ca` is the one command of OpenSSL 3.0 that sets both dates; it wants a database, which is thrown away. */
function sign(request: string, extensions: readonly string[], issuer: readonly string[], output: string): void {
  const database = mkdtempSync(join(scratch, 'ca-'))
  const config = join(database, 'ca.cnf')
  writeFileSync(join(database, 'index.txt'), '')
  writeFileSync(
    config,
    [
      '[ca]',
      'default_ca=it',
      '[it]',
      `database=${database}/index.txt`,
      `new_certs_dir=${database}`,
      'rand_serial=yes',
      'default_md=sha256',
      'policy=any',
      'unique_subject=no',
      '[any]',
      'commonName=supplied',
      '[extensions]',
      ...extensions,
    ].join('\n'),
  )
  const command = ['ca', '-batch', '-notext', '-config', config, '-extensions', 'extensions', ...VALIDITY]
  openssl(...command, ...issuer, '-in', request, '-out', output)
}

function makeAuthority(directory: string, kind: 'rsa' | 'ecdsa'): void {
  const key = join(directory, `${kind}.key.pem`)
  openssl('genpkey', '-out', key, ...(kind === 'rsa' ? ['-algorithm', 'RSA', ...rsaBits] : onCurve('P-256')))
  const request = join(scratch, 'request.pem')
  openssl('req', '-new', '-key', key, '-subj', `/CN=tls12 test CA ${kind === 'rsa' ? 'RSA' : 'ECDSA'}`, '-out', request)
  const extensions = [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign,cRLSign',
    'subjectKeyIdentifier=hash',
  ]
  sign(request, extensions, ['-selfsign', '-keyfile', key], join(directory, `${kind}.cert.pem`))
}

function extensionsFor(role: 'server' | 'client', kind: Kind): readonly string[] {
  const usage = role === 'server' && kind.name === 'rsa' ? 'digitalSignature,keyEncipherment' : 'digitalSignature'
  const lines = [
    'basicConstraints=critical,CA:FALSE',
    `keyUsage=critical,${usage}`,
    `extendedKeyUsage=${role}Auth`,
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
  ]
  if (role === 'server') lines.push('subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1')
  return lines
}

function makeEndEntity(set: string, role: 'server' | 'client', kind: Kind): void {
  const base = join(set, role, kind.name)
  const request = join(scratch, 'request.pem')
  const issuer = join(set, 'ca', kind.issuer)
  openssl('genpkey', '-out', `${base}.key.pem`, ...kind.keyArguments)
  openssl('req', '-new', '-key', `${base}.key.pem`, '-subj', `/CN=tls12 test ${role} ${kind.title}`, '-out', request)
  const authority = ['-cert', `${issuer}.cert.pem`, '-keyfile', `${issuer}.key.pem`]
  sign(request, extensionsFor(role, kind), authority, `${base}.cert.pem`)
  writeFileSync(
    `${base}.chain.pem`,
    readFileSync(`${base}.cert.pem`, 'utf8') + readFileSync(`${issuer}.cert.pem`, 'utf8'),
  )
}

function makeSet(set: string): void {
  for (const folder of ['ca', 'server', 'client']) mkdirSync(join(set, folder), { recursive: true })
  makeAuthority(join(set, 'ca'), 'rsa')
  makeAuthority(join(set, 'ca'), 'ecdsa')
  const both = ['rsa', 'ecdsa'].map((kind) => readFileSync(join(set, 'ca', `${kind}.cert.pem`), 'utf8'))
  writeFileSync(join(set, 'ca', 'all.cert.pem'), both.join(''))
  for (const role of ['server', 'client'] as const) for (const kind of kinds) makeEndEntity(set, role, kind)
}

try {
  rmSync(root, { recursive: true, force: true })
  makeSet(root)
  makeSet(join(root, 'impostor'))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
