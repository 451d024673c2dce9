/**
 * Makes vectors/revocation with the openssl command: a small PKI, its CRLs and OCSP responses. Run with
 * `tsx vectors/make-revocation.ts`; every run makes new keys. Everything is valid until 2049.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const END = '20491231235959Z'
const VALIDITY = ['-startdate', '20200101000000Z', '-enddate', END]
const UPDATES = ['-crl_lastupdate', '20260101000000Z', '-crl_nextupdate', END]
const root = fileURLToPath(new URL('./revocation/', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'tls12-revocation-'))
const file = (name: string): string => join(root, name)
const temporary = (name: string): string => join(scratch, name)

const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

const config = (issuer: string): string => temporary(`${issuer}.cnf`)
const authority = (issuer: string): string[] => [
  '-cert',
  file(`${issuer}.cert.pem`),
  '-keyfile',
  file(`${issuer}.key.pem`),
]

/** A database and a configuration for `openssl ca`, with a section of extensions for each kind of certificate. */
function makeDatabase(issuer: string): void {
  const database = temporary(`${issuer}.txt`)
  writeFileSync(database, '')
  writeFileSync(temporary(`${issuer}.number`), '01\n')
  const leaf = (...more: string[]): string[] => [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
    ...more,
  ]
  const server = ['extendedKeyUsage=serverAuth', 'subjectAltName=DNS:localhost']
  const places = [
    'crlDistributionPoints=URI:http://crl.example.com/issuing.crl',
    'authorityInfoAccess=OCSP;URI:http://ocsp.example.com/,caIssuers;URI:http://certs.example.com/issuing.cer',
  ]
  const lines = [
    ...['[ca]', 'default_ca=it', '[it]', `database=${database}`, `new_certs_dir=${scratch}`, 'rand_serial=yes'],
    ...[`crlnumber=${temporary(`${issuer}.number`)}`, 'default_md=sha256', 'policy=any', 'unique_subject=no'],
    ...['[any]', 'commonName=supplied', '[list]', 'authorityKeyIdentifier=keyid'],
    ...['[authority]', 'basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid'],
    ...['[server]', ...leaf(...server, ...places), '[stapled]', ...leaf(...server, 'tlsfeature=status_request')],
    ...['[client]', ...leaf('extendedKeyUsage=clientAuth')],
    ...['[responder]', ...leaf('extendedKeyUsage=OCSPSigning', 'noCheck=ignored')],
    ...['[checked]', ...leaf('extendedKeyUsage=OCSPSigning')],
  ]
  writeFileSync(config(issuer), lines.join('\n'))
}

function makeCertificate(name: string, kind: string, issuer: string): void {
  const key = file(`${name}.key.pem`)
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key)
  openssl('req', '-new', '-key', key, '-subj', `/CN=tls12 test ${name}`, '-out', temporary('request.pem'))
  const signer = name === issuer ? ['-selfsign', '-keyfile', key] : authority(issuer)
  const command = ['ca', '-batch', '-notext', '-config', config(issuer), '-extensions', kind, ...VALIDITY, ...signer]
  openssl(...command, '-in', temporary('request.pem'), '-out', file(`${name}.cert.pem`))
}

const revoke = (name: string, issuer: string, ...reason: string[]): void =>
  openssl('ca', '-config', config(issuer), ...authority(issuer), '-revoke', file(`${name}.cert.pem`), ...reason)

function makeCrl(output: string, issuer: string, extensions: readonly string[] = ['-crlexts', 'list']): void {
  const command = ['ca', '-gencrl', '-config', config(issuer), ...extensions, ...UPDATES, ...authority(issuer)]
  openssl(...command, '-out', file(`${output}.crl.pem`))
}

/** Days from now to the end of validity, as `openssl ocsp` counts. */
const DAYS = String(Math.floor((Date.UTC(2049, 11, 31) - Date.now()) / 86_400_000))

interface OcspWish {
  readonly certificate: string
  readonly signer?: string
  readonly issuer?: string
  readonly request?: readonly string[]
  readonly response?: readonly string[]
  readonly lasting?: boolean
  /** The database of a responder that has never heard of anybody. */
  readonly ignorant?: boolean
}

function makeOcsp(output: string, wish: OcspWish): void {
  const { certificate, signer = 'responder', issuer = 'issuing', request = [], response = [], lasting = true } = wish
  const database = wish.ignorant === true ? temporary('empty.txt') : temporary(`${issuer}.txt`)
  writeFileSync(temporary('empty.txt'), '')
  const asked = temporary('request.der')
  // the digest of a CertID stands before the certificate that it is for
  openssl(
    ...['ocsp', '-issuer', file(`${issuer}.cert.pem`), ...request, '-no_nonce'],
    ...['-cert', file(`${certificate}.cert.pem`), '-reqout', asked],
  )
  openssl(
    ...['ocsp', '-index', database, '-CA', file(`${issuer}.cert.pem`), '-reqin', asked],
    ...['-rsigner', file(`${signer}.cert.pem`), '-rkey', file(`${signer}.key.pem`)],
    ...(lasting ? ['-ndays', DAYS] : []),
    ...[...response, '-respout', file(`${output}.ocsp.der`)],
  )
}

function makeResponses(): void {
  makeOcsp('good', { certificate: 'server' })
  makeOcsp('good-by-issuer', { certificate: 'server', signer: 'issuing' })
  makeOcsp('good-by-key', { certificate: 'server', response: ['-resp_key_id'] })
  makeOcsp('good-sha256', { certificate: 'server', request: ['-sha256'] })
  makeOcsp('good-without-certificates', { certificate: 'server', response: ['-resp_no_certs'] })
  makeOcsp('good-by-checked', { certificate: 'server', signer: 'checked' })
  makeOcsp('good-by-revoked-responder', { certificate: 'server', signer: 'revoked-responder' })
  makeOcsp('good-without-end', { certificate: 'server', lasting: false })
  makeOcsp('good-stapled', { certificate: 'stapled' })
  makeOcsp('good-issuing', { certificate: 'issuing', issuer: 'root', signer: 'root' })
  makeOcsp('bad-signature', { certificate: 'server', response: ['-badsig'] })
  makeOcsp('by-server', { certificate: 'server', signer: 'server' })
  makeOcsp('by-stranger', { certificate: 'server', signer: 'root' })
  makeOcsp('revoked', { certificate: 'revoked' })
  makeOcsp('unknown', { certificate: 'server', ignorant: true })
}

try {
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  makeDatabase('root')
  makeDatabase('issuing')
  makeCertificate('root', 'authority', 'root')
  makeCertificate('issuing', 'authority', 'root')
  for (const name of ['server', 'revoked']) makeCertificate(name, 'server', 'issuing')
  makeCertificate('stapled', 'stapled', 'issuing')
  for (const name of ['client', 'revoked-client']) makeCertificate(name, 'client', 'issuing')
  makeCertificate('responder', 'responder', 'issuing')
  for (const name of ['checked', 'revoked-responder']) makeCertificate(name, 'checked', 'issuing')
  makeCrl('nobody-revoked', 'issuing')
  revoke('revoked', 'issuing', '-crl_reason', 'keyCompromise')
  revoke('revoked-client', 'issuing')
  revoke('revoked-responder', 'issuing', '-crl_reason', 'superseded')
  makeCrl('root', 'root')
  makeCrl('issuing', 'issuing')
  makeResponses()
  revoke('issuing', 'root', '-crl_reason', 'CACompromise')
  makeCrl('issuing-revoked', 'root')
  // only what live handshakes sign with is kept
  for (const name of ['root', 'issuing', 'responder', 'checked', 'revoked-responder']) rmSync(file(`${name}.key.pem`))
  const chains = ['server', 'revoked', 'stapled', 'client', 'revoked-client']
  for (const name of chains) {
    const parts = [name, 'issuing'].map((part) => readFileSync(file(`${part}.cert.pem`), 'utf8'))
    writeFileSync(file(`${name}.chain.pem`), parts.join(''))
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
