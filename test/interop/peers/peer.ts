/** What every other implementation can be asked for: to serve, or to connect, under terms that are the same for all. */
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { SuiteParameters } from '../../../src/crypto/suite-parameters.js'
import { type PkiEntry, type PkiKind, type PkiSet, pki } from '../../support/pki.js'
import type { Program } from '../program.js'

export type Resumption = 'none' | 'id' | 'ticket'
export type Role = 'client' | 'server'

export interface Terms {
  /** The suites that the peer allows; all that it has by default. */
  readonly suites?: readonly SuiteParameters[]
  /** Its own certificate. */
  readonly kind?: PkiKind
  /** What a server wants of clients; nothing by default. */
  readonly clientAuth?: 'request' | 'require'
  readonly resume: Resumption
  /** A server that speaks HTTP and closes after its answer, where it could also echo. */
  readonly http?: boolean
  /** A server that says what it reads on its input, and takes commands there (OpenSSL). */
  readonly console?: boolean
  /** The peers share `sharedKey`. */
  readonly psk?: boolean
  readonly alpn?: readonly string[]
  readonly ems?: 'off'
  readonly etm?: 'off'
  /** The other end will begin a renegotiation. */
  readonly renegotiation?: true
  /** A file that gets a line of key log for each connection, where the peer writes such. */
  readonly keyLog?: string
  /** Whom it trusts: the authorities of the test PKI by default. */
  readonly trust?: PkiSet
  /** Further arguments in its own language. */
  readonly args?: readonly string[]
}

export interface PeerServer {
  readonly port: number
  readonly program: Program
  stop(): Promise<void>
}

export interface Peer {
  readonly name: string
  /** Its version, or why it cannot be used here. */
  readonly version: string
  readonly absent?: string
  readonly suites: readonly SuiteParameters[]
  /** Kinds of certificates that it can show and check. */
  readonly kinds: readonly PkiKind[]
  /** Whether it writes key logs. */
  readonly logsKeys: boolean
  readonly server?: Side & {
    /** What its answer holds: `answer of a peer` by default. */
    readonly answer?: string
    /** What it says or answers once it has seen this certificate of a client, where it says anything of it. */
    readonly shows?: (certificate: PkiEntry) => string
    readonly start: (terms: Terms) => Promise<PeerServer>
  }
  /** The program ends by itself once the server has answered and closed. It connects twice where it shall resume. */
  readonly client?: Side & {
    /** It closes at the end of its input; the others do when the server does. */
    readonly hangsUp?: true
    readonly start: (terms: Terms, port: number) => Program
  }
}

/** What a side has beyond full handshakes in which the server alone is authenticated. */
interface Side {
  readonly resumes: readonly Resumption[]
  /** Suites under which it can be asked to resume; all of them by default. */
  readonly resumable?: (suite: SuiteParameters) => boolean
  readonly clientCertificates: boolean
  /** Whether it heeds `alpn` of its terms. */
  readonly alpn?: true
  /** Whether it follows where the other end begins a renegotiation, told by `renegotiation` of its terms. */
  readonly renegotiates?: true
}

/** What every client asks and our server answers; other servers answer each in their way. */
export const request = 'GET / HTTP/1.0\r\n\r\n'
export const response = 'HTTP/1.0 200 OK\r\nContent-Length: 14\r\n\r\nanswer of ours'

/** The key of suites that authenticate by one. */
export const sharedKey = { identity: 'tls12', hex: '8f14e45fceea167a5a36dedd4bea2543' }

export const trusted = (terms: Terms): string => (terms.trust ?? pki).ca.certPath

/** The common name in a certificate of the test PKI, as tools print it. */
export function commonName({ certPem }: PkiEntry): string {
  const name = /CN=([^\n]+)/.exec(new X509Certificate(certPem).subject)?.[1]
  if (name === undefined) throw new Error('a certificate of the test PKI has no common name')
  return name
}

/** The path of a program, without running it. */
export function which(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/go/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

let scratchFolder: string | undefined

/** A folder for what peers need as files; it goes with this process. */
export function scratch(...path: readonly string[]): string {
  if (scratchFolder === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'tls12-peers-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    scratchFolder = folder
  }
  return join(scratchFolder, ...path)
}

let files = 0
/** A new name in the scratch folder. */
export const scratchFile = (suffix: string): string => scratch(`${files++}${suffix}`)

export const allKinds: readonly PkiKind[] = ['rsa', 'rsaPss', 'ecdsaP256', 'ecdsaP384', 'ecdsaP521', 'ed25519', 'ed448']
