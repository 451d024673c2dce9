/** Revocation with OpenSSL on the other end: the alerts that it sees, staples both ways, and its own verdicts. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { chainVerifier, checkRevocation, type RevocationOptions } from '../../src/x509/index.js'
import { noble } from '../support/endpoints.js'
import { connectTcp, listenOnce, TEST_TIMEOUT } from '../support/tcp.js'
import { anchors, chainOf, credentialOf, crlOf, judge, lists, ocspOf, pathOf } from '../x509/revocation/vectors.js'
import { opensslAbsent, opensslVersion } from './openssl.js'
import { Program } from './program.js'

const verifier = (revocation: RevocationOptions) =>
  chainVerifier({ provider: noble, anchors, revocation: checkRevocation(revocation) })
const hard: RevocationOptions = { mode: 'hard-fail', crls: lists }
const atHand: RevocationOptions = { mode: 'hard-fail', crls: [crlOf('root')] }

const files = (name: string): string[] => [
  ...[
    '-cert',
    pathOf(`${name}.cert.pem`),
    '-key',
    pathOf(`${name}.key.pem`),
    '-cert_chain',
    pathOf(`${name}.chain.pem`),
  ],
]

/** Our client meets an `openssl s_server`; what became of our side, and what the server printed. */
async function meetServer(
  name: string,
  revocation: RevocationOptions,
  staple?: string,
): Promise<{ readonly fault: string | undefined; readonly said: string }> {
  const status = staple === undefined ? [] : ['-status_file', pathOf(`${staple}.ocsp.der`)]
  const program = new Program('openssl', [
    ...['s_server', '-accept', '127.0.0.1:0', '-tls1_2', '-rev', '-state', '-naccept', '1', ...files(name), ...status],
  ])
  try {
    const [, port] = await program.says(/ACCEPT 127\.0\.0\.1:(\d+)/)
    const end = await connectTcp(
      clientEndpoint(noble, { serverName: 'localhost', verifier: verifier(revocation) }),
      Number(port),
    )
    const fault = await end.until('the end of the handshake', () => end.fault?.code ?? (end.summary && 'none'))
    if (fault === 'none') end.endpoint.close()
    await program.exit()
    return { fault, said: program.output }
  } finally {
    await program.stop()
  }
}

/** An `openssl s_client` meets our server. */
async function meetClient(
  server: { readonly name: string; readonly staple?: string; readonly revocation?: RevocationOptions },
  args: readonly string[],
): Promise<{ readonly fault: string | undefined; readonly said: string }> {
  const { name, staple, revocation } = server
  const listener = await listenOnce(
    serverEndpoint(noble, {
      credentials: [credentialOf(name, staple === undefined ? undefined : ocspOf(staple))],
      ...(revocation === undefined ? {} : { clientAuthentication: 'require', verifier: verifier(revocation) }),
    }),
  )
  const program = new Program('openssl', [
    ...['s_client', '-connect', `127.0.0.1:${listener.port}`, '-tls1_2', '-state', '-servername', 'localhost'],
    ...['-CAfile', pathOf('root.cert.pem'), '-verify_return_error', ...args],
  ])
  try {
    const end = await listener.accepted
    const fault = await end.until('the end of the handshake', () => end.fault?.code ?? (end.summary && 'none'))
    if (fault === 'none') end.endpoint.close()
    await program.exit()
    return { fault, said: program.output }
  } finally {
    listener.close()
    await program.stop()
  }
}

describe.skipIf(opensslAbsent)(`revocation, with ${opensslVersion}`, { timeout: TEST_TIMEOUT }, () => {
  test.each<
    readonly [what: string, name: string, RevocationOptions, staple: string | undefined, fault: string, alert: RegExp]
  >([
    ['revoked by CRL', 'revoked', hard, undefined, 'certificate_revoked', /alert read:fatal:certificate revoked/],
    [
      'revoked by its staple',
      'revoked',
      atHand,
      'revoked',
      'certificate_revoked',
      /alert read:fatal:certificate revoked/,
    ],
    [
      'that keeps its staple to itself',
      'stapled',
      hard,
      undefined,
      'certificate_bad_status_response',
      /alert read:fatal:bad certificate status response/,
    ],
    [
      'with a staple for another',
      'server',
      hard,
      'good-stapled',
      'certificate_bad_status_response',
      /alert read:fatal:bad certificate status response/,
    ],
    [
      'of whom nothing is known',
      'server',
      atHand,
      undefined,
      'certificate_revocation_unknown',
      /alert read:fatal:certificate unknown/,
    ],
    ['with a good staple', 'stapled', atHand, 'good-stapled', 'none', /alert read:warning:close notify/],
  ])('our client meets a server %s', async (_what, name, revocation, staple, fault, alert) => {
    const met = await meetServer(name, revocation, staple)
    expect(met.fault).toBe(fault)
    expect(met.said).toMatch(alert)
  })

  test('our server refuses a revoked client, and lets another in', async () => {
    const refused = await meetClient({ name: 'server', revocation: hard }, files('revoked-client'))
    expect(refused.fault).toBe('certificate_revoked')
    expect(refused.said).toMatch(/alert read:fatal:certificate revoked/)
    expect((await meetClient({ name: 'server', revocation: hard }, files('client'))).fault).toBe('none')
  })

  test('our server staples, where it is asked', async () => {
    const asked = await meetClient({ name: 'server', staple: 'good' }, ['-status'])
    expect(asked.fault).toBe('none')
    expect(asked.said).toMatch(/OCSP Response Status: successful[\s\S]*Cert Status: good/)
    expect((await meetClient({ name: 'server', staple: 'good' }, [])).said).not.toContain('OCSP Response')
  })

  test.each(['server', 'stapled', 'client', 'revoked', 'revoked-client'])('same verdict by CRL: %s', (name) => {
    const { status } = spawnSync('openssl', [
      ...['verify', '-crl_check_all', '-CAfile', pathOf('root.cert.pem'), '-untrusted', pathOf('issuing.cert.pem')],
      ...['-CRLfile', pathOf('root.crl.pem'), '-CRLfile', pathOf('issuing.crl.pem'), pathOf(`${name}.cert.pem`)],
    ])
    expect(judge({ certificateChain: chainOf(name) }, hard).accepted).toBe(status === 0)
  })
})
