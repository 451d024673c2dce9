/** Sessions, shared keys, staples, deny lists and fetched CRLs by the command's options, both ends as they are called. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCertificate } from '../../src/x509/certificate.js'
import { mintCrl } from '../support/mint-crl.js'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { type Minted, mint, mintLeaf, mintRoot } from '../x509/minting.js'
import * as stage from '../x509/revocation/adversarial/stage.js'
import { connectHere, runHere, type Serving, startServe, until } from './run.js'

const scratch = mkdtempSync(join(tmpdir(), 'tls12-options-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const vector = (name: string): string => fileURLToPath(new URL(`../../vectors/revocation/${name}`, import.meta.url))

function file(name: string, contents: string | Uint8Array): string {
  const path = join(scratch, name)
  writeFileSync(path, contents)
  return path
}

const chain = ['--cert', vector('server.chain.pem'), '--key', vector('server.key.pem')]
const trust = ['--ca', vector('root.cert.pem'), '--crl', vector('root.crl.pem')]

describe('sessions and staples', () => {
  let serving: Serving
  beforeAll(async () => {
    serving = await startServe(...chain, '--staple', vector('good.ocsp.der'), '--sessions', 'both')
  }, 30_000)
  afterAll(async () => {
    await serving.stop()
  })
  const ask = (...more: readonly string[]) => connectHere([...more, `localhost:${serving.port}`], 'echo')
  const noStaple = [...trust, '--revocation', 'hard-fail']

  it('a staple says what no list at hand does', async () => {
    expect(await ask(...noStaple)).toMatchObject({ code: 0, out: 'echo', err: '' })
  })

  it('a session is kept in a file for its owner alone, and resumed by the next call', async () => {
    const path = join(scratch, 'session')
    const first = await ask(...noStaple, '--session', path)
    expect(first).toMatchObject({ code: 0, out: 'echo' })
    expect(first.err).toBe('session: a full handshake, for there was no session to resume\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const second = await ask(...noStaple, '--session', path, '--show')
    expect(second).toMatchObject({ code: 0, out: 'echo' })
    expect(second.err).toMatch(/^session: resumed by ticket$/m)
    expect(second.err).toMatch(/an abbreviated handshake/)
    expect(serving.err()).toMatch(/TLS_ECDHE_ECDSA/)
  })

  it('but not for whom the certificate in it is refused by now', async () => {
    const path = join(scratch, 'session')
    const denied = await ask(...noStaple, '--deny', vector('server.cert.pem'), '--session', path)
    expect(denied.code).toBe(1)
    expect(denied.err).toMatch(/certificate_denied: .*its key is on the deny list/)
  })

  it('a session that the server fails over is forgotten', async () => {
    const path = join(scratch, 'failing')
    await ask(...noStaple, '--session', path)
    expect(existsSync(path)).toBe(true)
    // a server of the same name with other keys and no suite in common with the session
    const other = await startServe(
      ...chain,
      '--cipher-suites',
      'TLS_RSA_WITH_AES_128_GCM_SHA256',
      '--sessions',
      'tickets',
    )
    const failed = await connectHere([...noStaple, '--session', path, `localhost:${other.port}`], 'echo')
    await other.stop()
    expect(failed).toMatchObject({ code: 1, out: '' })
    expect(existsSync(path)).toBe(false)
  }, 30_000)

  it.each([
    ['that is none', () => file('rubbish', 'no session'), /holds no session that this version has kept/],
    ['that cannot be read', () => scratch, /cannot be read: EISDIR/],
  ])('a session file %s is a wrong call', async (_what, make, message) => {
    const { code, err } = await runHere(['connect', ...noStaple, '--session', make(), 'localhost:1'])
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

describe('what the README calls', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  /** The commands of the block after the heading, each as its arguments. */
  const commands = (/## The command line[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
    .replaceAll('\\\n', ' ')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))

  it('authenticates both sides, and resumes the second time', async () => {
    const [[tls12, serve, ...server] = [], [, connect, ...client] = []] = commands
    expect([commands.length, tls12, serve, connect]).toEqual([2, 'tls12', 'serve', 'connect'])
    const serving = await startServe(...server)
    const kept = join(scratch, 'readme.session')
    const args = client.map((one) => (one === 'kept.session' ? kept : one.replace('4433', String(serving.port))))
    const [first, second] = [await connectHere(args, 'echo'), await connectHere(args, 'echo')]
    await serving.stop()
    expect([first.out, second.out]).toEqual(['echo', 'echo'])
    expect(first.err).toMatch(/^session: a full handshake/m)
    expect(second.err).toMatch(/^session: resumed by ticket$/m)
    expect(serving.err()).toMatch(/the client is authenticated by its signature/)
    expect(serving.err()).toMatch(/the client is authenticated by a session for which it proved its key/)
  }, 30_000)
})

describe('keys that both sides share', () => {
  const key = '00112233445566778899aabbccddeeff'
  const keys = file('keys.psk', `# ours\n\nClient:1:${key}\r\nother:${'ab'.repeat(32)}\n`)

  it('authenticate both, without a certificate, under forward secrecy', async () => {
    const serving = await startServe('--psk-file', keys)
    const said = await connectHere(['--psk-file', keys, `localhost:${serving.port}`], 'echo')
    const wrong = file('wrong.psk', `Client:1:${'ff'.repeat(16)}\n`)
    const refused = await connectHere(['--psk-file', wrong, `localhost:${serving.port}`], 'echo')
    await serving.stop()
    expect(said).toMatchObject({ code: 0, out: 'echo', err: '' })
    expect(serving.err()).toMatch(/TLS_ECDHE_PSK_WITH_\S+, the client is authenticated by the key that both share/)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(`${said.err}${refused.err}${serving.err()}`).not.toMatch(/0011223344|ffffffff/)
  }, 30_000)

  const openssl = program('openssl')
  it.skipIf(openssl === undefined)(
    'with OpenSSL',
    async () => {
      const port = await freePort()
      const server = spawn('openssl', [
        ...['s_server', '-port', String(port), '-nocert', '-tls1_2', '-psk', key, '-cipher', 'PSK', '-rev', '-quiet'],
      ])
      try {
        const ours = file('one.psk', `Client_identity:${key}\n`)
        const answer = await patiently(() =>
          connectHere(['--psk-file', ours, '--linger', '5', `localhost:${port}`], 'olleh\n'),
        )
        expect(answer).toMatchObject({ code: 0, out: 'hello\n' })
      } finally {
        server.kill()
      }
    },
    30_000,
  )

  it.each([
    ['a line without a colon', 'nonsense\n', /line 1 is not NAME:HEX/],
    ['half an octet', `a:${key}0\n`, /line 1 is not NAME:HEX/],
    ['no name', `:${key}\n`, /line 1 is not NAME:HEX/],
    ['a key of 8 bytes', '\na:0011223344556677\n', /line 2 has a key of 8 bytes; 16 are the least/],
    ['nothing', '# nothing\n', /holds no key/],
  ])('a file with %s is a wrong call, which repeats nothing of it', async (_what, contents, message) => {
    const { code, err } = await runHere(['connect', '--psk-file', file('bad.psk', contents), 'localhost:1'])
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/nonsense|0011/)
  })

  it('are what suites with PSK need', async () => {
    const suite = ['--cipher-suites', 'TLS_PSK_WITH_AES_128_GCM_SHA256']
    const { code, err } = await runHere(['connect', ...suite, 'localhost:1'])
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringMatching(/"TLS_PSK_WITH_AES_128_GCM_SHA256" is not/),
    })
  })
})

describe('revocation lists that are fetched', () => {
  it('are asked for where certificates name them, at private addresses only if told so', async () => {
    const asked: string[] = []
    const lists = new Map<string, Uint8Array>()
    const web = createServer((request, response) => {
      asked.push(request.url ?? '')
      const list = lists.get(request.url ?? '')
      response.writeHead(list === undefined ? 404 : 200).end(list)
    }).listen(0, '127.0.0.1')
    await until(() => web.listening, 'listening')
    const { port } = web.address() as AddressInfo // what a TCP server has once it listens
    const place = (name: string) => stage.points(stage.fullName(stage.uri(`http://127.0.0.1:${port}/${name}`)))
    const root = mintRoot('Fetched root')
    const issuer = mint({ name: 'Fetched issuer', issuer: root, ca: true, extensions: [place('root')] })
    const leaf = mintLeaf(issuer, { extensions: [place('issuer')] })
    const listOf = (by: Minted, revoked: readonly Minted[] = []) =>
      mintCrl({
        issuer: parseCertificate(by.der).subject.der,
        key: by.key.privateKey,
        entries: revoked.map((one) => stage.entry(one, 1)),
      })
    lists.set('/root', listOf(root)).set('/issuer', listOf(issuer))
    const pem = Buffer.from(leaf.key.privateKeyInfo).toString('base64')
    const key = file('leaf.key', `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----\n`)
    const serving = await startServe('--cert', file('leaf.pem', leaf.pem + issuer.pem), '--key', key)
    const ca = ['--ca', file('root.pem', root.pem), '--revocation', 'hard-fail']
    const ask = (...more: readonly string[]) => connectHere([...ca, ...more, `localhost:${serving.port}`], 'echo')
    try {
      expect((await ask()).err).toMatch(/certificate_revocation_unknown/)
      expect((await ask('--revocation-fetch', 'public')).err).toMatch(/certificate_revocation_unknown/)
      expect(asked).toEqual([])
      expect(await ask('--revocation-fetch', 'any')).toMatchObject({ code: 0, out: 'echo', err: '' })
      expect(asked).toEqual(['/root', '/issuer'])
      lists.set('/issuer', listOf(issuer, [leaf]))
      expect((await ask('--revocation-fetch', 'any')).err).toMatch(/certificate_revoked/)
    } finally {
      await serving.stop()
      web.close()
    }
  }, 40_000)
})

describe('calls that make no sense', () => {
  const { certPath } = pki.server.rsa
  it.each<[readonly string[], RegExp]>([
    [['serve', '--staple', vector('good.ocsp.der')], /--staple needs --cert or --p12/],
    [['serve', ...chain, '--staple', certPath], /--staple .*: /],
    [['serve', '--sessions', 'yes'], /--sessions must be one of none, ids, tickets, both/],
    [['serve', '--deny', certPath], /--deny takes from those whom --ca or --pin accepts/],
    [['serve', '--ca', certPath, '--deny', 'sha256/short'], /--deny "sha256\/short": a pin is/],
    [['serve', '--ca', certPath, '--revocation-fetch', 'yes'], /--revocation-fetch must be one of public, any/],
    [['serve', '--revocation-fetch', 'any'], /--revocation-fetch says how chains are judged, and needs --ca/],
    [
      ['serve', '--ca', certPath, '--revocation', 'off', '--revocation-fetch', 'any'],
      /--revocation-fetch has no effect with --revocation off/,
    ],
  ])('%j', async (argv, message) => {
    const { code, err } = await runHere(argv)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) })
  })
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await until(() => probe.listening, 'listening')
  const { port } = probe.address() as AddressInfo // what a TCP server has once it listens
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Until a program that was just started listens. */
async function patiently<T extends { readonly err: string }>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 50; tries++) {
    const result = await attempt()
    if (!result.err.includes('ECONNREFUSED')) return result
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('nobody listens')
}
