/**
 * Makes the test PKI in vectors/pki with the openssl command: two certificate authorities, a certificate and key of each
 * kind for both roles, and an impostor's copy of it all (the same names, other keys). Run with `tsx vectors/make-pki.ts`;
 * every run makes new keys, so that the recordings in vectors/openssl must be made again afterwards.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DAYS = '7305' // twenty years
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

/** A positive serial number of 16 octets. */
const serial = (): string => {
  const octets = randomBytes(16)
  octets[0] = 0x40 | ((octets[0] ?? 0) & 0x3f)
  return `0x${octets.toString('hex')}`
}

function makeAuthority(directory: string, kind: 'rsa' | 'ecdsa'): void {
  const key = join(directory, `${kind}.key.pem`)
  openssl('genpkey', '-out', key, ...(kind === 'rsa' ? ['-algorithm', 'RSA', ...rsaBits] : onCurve('P-256')))
  const request = ['req', '-x509', '-new', '-key', key, '-sha256', '-days', DAYS, '-set_serial', serial()]
  const subject = ['-subj', `/CN=tls12 test CA ${kind === 'rsa' ? 'RSA' : 'ECDSA'}`]
  const extensions = [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign,cRLSign',
    'subjectKeyIdentifier=hash',
  ].flatMap((line) => ['-addext', line])
  openssl(...request, ...subject, ...extensions, '-out', join(directory, `${kind}.cert.pem`))
}

function extensionsFor(role: 'server' | 'client', kind: Kind): string {
  const usage = role === 'server' && kind.name === 'rsa' ? 'digitalSignature,keyEncipherment' : 'digitalSignature'
  const lines = [
    'basicConstraints=critical,CA:FALSE',
    `keyUsage=critical,${usage}`,
    `extendedKeyUsage=${role}Auth`,
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
  ]
  if (role === 'server') lines.push('subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1')
  return lines.join('\n')
}

function makeEndEntity(set: string, role: 'server' | 'client', kind: Kind): void {
  const base = join(set, role, kind.name)
  const request = join(scratch, 'request.pem')
  const extensions = join(scratch, 'extensions.cnf')
  const issuer = join(set, 'ca', kind.issuer)
  openssl('genpkey', '-out', `${base}.key.pem`, ...kind.keyArguments)
  openssl('req', '-new', '-key', `${base}.key.pem`, '-subj', `/CN=tls12 test ${role} ${kind.title}`, '-out', request)
  writeFileSync(extensions, extensionsFor(role, kind))
  const signed = ['x509', '-req', '-in', request, '-sha256', '-days', DAYS, '-set_serial', serial()]
  const authority = ['-CA', `${issuer}.cert.pem`, '-CAkey', `${issuer}.key.pem`, '-extfile', extensions]
  openssl(...signed, ...authority, '-out', `${base}.cert.pem`)
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
