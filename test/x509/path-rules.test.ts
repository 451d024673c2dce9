import { describe, expect, test } from 'vitest'
import { writeDer } from '../../src/codec/der.js'
import { CertificateError, chainVerifier, type DecisionRecord } from '../../src/x509/index.js'
import { judge, NOW, provider, told } from './judging.js'
import { ecKey, type Minted, mint, mintLeaf, mintRoot, purposes, rsaKey, sequence } from './minting.js'

const root = mintRoot()
const ca = (name: string, issuer: Minted, options = {}): Minted => mint({ name, issuer, ca: true, ...options })
const good = ca('A', root)

const year = (number: number): Date => new Date(Date.UTC(number, 0, 1))

/** One rule broken each; the rest of the chain is as it should be. */
const broken: readonly (readonly [what: string, chain: readonly Minted[], told: RegExp])[] = [
  [
    'expired',
    [mintLeaf(good, { notAfter: year(2026) }), good],
    /^expired: .*CN=leaf expired 2026-01-01T00:00:00Z, now is 2026-11-21T12:00:00Z/,
  ],
  [
    'not yet valid',
    [mintLeaf(good, { notBefore: year(2027) }), good],
    /^not_yet_valid: .*CN=leaf is not valid before 2027/,
  ],
  [
    'wrong host',
    [mintLeaf(good, { dns: ['example.com'] }), good],
    /^name_mismatch: .*is for DNS:example.com, not for dns localhost/,
  ],
  [
    'no names at all',
    [mint({ name: 'localhost', issuer: good }), good],
    /^name_mismatch: .*is for no alternative names/,
  ],
  ['for clients', [mintLeaf(good, { purposes: [purposes.clientAuth] }), good], /^wrong_purpose: .*not for serverAuth/],
  [
    'wrong signature',
    [mintLeaf(good, { signer: ecKey() }), good],
    /^bad_certificate: .*CN=leaf has a signature that was not made by/,
  ],
  [
    'weak digest',
    [mintLeaf(good, { digest: 'sha1' }), good],
    /^unsupported_certificate: .*ecdsa-with-SHA1, which is not accepted/,
  ],
  [
    'weak key',
    [mintLeaf(good, { key: rsaKey(1024) }), good],
    /^unsupported_certificate: .*an RSA key of 1024 bits, fewer than 2048/,
  ],
  [
    'unknown critical extension',
    [mintLeaf(good, { extensions: [{ oid: '1.3.6.1.4.1.99999.1', critical: true, value: sequence() }] }), good],
    /^bad_certificate: .*has the critical extension 1.3.6.1.4.1.99999.1/,
  ],
  [
    'no key identifier',
    [mintLeaf(good, { without: ['aki'] }), good],
    /^bad_certificate: .*no authority key identifier/,
  ],
]

describe('an end entity is refused for', () => {
  test.each(broken)('%s', (_what, chain, expected) => {
    expect(told(judge(chain, [root]))).toMatch(expected)
  })
})

const via = (options: object): readonly Minted[] => {
  const issuer = ca('A', root, options)
  return [mintLeaf(issuer), issuer]
}

const brokenAbove: readonly (readonly [what: string, chain: readonly Minted[], told: RegExp])[] = [
  ['expired', via({ notAfter: year(2026) }), /^expired: .*CN=A expired/],
  ['no authority', via({ ca: false }), /^unknown_issuer: .*CN=A is no authority \(CA:FALSE\)/],
  [
    'no basic constraints',
    via({ without: ['basicConstraints'], keyUsage: ['digitalSignature'] }),
    /^unknown_issuer: .*CN=A is no authority/,
  ],
  ['key usage', via({ keyUsage: ['cRLSign'] }), /^unknown_issuer: .*CN=A may not sign certificates/],
  ['purpose', via({ purposes: [purposes.clientAuth] }), /^wrong_purpose: .*CN=A is for .*not for serverAuth/],
  ['weak key', via({ key: rsaKey(1024) }), /^unsupported_certificate: .*CN=A holds an RSA key of 1024 bits/],
  [
    'excluded name',
    via({ excludedDns: ['localhost'] }),
    /^bad_certificate: .*CN=A constrains the names of CN=leaf: DNS:localhost is excluded/,
  ],
  ['name not permitted', via({ permittedDns: ['example.com'] }), /^bad_certificate: .*none of the subtrees/],
  [
    'non-critical basic constraints and more',
    via({ without: ['ski'] }),
    /^bad_certificate: .*without a subject key identifier/,
  ],
]

describe('an intermediate is refused for', () => {
  test.each(brokenAbove)('%s', (_what, chain, expected) => {
    expect(told(judge(chain, [root]))).toMatch(expected)
  })

  test('a path that is longer than an authority above allows', () => {
    const short = ca('Short', root, { pathLength: 0 })
    const below = ca('Below', short)
    expect(told(judge([mintLeaf(short), short], [root]))).toBe('accepted')
    expect(told(judge([mintLeaf(below), below, short], [root]))).toMatch(/^bad_certificate: .*CN=Short allows 0 inter/)
  })

  test('more intermediates than maxChainDepth; those that are self-issued are not counted', () => {
    const rolled = mint({ name: 'A', issuer: good, ca: true })
    const below = ca('B', rolled)
    const chain = [mintLeaf(below), below, rolled, good]
    expect(told(judge(chain, [root], { maxChainDepth: 2 }))).toBe('accepted')
    expect(told(judge(chain, [root], { maxChainDepth: 1 }))).toMatch(/^bad_certificate: .*maxChainDepth is 1/)
  })
})

describe('anchors', () => {
  test('expire, and constrain what is below them, like any authority', () => {
    const expired = mintRoot('Expired', { notAfter: year(2026) })
    expect(told(judge([mintLeaf(expired)], [expired]))).toMatch(/^expired: .*CN=Expired/)
    const narrow = mintRoot('Narrow', { permittedDns: ['example.com'] })
    expect(told(judge([mintLeaf(narrow)], [narrow]))).toMatch(/^bad_certificate: .*CN=Narrow constrains/)
  })

  test('there must be some, and they must be readable', () => {
    expect(() => judge([good], [])).toThrow(TypeError)
    expect(() => judge([good], [{ ...root, der: root.der.subarray(1) }])).toThrow(CertificateError)
  })
})

describe('how strict a policy is', () => {
  test('basic, the default, validates paths and asks for nothing more', () => {
    const bare = mintRoot('Bare', { without: ['aki', 'ski'] })
    const leaf = mintLeaf(bare, { without: ['aki', 'ski', 'basicConstraints'] })
    expect(told(judge([leaf], [bare], { policy: 'basic' }))).toBe('accepted')
    expect(told(judge([leaf], [bare]))).toMatch(/^bad_certificate/)
    const byDefault = chainVerifier({ provider, time: () => NOW, anchors: [bare.der] })
    const request = { peer: 'server', certificateChain: [leaf.der], serverName: 'localhost' } as const
    expect(byDefault(request, new AbortController().signal)).toMatchObject({ accepted: true })
  })

  test('keys narrows or widens what is strong enough', () => {
    const chain = [mintLeaf(root)]
    const ecdsaWithSha256 = '1.2.840.10045.4.3.2'
    expect(told(judge(chain, [root], { keys: { signatureAlgorithms: [ecdsaWithSha256] } }))).toBe('accepted')
    expect(told(judge(chain, [root], { keys: { signatureAlgorithms: ['1.3.101.112'] } }))).toMatch(
      /^unsupported_certificate: .*uses ecdsa-with-SHA256, which is not accepted/,
    )
    expect(told(judge(chain, [root], { keys: { curves: ['secp384r1'] } }))).toMatch(/a key on the curve secp256r1/)
    const old = [mintLeaf(root, { digest: 'sha1' })]
    expect(told(judge(old, [root], { keys: { hashes: ['sha1', 'sha256'] } }))).toBe('accepted')
  })

  test('webpki asks for what the CA/Browser Forum asks for', () => {
    const named = { name: 'localhost.example', dns: ['localhost.example'] }
    const request = { serverName: 'localhost.example' }
    const say = (options: object): string =>
      told(judge([mintLeaf(root, { ...named, ...options })], [root], { policy: 'webpki' }, request))
    expect(say({})).toBe('accepted')
    expect(say({ purposes: undefined })).toMatch(/has no extended key usage/)
    expect(say({ purposes: [purposes.serverAuth, '2.5.29.37.0'] })).toMatch(/any extended key usage/)
    expect(say({ purposes: [purposes.serverAuth, '1.3.6.1.5.5.7.3.3'] })).toMatch(/allows uses beside TLS/)
    expect(say({ ca: true })).toMatch(/is an authority where the end entity belongs/)
    expect(say({ name: 'other.example' })).toMatch(/has the common name other.example, which is none of its names/)
    expect(say({ dns: ['localhost.example', '*.example'] })).toMatch(/spans a whole top-level domain/)
    const email = { oid: '2.5.29.17', value: sequence(writeDer(0x81, new TextEncoder().encode('a@b.example'))) }
    expect(say({ dns: undefined, extensions: [email] })).toMatch(/has a name of the kind email/)
  })
})

describe('identities', () => {
  const client = mintLeaf(good, { purposes: [purposes.clientAuth], dns: ['client.example'] })
  const judgeClient = (options: object): string => told(judge([client, good], [root], options, { peer: 'client' }))

  test('a server is nobody without a name to compare with', () => {
    const verify = chainVerifier({ provider, time: () => NOW, anchors: [root.der] })
    const certificateChain = [mintLeaf(good).der, good.der]
    expect(verify({ peer: 'server', certificateChain }, new AbortController().signal)).toMatchObject({
      reason: 'name_mismatch',
      message: expect.stringContaining('set serverName, or identity for an address'),
    })
  })

  test('a server known by its address is told by identity', () => {
    const address = { oid: '2.5.29.17', value: sequence(writeDer(0x87, Uint8Array.of(192, 0, 2, 1))) }
    const leaf = mint({ name: 'leaf', issuer: good, extensions: [address] })
    const say = (value: string): string => told(judge([leaf, good], [root], { identity: [{ type: 'ip', value }] }))
    expect(say('192.0.2.1')).toBe('accepted')
    expect(say('192.0.2.2')).toMatch(/^name_mismatch: .*is for IP:192.0.2.1, not for ip 192.0.2.2/)
  })

  test('any client is accepted, or one of a list, or whom a predicate accepts', () => {
    expect(judgeClient({})).toBe('accepted')
    expect(judgeClient({ identity: [{ type: 'dns', value: 'client.example' }] })).toBe('accepted')
    expect(judgeClient({ identity: [{ type: 'dns', value: 'other.example' }] })).toMatch(/^name_mismatch/)
    const seen: unknown[] = []
    expect(
      judgeClient({ identity: (names: readonly { value: unknown }[]) => seen.push(...names.map(String)) < 0 }),
    ).toMatch(/^denied/)
    expect(seen.length).toBeGreaterThan(0)
    expect(judgeClient({ identity: () => true })).toBe('accepted')
  })

  test('a predicate never hears of names that nobody vouches for', () => {
    const stranger = mintRoot('Stranger')
    const seen: unknown[] = []
    const identity = (names: unknown): boolean => {
      seen.push(names)
      return true
    }
    expect(told(judge([mintLeaf(stranger)], [root], { identity }))).toMatch(/^unknown_issuer/)
    expect(seen).toEqual([])
  })

  test('the verdict says what was checked and who the peer is', () => {
    const server = judge([mintLeaf(good), good], [root])
    expect(server).toMatchObject({
      checked: ['chain', 'validity', 'purpose', 'name'],
      identities: [
        { type: 'directoryName', value: 'CN=leaf' },
        { type: 'dns', value: 'localhost' },
      ],
    })
    expect(judge([client, good], [root], {}, { peer: 'client' })).toMatchObject({
      checked: ['chain', 'validity', 'purpose'],
    })
  })
})

describe('the use of the key', () => {
  const encipher = mintLeaf(good, { keyUsage: ['keyEncipherment'], key: rsaKey() })

  test('must be what the handshake does with it', () => {
    const say = (keyUsage: 'digitalSignature' | 'keyEncipherment'): string =>
      told(judge([encipher, good], [root], {}, { keyUsage }))
    expect(say('keyEncipherment')).toBe('accepted')
    expect(say('digitalSignature')).toMatch(/^wrong_purpose: .*allows its key keyEncipherment, not digitalSignature/)
  })
})

describe('explanations', () => {
  test('hold every candidate, every check and every value', () => {
    const records: DecisionRecord[] = []
    const wrong = ca('A', mintRoot('Other'))
    judge([mintLeaf(good), wrong, good], [root], { explain: (record) => records.push(record) })
    const [record] = records
    expect(record).toMatchObject({ purpose: 'serverAuth', time: NOW, policy: 'rfc5280' })
    expect(record?.outcome).toEqual({ accepted: ['CN=leaf', 'CN=A', 'CN=Root'] })
    const checks = record?.steps.map(({ path, check, passed }) => `${path.at(-1)} ${check} ${passed}`)
    expect(checks).toEqual(
      expect.arrayContaining(['CN=leaf validity true', 'CN=A signature true', 'CN=Root authority true']),
    )
    expect(record?.steps.find(({ check }) => check === 'validity')?.detail).toBe(
      '2020-01-01T00:00:00Z to 2040-01-01T00:00:00Z, now is 2026-11-21T12:00:00Z',
    )
    expect(record?.work).toMatchObject({ paths: 1, signatures: 2 })
  })

  test('say what was refused', () => {
    const records: DecisionRecord[] = []
    judge([mintLeaf(good, { notAfter: year(2021) }), good], [root], { explain: (record) => records.push(record) })
    expect(records[0]?.outcome).toMatchObject({
      refused: { reason: 'expired', certificate: 'CN=leaf', check: 'validity' },
    })
    expect(records[0]?.steps.at(-1)).toMatchObject({ passed: false, check: 'validity' })
  })
})

describe('answers that come later', () => {
  test('give the same verdicts', async () => {
    const later = {
      hash: provider.hash,
      verifySignature: async (...args: Parameters<typeof provider.verifySignature>) => {
        await new Promise((resolve) => setImmediate(resolve))
        return provider.verifySignature(...args)
      },
    }
    const verify = chainVerifier({ provider: later, time: () => NOW, anchors: [root.der] })
    const say = async (chain: readonly Minted[]): Promise<string> =>
      told(
        await verify(
          { peer: 'server', serverName: 'localhost', certificateChain: chain.map(({ der }) => der) },
          new AbortController().signal,
        ),
      )
    expect(await say([mintLeaf(good), good])).toBe('accepted')
    expect(await say([mintLeaf(good, { signer: ecKey() }), good])).toMatch(/^bad_certificate: .*signature/)
  })
})
