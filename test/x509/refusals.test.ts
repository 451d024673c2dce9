/** Mutual handshakes in which one side's certificate is refused, and what the other side hears of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import type { Environment } from '../../src/crypto/environment.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { FaultCode } from '../../src/handshake/fault.js'
import type { AlertName } from '../../src/registry/alert-description.js'
import { chainVerifier } from '../../src/x509/index.js'
import { Program } from '../interop/program.js'
import { noble, play } from '../support/endpoints.js'
import { program } from '../support/outside.js'
import { connectTcp, listenOnce, TEST_TIMEOUT } from '../support/tcp.js'
import { NOW } from './judging.js'
import { ecKey, type Minted, type MintOptions, mint, mintLeaf, mintRoot, purposes } from './minting.js'

const root = mintRoot()
const issuer = mint({ name: 'Issuer', issuer: root, ca: true })
const pretender = mint({ name: 'Pretender', issuer: root, keyUsage: ['digitalSignature'] })
const stranger = mintRoot('Stranger')

type Side = 'client' | 'server'
const own = (side: Side): string => purposes[side === 'server' ? 'serverAuth' : 'clientAuth']
const year = (number: number): Date => new Date(Date.UTC(number, 0, 1))

interface Chain {
  readonly chain: readonly [Minted, ...Minted[]]
}

const good = (side: Side, options: Partial<MintOptions> = {}): Chain => ({
  chain: [mintLeaf(issuer, { name: side, purposes: [own(side)], ...options }), issuer],
})

interface Refused {
  readonly what: string
  readonly make: (side: Side) => Chain
  readonly code: FaultCode
  readonly alert: AlertName
  /** As OpenSSL words the alert. */
  readonly heard: string
}

const refused: readonly Refused[] = [
  {
    what: 'expired',
    make: (side) => good(side, { notAfter: year(2026) }),
    ...{ code: 'certificate_expired', alert: 'certificate_expired', heard: 'certificate expired' },
  },
  {
    what: 'not yet valid',
    make: (side) => good(side, { notBefore: year(2030) }),
    ...{ code: 'certificate_not_yet_valid', alert: 'certificate_expired', heard: 'certificate expired' },
  },
  {
    what: 'of another host',
    make: (side) => good(side, { dns: ['example.com'] }),
    ...{ code: 'certificate_name_mismatch', alert: 'bad_certificate', heard: 'bad certificate' },
  },
  {
    what: 'for the other role',
    make: (side) => good(side, { purposes: [own(side === 'server' ? 'client' : 'server')] }),
    ...{ code: 'certificate_wrong_purpose', alert: 'unsupported_certificate', heard: 'unsupported certificate' },
  },
  {
    what: 'of an unknown issuer',
    make: (side) => ({ chain: [mintLeaf(stranger, { purposes: [own(side)] }), stranger] }),
    ...{ code: 'certificate_unknown_issuer', alert: 'unknown_ca', heard: 'unknown CA' },
  },
  {
    what: 'of an issuer that is no authority',
    make: (side) => ({ chain: [mintLeaf(pretender, { purposes: [own(side)] }), pretender] }),
    ...{ code: 'certificate_unknown_issuer', alert: 'unknown_ca', heard: 'unknown CA' },
  },
  {
    what: 'signed by somebody else',
    make: (side) => good(side, { signer: ecKey() }),
    ...{ code: 'certificate_bad_certificate', alert: 'bad_certificate', heard: 'bad certificate' },
  },
]

const credential = ({ chain }: Chain): Credential => ({
  certificateChain: chain.map(({ der }) => der),
  key: noble.importPrivateKey(chain[0].key.privateKeyInfo),
})

/** Both sides know each other by the name `localhost`. */
const verifier: Environment['verifyCertificate'] = chainVerifier({
  ...{ provider: noble, anchors: [root.der], time: () => NOW },
  identity: [{ type: 'dns', value: 'localhost' }],
})

const clientOptions = (chain: Chain) => ({ serverName: 'localhost', credentials: [credential(chain)], verifier })
const serverOptions = (chain: Chain) => ({
  ...{ credentials: [credential(chain)], clientAuthentication: 'require' as const, verifier },
})

describe('in memory', () => {
  test('two good certificates meet, and each side knows the other', () => {
    const played = play(clientOptions(good('client')), serverOptions(good('server')))
    expect(played.faultOf('client') ?? played.faultOf('server')).toBeUndefined()
    const identity = played.server.connection.summary?.peer.identity
    expect(identity?.checked).toEqual(['chain', 'validity', 'purpose', 'name'])
    expect(identity?.identities).toEqual([
      { type: 'directoryName', value: 'CN=client' },
      { type: 'dns', value: 'localhost' },
    ])
  })

  describe.each(refused)('a certificate $what', ({ make, code, alert }) => {
    test.each(['client', 'server'] as const)('of the %s', (side) => {
      const chains = { client: good('client'), server: good('server'), [side]: make(side) }
      const played = play(clientOptions(chains.client), serverOptions(chains.server))
      const judge = side === 'client' ? 'server' : 'client'
      expect(played.faultOf(judge)).toMatchObject({ code, alert, origin: 'peer' })
      expect(played.faultOf(side)).toMatchObject({ code: 'alert_received', alert })
    })
  })

  test('a key that may only encipher does not sign a handshake', () => {
    const shown = credential(good('server', { keyUsage: ['keyEncipherment'] }))
    // A server that chose among `credentials` would not show this one.
    const server = { ...serverOptions(good('server')), selectCredential: () => shown }
    const played = play(clientOptions(good('client')), server)
    expect(played.faultOf('client')).toMatchObject({ code: 'certificate_wrong_purpose' })
  })
})

const openssl = program('openssl')
const folder = mkdtempSync(join(tmpdir(), 'tls12-refusals-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0

/** Arguments that make OpenSSL show a chain. */
function shows({ chain }: Chain): string[] {
  const [leaf, ...rest] = chain
  const write = (text: string): string => {
    const path = join(folder, `${++files}.pem`)
    writeFileSync(path, text)
    return path
  }
  const key = leaf.key.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const above = rest.map(({ pem }) => pem).join('')
  return ['-cert', write(leaf.pem), '-key', write(String(key)), '-cert_chain', write(above)]
}

const state = ['-tls1_2', '-state', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256']

describe.skipIf(openssl === undefined)('OpenSSL hears why', { timeout: TEST_TIMEOUT }, () => {
  test.each(refused)('s_server with a certificate $what: $alert', async ({ make, code, heard }) => {
    const args = ['s_server', '-accept', '127.0.0.1:0', '-rev', ...state, ...shows(make('server'))]
    const server = new Program('openssl', args)
    try {
      const [, port] = await server.says(/ACCEPT 127\.0\.0\.1:(\d+)/)
      const end = await connectTcp(clientEndpoint(noble, clientOptions(good('client'))), Number(port))
      expect((await end.failed()).code).toBe(code)
      await server.says(new RegExp(`alert read:fatal:${heard}`))
    } finally {
      await server.stop()
    }
  })

  test.each(refused)('s_client with a certificate $what: $alert', async ({ make, code, heard }) => {
    const listener = await listenOnce(serverEndpoint(noble, serverOptions(good('server'))))
    const args = ['s_client', '-connect', `127.0.0.1:${listener.port}`, '-servername', 'localhost', ...state]
    const client = new Program('openssl', [...args, ...shows(make('client'))])
    try {
      const end = await listener.accepted
      expect((await end.failed()).code).toBe(code)
      await client.says(new RegExp(`alert read:fatal:${heard}`))
    } finally {
      listener.close()
      await client.stop()
    }
  })
})
