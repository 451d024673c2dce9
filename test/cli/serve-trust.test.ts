/** Whom `serve` accepts, what it says of whom it refuses, and the same with openssl on the other end; keys in all forms. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Program } from '../interop/program.js'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { connectHere, runHere, type Serving, startServe, until } from './run.js'
import {
  ca,
  crls,
  echoing,
  identity,
  identityOf,
  keystore,
  made,
  madeCredential,
  minted,
  ok,
  root,
  write,
} from './trust-files.js'

const openssl = program('openssl')

describe('keys', () => {
  const password = write('password', 'correct horse\n')
  const server = [pki.server.ecdsaP256.chainPath, keystore('pkcs8-aes256-sha256.pem')] as const

  it('are read encrypted and out of PKCS#12', async () => {
    const { port, server: listener } = await echoing(madeCredential('server'))
    const to = ['--servername', 'localhost', ...ca, `127.0.0.1:${port}`]
    const encrypted = ['--cert', server[0], '--key', server[1], '--key-password-file', password]
    try {
      expect(await connectHere([...encrypted, ...to], 'hello')).toMatchObject(ok)
      const p12 = ['--p12', keystore('openssl-modern.p12'), '--key-password-file', password]
      expect(await connectHere([...p12, ...to], 'hello')).toMatchObject(ok)
      expect(await connectHere(['--p12', keystore('openssl-empty-password.p12'), ...to], 'hello')).toMatchObject(ok)
    } finally {
      listener.close()
    }
  })

  const wrong = write('wrong', 'hunter2\n')
  it.each<[readonly string[], RegExp]>([
    [['--p12', keystore('openssl-modern.p12'), '--key-password-file', wrong], /--p12 .*the password is wrong/],
    [['--p12', keystore('openssl-modern.p12')], /--p12 .*the password is wrong/],
    [['--p12', keystore('openssl-no-keys.p12'), '--key-password-file', password], /--p12 .* holds no private key/],
    [['--p12', server[0]], /--p12 .*the keystore is damaged/],
    [['--p12', 'x', '--cert', 'a', '--key', 'b'], /--p12 stands in place of --cert and --key/],
    [['--key-password-file', password], /--key-password-file needs --key or --p12/],
    [['--cert', server[0], '--key', server[1]], /--key .*is encrypted: --key-password-file/],
    [['--cert', server[0], '--key', server[1], '--key-password-file', wrong], /--key .*the password is wrong/],
    [['--cert', server[0], '--key', server[1], '--key-password-file', made('none')], /ENOENT/],
  ])('that cannot be used end with 2: %j', async (argv, message) => {
    const { code, out, err } = await runHere(['serve', ...argv])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toMatch(/hunter2|correct horse|BEGIN/)
  })
})

describe('serve --client-auth require --ca --crl --http', () => {
  let serving: Serving
  const names = [made('root.cert.pem'), write('both.pem', root.pem)]
  beforeAll(async () => {
    const trust = names.flatMap((name) => ['--ca', name])
    // The minted root has no CRL: under soft-fail its clients are let in, the revoked one of the other is not.
    const lists = [...crls, '--revocation', 'soft-fail']
    serving = await startServe('--http', ...identity('server'), '--client-auth', 'require', ...trust, ...lists)
  }, 20_000)
  afterAll(async () => {
    await serving.stop()
  })
  const to = () => [...ca, '--servername', 'localhost', `127.0.0.1:${serving.port}`]
  const GET = 'GET / HTTP/1.0\n\n'

  it('names a client by its verified identities, and what was checked', async () => {
    const { code, out, err } = await connectHere([...identity('client'), ...to()], GET)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/verified identities<\/th><td>CN=tls12 test client<\/td>/)
    expect(out).toContain('<td>chain, validity, purpose, revocation</td>')
    expect(out).not.toContain('claims')
    const other = await connectHere([...identityOf('client', minted.client), ...to()], GET)
    expect(other.out).toMatch(/verified identities<\/th><td>CN=client, dns localhost<\/td>/)
    expect(other.out).toContain('<td>chain, validity, purpose</td>')
  })

  it.each<[string, string[], RegExp, RegExp]>([
    ['revoked', identity('revoked-client'), /certificate_revoked/, /CN=tls12 test revoked-client was revoked 20/],
    [
      'expired',
      identityOf('expired-client', minted.expiredClient),
      /certificate_expired/,
      /CN=expired client expired 2021-01-01T00:00:00Z/,
    ],
    [
      'for servers only',
      identity('server'),
      /unsupported_certificate/,
      /CN=tls12 test server is for .*, not for clientAuth/,
    ],
    // Authorities are named in CertificateRequest: who has none of theirs shows nothing.
    [
      'unknown',
      ['--cert', pki.client.rsa.chainPath, '--key', pki.client.rsa.keyPath],
      /handshake_failure/,
      /certificate_missing/,
    ],
  ])('refuses a client that is %s, and says why', async (_what, argv, alert, why) => {
    const { code, err } = await connectHere([...argv, ...to()], GET)
    expect(code).toBe(1)
    expect(err).toMatch(/alert_received: /)
    expect(err).toMatch(alert)
    await until(() => why.test(serving.err()), `${why} (${serving.err()})`)
  })

  it.skipIf(openssl === undefined)(
    openssl === undefined
      ? 'and openssl s_client (there is no openssl here)'
      : 'and openssl s_client verify each other',
    async () => {
      const verify = ['-CAfile', made('root.cert.pem'), '-verify_return_error', '-verify_hostname', 'localhost']
      const shown = (name: string) => ['-cert', made(`${name}.cert.pem`), '-key', made(`${name}.key.pem`)]
      const above = ['-cert_chain', made('issuing.cert.pem')]
      const run = async (name: string): Promise<Program> => {
        const args = [
          's_client',
          '-connect',
          `127.0.0.1:${serving.port}`,
          '-tls1_2',
          ...verify,
          ...shown(name),
          ...above,
        ]
        const client = new Program('openssl', [...args, '-ign_eof'])
        client.child.stdin.write(GET)
        return client
      }
      const good = await run('client')
      await good.says(/Verify return code: 0 \(ok\)/)
      await good.says(/verified identities<\/th><td>CN=tls12 test client</)
      await good.says(/Acceptable client certificate CA names\n[\s\S]*CN = tls12 test root/)
      await good.exit()
      const bad = await run('revoked-client')
      await bad.says(/alert certificate revoked/)
      await bad.exit()
    },
    30_000,
  )
})

describe.skipIf(openssl === undefined)('connect and openssl s_server', () => {
  async function withServer(name: string, more: readonly string[], argv: readonly string[], hears = /ACCEPT/) {
    const shown = [
      '-cert',
      made(`${name}.cert.pem`),
      '-key',
      made(`${name}.key.pem`),
      '-cert_chain',
      made('issuing.cert.pem'),
    ]
    const verify = ['-Verify', '3', '-CAfile', made('root.cert.pem'), '-verify_return_error']
    const server = new Program('openssl', [
      's_server',
      '-accept',
      '127.0.0.1:0',
      '-rev',
      '-tls1_2',
      ...shown,
      ...verify,
      ...more,
    ])
    try {
      const [, port] = await server.says(/ACCEPT 127\.0\.0\.1:(\d+)/)
      const ran = await connectHere([...argv, ...ca, '--servername', 'localhost', `127.0.0.1:${port}`], 'abc\n')
      await server.says(hears)
      return ran
    } finally {
      await server.stop()
    }
  }

  it('verify each other', async () => {
    const { code, out, err } = await withServer('server', [], [...identity('client'), ...crls])
    expect({ code, out, err }).toEqual({ code: 0, out: 'cba\n', err: '' })
  }, 30_000)

  it('a good staple is looked at, without any CRL', async () => {
    const stapling = ['-status_file', made('good-stapled.ocsp.der')]
    const { code, err } = await withServer('stapled', stapling, [...identity('client'), '--show'])
    expect({ code }).toEqual({ code: 0 })
    expect(err.replace(/\s+/g, ' ')).toMatch(
      /CN=tls12 test stapled is not revoked, says the OCSP response of CN=tls12 test responder/,
    )
  }, 30_000)

  it('a revoked one is refused by its staple', async () => {
    const stapling = ['-status_file', made('revoked.ocsp.der')]
    const { code, err } = await withServer('revoked', stapling, identity('client'), /alert certificate revoked/)
    expect(code).toBe(1)
    expect(err).toMatch(/certificate_revoked: .*CN=tls12 test revoked was revoked/)
  }, 30_000)

  it('a client whose certificate OpenSSL does not trust is told so', async () => {
    const foreign = identityOf('namesake', minted.namesake)
    const { code, err } = await withServer('server', [], foreign, /verify error:num=\d+:/)
    expect(code).toBe(1)
    expect(err).toMatch(/alert_received: .* (unknown_ca|bad_certificate|certificate_unknown|decrypt_error)/)
  }, 30_000)
})
