/** NSS's `selfserv` and `tstclnt`, with databases that `certutil` and `pk12util` fill from the test PKI. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { SuiteParameters } from '../../../src/crypto/suite-parameters.js'
import { type PkiKind, type PkiSet, pki } from '../../support/pki.js'
import { Program } from '../program.js'
import { startOnPort } from './listening.js'
import { commonName, type Peer, type Role, request, scratch, scratchFile, type Terms, which } from './peer.js'
import { suitesWhere } from './suites-of.js'

const command = which('tstclnt')
const kinds = ['rsa', 'rsaPss', 'ecdsaP256', 'ecdsaP384', 'ecdsaP521'] as const
const databases = new Map<PkiSet, string>()

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`)
}

const nickname = (role: Role, kind: PkiKind): string => `${role}-${kind}`

function importCredential(database: string, role: Role, kind: PkiKind): void {
  const { certPath, keyPath } = pki[role][kind]
  const bundle = scratchFile('.p12')
  const ciphers = ['-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC', '-macalg', 'sha256']
  const files = ['-in', certPath, '-inkey', keyPath, '-out', bundle]
  run('openssl', 'pkcs12', '-export', ...files, '-name', nickname(role, kind), '-passout', 'pass:', ...ciphers)
  run('pk12util', '-i', bundle, '-d', database, '-W', '', '-K', '')
}

/** A database that trusts the authorities of `trust` and holds every certificate and key of ours. */
function databaseFor(trust: PkiSet): string {
  const known = databases.get(trust)
  if (known !== undefined) return known
  const folder = scratch(`nss-${databases.size}`)
  mkdirSync(folder, { recursive: true })
  const database = `sql:${folder}`
  run('certutil', '-N', '-d', database, '--empty-password')
  for (const authority of ['rsa', 'ecdsa'] as const) {
    run(
      'certutil',
      '-A',
      '-d',
      database,
      '-n',
      `ca-${authority}`,
      '-t',
      'CT,,',
      '-a',
      '-i',
      trust.ca[authority].certPath,
    )
  }
  for (const role of ['server', 'client'] as const) for (const kind of kinds) importCredential(database, role, kind)
  databases.set(trust, database)
  return database
}

const suiteCodes = ({ suites = nss.suites }: Terms): string =>
  suites.map(({ cipherSuite }) => `:${cipherSuite.toString(16).toUpperCase().padStart(4, '0')}`).join('')

/** Besides what the programs have by default: without rsa_pss_pss_* they have no use for id-RSASSA-PSS keys. */
const schemes = [
  ...['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512'],
  ...['rsa_pss_pss_sha256', 'rsa_pss_rsae_sha256', 'rsa_pkcs1_sha256'],
  ...['rsa_pss_pss_sha384', 'rsa_pss_rsae_sha384', 'rsa_pkcs1_sha384'],
  ...['rsa_pss_pss_sha512', 'rsa_pss_rsae_sha512', 'rsa_pkcs1_sha512'],
].join(',')

const common = (terms: Terms): string[] => [
  ...['-d', databaseFor(terms.trust ?? pki), '-V', 'tls1.2:tls1.2', '-J', schemes],
  ...(terms.ems === 'off' ? [] : ['-G']),
  ...(terms.resume === 'ticket' ? ['-u'] : []),
  ...(terms.args ?? []),
]

const environment = ({ keyLog }: Terms): NodeJS.ProcessEnv => (keyLog === undefined ? {} : { SSLKEYLOGFILE: keyLog })

/** `-r` asks, and again insists; a session that is resumed is not asked. */
const asks = { request: ['-r'], require: ['-r', '-r'] } as const

/** What tstclnt offers where nobody tells it what. */
const offeredUntold = ({ name }: SuiteParameters): boolean => !/^TLS_ECDHE.*(3DES|AES_256_CBC_SHA384)/.test(name)

/** What it sends on each connection; with standard input only the first would have anything to say. */
function requestFile(): string {
  const path = scratchFile('.request')
  writeFileSync(path, request)
  return path
}

/** The programs do not say which version they are of; the package manager does. */
const versionOfPackage = (): string => {
  const { stdout } = spawnSync('dpkg', ['--status', 'libnss3-tools'], { encoding: 'utf8' })
  return `NSS ${/^Version: (?:\d+:)?([\d.]+)/m.exec(stdout)?.[1] ?? 'of unknown version'}`
}

export const nss: Peer = {
  name: 'NSS',
  version: command === undefined ? '' : versionOfPackage(),
  ...(command === undefined ? { absent: 'no tstclnt (libnss3-tools)' } : {}),
  suites: suitesWhere(({ keyExchange, bulk }) => !keyExchange.endsWith('PSK') && !bulk.cipher.includes('CCM')),
  kinds,
  logsKeys: true,
  server: {
    resumes: ['id', 'ticket'],
    alpn: true,
    renegotiates: true,
    answer: 'GET / HTTP/1.0',
    shows: (certificate) => `selfserv: Subject: CN=${commonName(certificate)}\n`,
    clientCertificates: true,
    start: (terms) => {
      const { kind = 'rsa', clientAuth, resume } = terms
      const name = [kind.startsWith('ecdsa') ? '-e' : '-n', nickname('server', kind)]
      const wish = clientAuth === undefined ? [] : asks[clientAuth]
      const cache = resume === 'none' ? ['-N'] : []
      const alpn = terms.alpn === undefined ? [] : ['-Q']
      const args = ['-v', ...common(terms), '-c', suiteCodes(terms), ...name, ...wish, ...cache, ...alpn]
      return startOnPort('selfserv', (port) => ['-p', `${port}`, ...args], environment(terms))
    },
  },
  client: {
    resumes: ['id', 'ticket'],
    resumable: offeredUntold,
    renegotiates: true,
    clientCertificates: true,
    start: (terms, port) => {
      const own = terms.kind === undefined ? [] : ['-n', nickname('client', terms.kind)]
      // tstclnt 3.87 frees its list of suites at each connection, and aborts where -L makes it connect again
      const once = terms.resume === 'none' ? ['-c', suiteCodes(terms)] : ['-L', '2']
      const args = [
        '-h',
        'localhost',
        '-4',
        '-p',
        `${port}`,
        '-f',
        '-A',
        requestFile(),
        ...common(terms),
        ...own,
        ...once,
      ]
      return new Program('tstclnt', args, environment(terms))
    },
  },
}
