import { describe, expect, it } from 'vitest'
import type { ClientCredentialRequest, ServerCredentialRequest } from '../../src/crypto/environment.js'
import type { Credential, KeyType, PrivateKey } from '../../src/crypto/key-types.js'
import { ClientCertificateType } from '../../src/registry/client-certificate-type.js'
import { NamedGroup } from '../../src/registry/named-group.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { parseCertificate } from '../../src/x509/certificate.js'
import { latestNotBefore, selectFrom } from '../../src/x509/index.js'
import { credentialOf, mutual, noble, play } from '../support/endpoints.js'
import { type LeafWish, mintLeaf, nameOf } from '../support/mint-leaf.js'
import { pki } from '../support/pki.js'

/** A key that cannot be asked for anything: selection must not need more than its kind. */
const opaque = (keyType: KeyType = 'ecdsa'): PrivateKey => ({
  keyType,
  ...(keyType === 'ecdsa' ? { curve: 'secp256r1' as const } : {}),
  sign: () => Promise.reject(new Error('the device is asleep')),
})

const credential = (wish: LeafWish, ...issuers: readonly LeafWish[]): Credential => ({
  certificateChain: [wish, ...issuers].map(mintLeaf),
  key: opaque(),
})

const withKey = (keyType: KeyType, wish: LeafWish): Credential => ({ ...credential(wish), key: opaque(keyType) })

const schemes = [SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.ed25519]

const asServer = (serverName?: string): ServerCredentialRequest => ({
  role: 'server',
  keyTypes: ['ecdsa', 'rsa'],
  rsaKeyUses: ['digitalSignature', 'keyEncipherment'],
  signatureSchemes: schemes,
  groups: [NamedGroup.secp256r1],
  ...(serverName === undefined ? {} : { serverName }),
})

const asClient = (...certificateAuthorities: readonly Uint8Array[]): ClientCredentialRequest => ({
  role: 'client',
  certificateTypes: [ClientCertificateType.ecdsa_sign],
  signatureSchemes: schemes,
  certificateAuthorities,
})

const now = () => Date.parse('2026-06-01')

describe('selectFrom, of several that fit', () => {
  const [oldest, newest, middle] = ['2022-03-01', '2025-03-01', '2024-03-01'].map((notBefore) =>
    credential({ notBefore }),
  )
  if (oldest === undefined || newest === undefined || middle === undefined) throw new Error('three were made')
  const all = [oldest, newest, middle]

  it.each([asServer(), asClient()])('uses the one with the latest notBefore as $role', (request) => {
    expect(selectFrom(all, { now })(request)).toBe(newest)
    expect(selectFrom([...all].reverse(), { now })(request)).toBe(newest)
    expect(selectFrom([middle, oldest], { now })(request)).toBe(middle)
  })

  it('lets the latest notBefore decide between kinds of key too', () => {
    const rsa = withKey('rsa', { notBefore: '2025-04-01' })
    expect(selectFrom([...all, rsa], { now })(asServer())).toBe(rsa)
  })

  it('takes the kind of key that the suites prefer where the dates are the same, then the first', () => {
    const rsa = withKey('rsa', { notBefore: '2025-03-01' })
    const twin = credential({ notBefore: '2025-03-01', subject: 'twin' })
    expect(selectFrom([rsa, newest, twin], { now })(asServer())).toBe(newest)
    expect(selectFrom([rsa, twin, newest], { now })(asServer())).toBe(twin)
    expect(selectFrom([rsa, newest], { now })({ ...asServer(), keyTypes: ['rsa', 'ecdsa'] })).toBe(rsa)
  })

  it('prefers credentials that are valid now, and uses another one only where there is none', () => {
    const expired = credential({ notBefore: '2025-05-01', notAfter: '2026-05-01' })
    const tomorrow = credential({ notBefore: '2026-07-01' })
    expect(selectFrom([expired, tomorrow, ...all], { now })(asServer())).toBe(newest)
    expect(selectFrom([expired, tomorrow, ...all], { now: () => Date.parse('2026-08-01') })(asServer())).toBe(tomorrow)
    expect(selectFrom([expired], { now })(asServer())).toBe(expired)
  })

  it('follows another rule where one is given, with the fitting ones in order and the request', () => {
    const seen: unknown[] = []
    const unfit = withKey('ed448', { notBefore: '2026-01-01' })
    const select = selectFrom([unfit, ...all], {
      now,
      prefer: (fitting, request) => {
        seen.push(fitting, request)
        return fitting.at(-1)
      },
    })
    const request = asServer()
    expect(select(request)).toBe(middle)
    expect(seen).toEqual([all, request])
    expect(selectFrom(all, { now, prefer: () => undefined })(request)).toBeUndefined()
    expect(latestNotBefore(all, request)).toBe(newest)
  })

  it('has none where the list is empty or nothing fits', () => {
    expect(selectFrom([])(asServer())).toBeUndefined()
    expect(selectFrom(all)({ ...asServer(), keyTypes: ['rsa'] })).toBeUndefined()
    expect(selectFrom(all)({ ...asServer(), groups: [NamedGroup.secp384r1] })).toBeUndefined()
  })

  it('uses a credential whose certificate it cannot read only where there is no other', () => {
    const strange: Credential = { certificateChain: [Uint8Array.of(1, 2, 3)], key: opaque() }
    expect(selectFrom([strange, oldest], { now })(asServer())).toBe(oldest)
    expect(selectFrom([strange], { now })(asServer())).toBe(strange)
  })
})

describe('selectFrom on a server, by name', () => {
  const byDefault = credential({ dnsNames: ['default.example'], notBefore: '2025-09-01' })
  const wildcard = credential({ dnsNames: ['*.shop.example', 'shop.example'], notBefore: '2025-08-01' })
  const exact = credential({ dnsNames: ['WWW.shop.example'], notBefore: '2023-01-01' })
  const expired = credential({ dnsNames: ['old.example'], notBefore: '2020-01-01', notAfter: '2021-01-01' })
  const select = selectFrom([byDefault, wildcard, exact, expired], { now })

  it.each<[string | undefined, string, Credential]>([
    ['www.shop.example', 'the exact name before the wildcard, older or not', exact],
    ['pay.shop.example', 'the wildcard', wildcard],
    ['shop.example', 'the name beside the wildcard', wildcard],
    ['a.pay.shop.example', 'the default, since a wildcard is one label', byDefault],
    ['elsewhere.example', 'the default', byDefault],
    ['old.example', 'the name, although it expired', expired],
    [undefined, 'the latest of all', byDefault],
  ])('shows a client that asks for %s %s', (name, _what, expected) => {
    expect(select(asServer(name))).toBe(expected)
  })
})

describe('selectFrom on a client, by CertificateRequest', () => {
  const underA = credential({ subject: 'one', issuer: 'A', notBefore: '2023-01-01' })
  const underB = credential({ subject: 'two', issuer: 'B sub' }, { subject: 'B sub', issuer: 'B' })
  const select = selectFrom([underA, underB], { now })

  it('matches the authorities that the server names with any issuer of the chain', () => {
    expect(select(asClient(nameOf('A')))).toBe(underA)
    expect(select(asClient(nameOf('B sub')))).toBe(underB)
    expect(select(asClient(nameOf('C'), nameOf('B')))).toBe(underB)
    expect(select(asClient(nameOf('one')))).toBeUndefined()
    expect(select(asClient(nameOf('C')))).toBeUndefined()
    expect(select(asClient())).toBe(underB)
  })

  it('compares names as RFC 5280 does, and is not disturbed by what is none', () => {
    expect(select(asClient(nameOf('  a ')))).toBe(underA)
    expect(select(asClient(Uint8Array.of(0x30, 0x80), nameOf('A')))).toBe(underA)
    expect(select(asClient(new Uint8Array()))).toBeUndefined()
  })

  it('keeps to certificate types and signature schemes', () => {
    const { ed25519, rsa } = { ed25519: withKey('ed25519', {}), rsa: withKey('rsa', {}) }
    expect(selectFrom([rsa, ed25519])(asClient())).toBe(ed25519)
    const rsaOnly = { ...asClient(), certificateTypes: [ClientCertificateType.rsa_sign] }
    expect(selectFrom([ed25519, rsa])(rsaOnly)).toBe(rsa)
    expect(selectFrom([rsa])({ ...rsaOnly, signatureSchemes: [SignatureScheme.ed25519] })).toBeUndefined()
  })

  it('prefers a chain whose signatures the peer accepts, roots left out', () => {
    const sha384 = credential({ hash: 'sha384', notBefore: '2025-01-01' })
    const sha256 = credential({ notBefore: '2022-01-01' }, { subject: 'issuer', issuer: 'issuer', hash: 'sha384' })
    expect(selectFrom([sha384, sha256], { now })(asClient())).toBe(sha256)
    const both = { ...asClient(), signatureSchemes: [...schemes, SignatureScheme.ecdsa_secp384r1_sha384] }
    expect(selectFrom([sha384, sha256], { now })(both)).toBe(sha384)
    expect(selectFrom([sha384], { now })(asClient())).toBe(sha384)
  })
})

describe('selection in a handshake', () => {
  const { privateKeyInfo } = pki.server.ecdsaP256
  const key = noble.importPrivateKey(privateKeyInfo)
  const of = (wish: LeafWish): Credential => ({ certificateChain: [mintLeaf(wish)], key })
  const chosen = of({ dnsNames: ['localhost'], notBefore: '2025-01-01' })
  const others = [of({ dnsNames: ['localhost'], notBefore: '2023-01-01' }), of({ notBefore: '2025-06-01' })]

  it('shows the certificate with the right name and the latest notBefore', () => {
    const { client, server } = mutual('ecdsaP256')
    const seen: Uint8Array[] = []
    const verifier: typeof client.verifier = ({ certificateChain: [certificate = new Uint8Array()] }) => {
      seen.push(certificate)
      return { accepted: false, reason: 'not_pinned', message: 'seen' }
    }
    play({ ...client, verifier }, { ...server, credentials: [...others, chosen] })
    expect(seen.map((der) => parseCertificate(der).notBefore)).toEqual([Date.parse('2025-01-01')])
  })

  it('answers an authority that the server names, and shows nothing to a server that names another', () => {
    const { client, server } = mutual('ecdsaP256')
    const withAuthorities = (...certificateAuthorities: readonly Uint8Array[]) =>
      play({ ...client, credentials: [credentialOf('client', 'ecdsaP256')] }, { ...server, certificateAuthorities })
    const { issuer } = parseCertificate(pki.client.ecdsaP256.certificate)
    expect(withAuthorities(issuer.der).faultOf('server')).toBeUndefined()
    expect(withAuthorities(nameOf('nobody')).faultOf('server')?.code).toBe('client_certificate_missing')
  })
})
