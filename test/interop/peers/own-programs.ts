/** The small programs of vectors/peers, each around one library; they are built where their compiler is at hand. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SuiteParameters } from '../../../src/crypto/suite-parameters.js'
import type { PkiKind } from '../../support/pki.js'
import { pki } from '../../support/pki.js'
import { Program } from '../program.js'
import { startSaying } from './listening.js'
import {
  allKinds,
  commonName,
  type Peer,
  type Resumption,
  type Role,
  sharedKey,
  type Terms,
  trusted,
  which,
} from './peer.js'
import { codeOf, suitesPrintedBy } from './suites-of.js'

const sources = fileURLToPath(new URL('../../../vectors/peers/', import.meta.url))
/** What was built stays, so that only what has changed is compiled again; another checkout has its own. */
const builds = join(tmpdir(), `tls12-peer-builds-${createHash('sha256').update(sources).digest('hex').slice(0, 8)}`)

interface OwnProgram {
  readonly name: string
  readonly folder: string
  /** What to install where it does not build. */
  readonly needs: string
  /** The compiler and its arguments; its working folder is `folder` of vectors/peers. */
  readonly build: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
  readonly run: readonly string[]
  readonly kinds: readonly PkiKind[]
  readonly logsKeys: boolean
  /** Whether the program, beside its library, knows what to do with a shared key. */
  readonly psk?: true
  readonly resumes: Readonly<Record<Role, readonly Resumption[]>>
  /** What its list of suites has between them, where it is not a comma. */
  readonly between?: ':'
  /** A second goes by before its client does anything: fewer suites are resumed with it. */
  readonly slowStart?: true
  /** Whether its server prints whose certificate it was shown. */
  readonly shows?: true
  /** The roles in which it takes part in a renegotiation. */
  readonly renegotiates?: readonly Role[]
  /** Its name of a suite, where it is not the registered one. */
  readonly suiteName?: (suite: SuiteParameters) => string
}

/** Why a program cannot be used here; `undefined` where it can. */
function buildFailure({ name, folder, needs, build, environment }: OwnProgram): string | undefined {
  const [compiler = '', ...args] = build
  const path = which(compiler)
  if (path === undefined) return `no ${compiler}; it needs ${needs}`
  mkdirSync(builds, { recursive: true })
  const options = { cwd: join(sources, folder), env: { ...process.env, ...environment }, encoding: 'utf8' } as const
  const { status, stderr } = spawnSync(path, args, options)
  if (status === 0) return undefined
  const said = stderr.trim().split('\n').slice(0, 2).join(' ')
  return `the program for ${name} does not build: ${said}; it needs ${needs}`
}

function args(own: OwnProgram, role: Role, terms: Terms, port: number): string[] {
  const { kind, suites, alpn, clientAuth, resume, ems, etm, psk, keyLog, renegotiation, args: more = [] } = terms
  const entry = kind === undefined ? undefined : pki[role][kind]
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['--port', `${port}`],
    ['--ca', trusted(terms)],
    ['--cert', entry?.chainPath],
    ['--key', entry?.keyPath],
    ['--suites', suites?.map((suite) => own.suiteName?.(suite) ?? suite.name).join(own.between ?? ',')],
    ['--alpn', alpn?.join(',')],
    ['--client-auth', role === 'server' ? clientAuth : undefined],
    ['--resume', resume],
    ['--keylog', keyLog],
    ['--psk', psk === true ? sharedKey.hex : undefined],
    ['--psk-identity', psk === true ? sharedKey.identity : undefined],
    ['--ems', ems],
    ['--etm', etm],
    ['--renegotiate', renegotiation === true ? 'accept' : undefined],
  ]
  return [...pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, value])), ...more]
}

const speaks =
  ({ psk }: OwnProgram) =>
  ({ keyExchange }: SuiteParameters): boolean =>
    psk === true || !keyExchange.endsWith('PSK')

const oneOfEachKind = ({ name }: SuiteParameters): boolean =>
  /_(ECDHE_RSA|DHE_RSA|PSK)_WITH_AES_128_GCM|_ECDHE_ECDSA_WITH_(AES_256_GCM|CHACHA20)|_RSA_WITH_AES_128_CBC_SHA/.test(
    name,
  )

function peerOf(own: OwnProgram): Peer {
  const absent = buildFailure(own)
  const [command = '', ...first] = own.run
  const start = (role: Role, terms: Terms, port: number): Program =>
    new Program(
      command,
      [...first, role, ...args(own, role, terms, port)],
      terms.keyLog === undefined ? {} : { SSLKEYLOGFILE: terms.keyLog },
    )
  const renegotiates = (role: Role): { renegotiates?: true } =>
    own.renegotiates?.includes(role) === true ? { renegotiates: true } : {}
  const say = (what: string) => spawnSync(command, [...first, what], { encoding: 'utf8' }).stdout.trim()
  return {
    name: own.name,
    version: absent === undefined ? say('version') : '',
    ...(absent === undefined ? {} : { absent }),
    suites: absent === undefined ? suitesPrintedBy(command, ...first, 'suites').filter(speaks(own)) : [],
    kinds: own.kinds,
    logsKeys: own.logsKeys,
    server: {
      resumes: own.resumes.server,
      clientCertificates: true,
      alpn: true,
      ...renegotiates('server'),
      ...(own.shows === true ? { shows: (certificate) => `shown CN=${commonName(certificate)}\n` } : {}),
      start: (terms) => startSaying(start('server', terms, 0), /^listening (\d+)/m),
    },
    client: {
      resumes: own.resumes.client,
      clientCertificates: true,
      alpn: true,
      ...renegotiates('client'),
      ...(own.slowStart === true ? { resumable: oneOfEachKind } : {}),
      start: (terms, port) => start('client', terms, port),
    },
  }
}

const cc = (name: string, ...more: readonly string[]): readonly string[] => [
  ...['cc', '-O1', '-o', join(builds, name), `${name}.c`],
  ...more,
]

/** Where Debian puts the BoringSSL of its Android tools, whose libraries are named as OpenSSL's. */
const android = '/usr/lib/x86_64-linux-gnu/android'
const boringSsl = ['-I/usr/include/android', `-L${android}`, `-Wl,-rpath,${android}`, '-lssl', '-lcrypto'] as const

const java = ['java', '-XX:TieredStopAtLevel=1', '-cp'] as const
const bouncyCastle = ['bctls', 'bcprov', 'bcutil'].map((name) => `/usr/share/java/${name}.jar`).join(':')

const ecdsa = ['ecdsaP256', 'ecdsaP384', 'ecdsaP521'] as const
const both: Readonly<Record<Role, readonly Resumption[]>> = { client: ['id', 'ticket'], server: ['id', 'ticket'] }

const programs: readonly OwnProgram[] = [
  {
    name: 'Mbed TLS',
    folder: 'c',
    needs: 'cc and libmbedtls-dev',
    build: cc('mbedtls', '-lmbedtls', '-lmbedx509', '-lmbedcrypto'),
    run: [join(builds, 'mbedtls')],
    shows: true,
    kinds: ['rsa', ...ecdsa],
    logsKeys: true,
    psk: true,
    resumes: both,
    renegotiates: ['client', 'server'],
    suiteName: ({ name }) => name.replace('PSK_DHE', 'DHE_PSK').replaceAll('_', '-').replace('-CCM-SHA256', '-CCM'),
  },
  {
    name: 'wolfSSL',
    folder: 'c',
    needs: 'cc and libwolfssl-dev',
    build: cc('wolfssl', '-lwolfssl'),
    run: [join(builds, 'wolfssl')],
    between: ':',
    shows: true,
    kinds: ['rsa', ...ecdsa, 'ed25519', 'ed448'],
    logsKeys: true,
    psk: true,
    resumes: both,
  },
  {
    name: 'BoringSSL',
    folder: 'c',
    needs: 'cc and android-libboringssl-dev',
    build: cc('boringssl', ...boringSsl),
    run: [join(builds, 'boringssl')],
    between: ':',
    kinds: ['rsa', ...ecdsa, 'ed25519'],
    logsKeys: true,
    psk: true,
    resumes: both,
  },
  {
    name: 'BearSSL',
    folder: 'c',
    needs: 'cc and libbearssl-dev',
    build: cc('bearssl', '-lbearssl'),
    run: [join(builds, 'bearssl')],
    kinds: ['rsa', ...ecdsa],
    logsKeys: true,
    resumes: { client: ['id'], server: ['id'] },
  },
  {
    name: 'Go',
    folder: 'go',
    needs: 'Go 1.22',
    build: ['go', 'build', '-o', join(builds, 'go'), '.'],
    run: [join(builds, 'go')],
    shows: true,
    kinds: ['rsa', ...ecdsa, 'ed25519'],
    logsKeys: true,
    resumes: { client: ['ticket'], server: ['ticket'] },
    renegotiates: ['client'],
  },
  {
    name: 'rustls',
    folder: 'rust',
    needs: 'cargo',
    build: ['cargo', 'build', '--quiet', '--release', '--locked', '--target-dir', join(builds, 'rust')],
    run: [join(builds, 'rust', 'release', 'peer')],
    kinds: ['rsa', 'ecdsaP256', 'ecdsaP384', 'ed25519'],
    logsKeys: true,
    resumes: both,
  },
  {
    name: 's2n-tls',
    folder: 's2n',
    needs: 'cargo from 1.91 on, cc and cmake',
    build: ['cargo', 'build', '--quiet', '--release', '--locked', '--target-dir', join(builds, 's2n')],
    run: [join(builds, 's2n', 'release', 's2n-peer')],
    kinds: ['rsa', 'rsaPss', ...ecdsa],
    logsKeys: true,
    resumes: both,
  },
  {
    name: 'Java',
    folder: 'java',
    needs: 'a JDK from 17 on',
    build: ['javac', '-d', join(builds, 'java'), 'Peer.java'],
    run: [...java, join(builds, 'java'), 'Peer'],
    shows: true,
    kinds: ['rsa', 'rsaPss', ...ecdsa, 'ed25519', 'ed448'],
    logsKeys: false,
    slowStart: true,
    resumes: both,
    renegotiates: ['client', 'server'],
  },
  {
    name: 'Erlang',
    folder: 'erlang',
    needs: 'erlang-ssl',
    build: ['erlc', '-o', builds, 'tls_peer.erl'],
    run: ['erl', '-noshell', '-noinput', '-pa', builds, '-s', 'tls_peer', 'main', '-extra'],
    kinds: ['rsa', 'rsaPss', ...ecdsa], // its EdDSA is for TLS 1.3 alone
    logsKeys: true,
    psk: true,
    slowStart: true,
    resumes: { client: ['id'], server: ['id'] },
  },
  {
    name: 'Pike',
    folder: 'pike',
    needs: 'pike8.0-core',
    build: ['pike8.0', 'peer.pike', 'version'], // interpreted: this is whether it compiles
    run: ['pike8.0', join(sources, 'pike', 'peer.pike')],
    suiteName: codeOf,
    kinds: ['rsa', ...ecdsa],
    logsKeys: true,
    resumes: both,
  },
  {
    name: 'tlslite-ng',
    folder: 'python',
    needs: 'python3-venv, and pip a package index',
    build: ['python3', 'peer.py', 'build', join(builds, 'tlslite')],
    run: [join(builds, 'tlslite', 'bin', 'python'), join(sources, 'python', 'peer.py')],
    kinds: allKinds,
    logsKeys: true,
    slowStart: true,
    resumes: both,
  },
  {
    name: 'Bouncy Castle',
    folder: 'bouncycastle',
    needs: 'a JDK from 17 on and libbctls-java',
    build: ['javac', '-cp', bouncyCastle, '-d', join(builds, 'bouncycastle'), 'BouncyCastlePeer.java'],
    run: [...java, `${bouncyCastle}:${join(builds, 'bouncycastle')}`, 'BouncyCastlePeer'],
    kinds: allKinds,
    logsKeys: true,
    psk: true,
    slowStart: true,
    resumes: { client: ['id'], server: ['id'] },
  },
  {
    name: 'Haskell',
    folder: 'haskell',
    needs: 'libghc-tls-dev',
    build: ['ghc', '-v0', '-outputdir', join(builds, 'haskell'), '-o', join(builds, 'tls-peer'), 'TlsPeer.hs'],
    run: [join(builds, 'tls-peer')],
    suiteName: codeOf,
    kinds: ['rsa', ...ecdsa, 'ed25519', 'ed448'],
    logsKeys: true,
    resumes: { client: ['id'], server: ['id'] },
  },
]

export const ownPrograms: Readonly<Record<string, () => Peer>> = Object.fromEntries(
  programs.map((own) => [own.name, () => peerOf(own)]),
)
