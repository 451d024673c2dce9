import { createHash, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fromAscii } from '../../src/bytes/convert.js'
import { writeDer } from '../../src/codec/der.js'
import type { CertificateVerdict } from '../../src/crypto/environment.js'
import {
  type ChainVerifierOptions,
  chainVerifier,
  type DenyListEntries,
  denyList,
  fingerprintsOf,
  type ImmediateVerifier,
} from '../../src/x509/index.js'
import { mutual, pinTo, play } from '../support/endpoints.js'
import { mintLeaf, nameOf } from '../support/mint-leaf.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { pki } from '../support/pki.js'
import { NOW, provider } from './judging.js'
import { mintLeaf as leafUnder, type Minted, mint, mintRoot, oid, sequence } from './minting.js'

const accepting: ImmediateVerifier = ({ certificateChain }) => ({
  accepted: true,
  publicKey: { keyType: 'ecdsa', subjectPublicKeyInfo: certificateChain[0] ?? new Uint8Array() },
  checked: [],
})

const { certificate, certificateChain } = pki.server.ecdsaP256
const root = pki.ca.ecdsa.certificate
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())
const spkiOf = (der: Uint8Array): Uint8Array =>
  new Uint8Array(new X509Certificate(Buffer.from(der)).publicKey.export({ type: 'spki', format: 'der' }))

const judge = (entries: DenyListEntries, chain: readonly Uint8Array[] = certificateChain): CertificateVerdict =>
  denyList(entries, nodeCiphers, accepting)({ peer: 'server', certificateChain: chain })

/** An authorityInfoAccess extension that says where the issuer's certificate is. */
const authorityAt = (url: string) => ({
  oid: '1.3.6.1.5.5.7.1.1',
  value: sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), writeDer(0x86, fromAscii(url)))),
})

const reason = (verdict: CertificateVerdict): string => (verdict.accepted ? 'accepted' : verdict.reason)

describe('fingerprintsOf', () => {
  it('takes the digests that node:crypto takes', () => {
    const { certificate: whole, key } = fingerprintsOf(certificate, nodeCiphers)
    expect(whole).toEqual(sha256(certificate))
    expect(key).toEqual(sha256(spkiOf(certificate)))
    const { subject } = fingerprintsOf(root, nodeCiphers)
    expect(fingerprintsOf(certificate, nodeCiphers).issuer).toEqual(subject)
  })

  it('throws for what is no certificate', () => {
    expect(() => fingerprintsOf(Uint8Array.of(1), nodeCiphers)).toThrow(TypeError)
  })
})

describe('denyList', () => {
  const colons = new X509Certificate(Buffer.from(certificate)).fingerprint256

  it.each<[string, DenyListEntries]>([
    ['the certificate', { certificates: [sha256(certificate)] }],
    ['the certificate as Node prints it', { certificates: [colons] }],
    ['the certificate in small digits', { certificates: [`sha256:${colons.replaceAll(':', '').toLowerCase()}`] }],
    ['the key', { keys: [sha256(spkiOf(certificate))] }],
    ['the issuer', { issuers: [fingerprintsOf(root, nodeCiphers).subject] }],
    ["the issuer's certificate further up the chain", { certificates: [sha256(root)] }],
    ["the issuer's key further up the chain", { keys: [sha256(spkiOf(root))] }],
  ])('refuses by %s', (_what, entries) => {
    expect(reason(judge(entries))).toBe('denied')
  })

  it('names the certificate and what of it is denied', () => {
    const verdict = judge({ keys: [sha256(spkiOf(root))] })
    expect(verdict).toMatchObject({
      message: "certificate 2 of the server's chain, CN=tls12 test CA ECDSA, is refused: its key is on the deny list",
    })
  })

  it('finds the issuer by name where its certificate is not shown', () => {
    const { subject, certificate: whole } = fingerprintsOf(root, nodeCiphers)
    expect(reason(judge({ issuers: [subject] }, [certificate]))).toBe('denied')
    expect(reason(judge({ certificates: [whole] }, [certificate]))).toBe('accepted')
  })

  it('finds a key again in another certificate', () => {
    const renewed = mintLeaf({ keyPem: pki.server.ecdsaP256.keyPem, subject: 'somebody else' })
    expect(reason(judge({ keys: [sha256(spkiOf(certificate))] }, [renewed]))).toBe('denied')
  })

  it('leaves everybody else to the verifier, with what else it is given', () => {
    const entries = { certificates: [sha256(pki.server.rsa.certificate)], keys: [sha256(certificate)], issuers: [] }
    expect(reason(judge(entries))).toBe('accepted')
    const { signal } = new AbortController()
    const seen: unknown[] = []
    const verify = denyList(entries, nodeCiphers, (request, given: AbortSignal) => {
      seen.push(request, given)
      return Promise.resolve(accepting(request))
    })
    const request = { peer: 'client', certificateChain } as const
    expect(verify(request, signal)).toBeInstanceOf(Promise)
    expect(seen).toEqual([request, signal])
  })

  it('does not ask the verifier about a denied peer', () => {
    const verify = denyList({ certificates: [colons] }, nodeCiphers, (): CertificateVerdict => {
      throw new Error('it was asked')
    })
    expect(reason(verify({ peer: 'server', certificateChain }))).toBe('denied')
  })

  it('refuses what it cannot read at the place of the end entity', () => {
    expect(reason(judge({}, [Uint8Array.of(...certificate, 0)]))).toBe('bad_certificate')
    expect(reason(judge({}, [certificate, Uint8Array.of(1)]))).toBe('accepted')
    expect(reason(judge({ certificates: [sha256(Uint8Array.of(1))] }, [certificate, Uint8Array.of(1)]))).toBe('denied')
    expect(reason(judge({}, []))).toBe('bad_certificate')
  })

  it.each<[string, DenyListEntries]>([
    ['another length', { keys: [new Uint8Array(20)] }],
    ['SHA-1', { certificates: [colons.slice(0, 59)] }],
    ['a certificate in place of its digest', { certificates: [certificate] }],
    ['no digits', { issuers: ['CN=nobody'] }],
  ])('throws for an entry of %s', (_what, entries) => {
    expect(() => denyList(entries, nodeCiphers, accepting)).toThrow(TypeError)
  })
})

describe('an issuer in another spelling', () => {
  const honest = mintRoot('Bad Authority')
  const shouting: Minted = { ...honest, name: 'BAD  AUTHORITY' }
  const leaf = leafUnder(shouting).der
  const nameDer = nameOf('bad authority')
  const rawSubject = sha256(nameOf('Bad Authority'))

  it.each<[string, Uint8Array]>([
    ['the fingerprint of its name', fingerprintsOf(honest.der, nodeCiphers).subject],
    ['its certificate', honest.der],
    ['its name', nameDer],
  ])('is refused by %s', (_what, entry) => {
    expect(reason(judge({ issuers: [entry] }, [leaf]))).toBe('denied')
    expect(reason(judge({ issuers: [entry] }, [certificate]))).toBe('accepted')
  })

  it('is not found by a SHA-256 of the name in DER, which finds its own spelling', () => {
    expect(reason(judge({ issuers: [rawSubject] }, [leaf]))).toBe('accepted')
    expect(reason(judge({ issuers: [rawSubject] }, [leafUnder(honest).der]))).toBe('denied')
  })

  it('has the fingerprint that every other spelling has', () => {
    const [one, other] = [fingerprintsOf(leaf, nodeCiphers), fingerprintsOf(honest.der, nodeCiphers)]
    expect(one.issuer).toEqual(other.subject)
    expect(one.issuer).toEqual(sha256(new TextEncoder().encode('2.5.4.3=bad authority')))
  })
})

describe('a denied authority that the peer does not show', () => {
  const top = mintRoot('Top')
  const middle = mint({ name: 'Middle', ca: true, issuer: top })
  const chain = [leafUnder(middle).der]
  const trust = { provider, time: () => NOW, anchors: [top.der] }
  const ask = (entries: DenyListEntries, options: Partial<ChainVerifierOptions>) =>
    denyList(
      entries,
      nodeCiphers,
      chainVerifier({ ...trust, ...options }),
    )({ peer: 'server', certificateChain: chain, serverName: 'localhost' }, new AbortController().signal)
  const reachable = leafUnder(middle, { extensions: [authorityAt('http://a.example/middle')] }).der

  it.each<[string, DenyListEntries]>([
    ['intermediate, by its certificate', { certificates: [sha256(middle.der)] }],
    ['intermediate, by its key', { keys: [sha256(middle.key.publicKey)] }],
    ['intermediate, by its issuer', { issuers: [fingerprintsOf(top.der, nodeCiphers).subject] }],
    ['anchor, by its certificate', { certificates: [sha256(top.der)] }],
    ['anchor, by its key', { keys: [sha256(top.key.publicKey)] }],
  ])('is refused as %s', async (_what, entries) => {
    expect(reason(await ask(entries, { intermediates: [middle.der] }))).toBe('denied')
  })

  it('is refused where it was fetched, and named', async () => {
    const issuers = async (): Promise<Uint8Array> => middle.der
    const verify = denyList({ keys: [sha256(middle.key.publicKey)] }, nodeCiphers, chainVerifier({ ...trust, issuers }))
    const request = { peer: 'server', certificateChain: [reachable], serverName: 'localhost' } as const
    expect(await verify(request, new AbortController().signal)).toEqual({
      ...{ accepted: false, reason: 'denied' },
      message: "certificate 2 of the server's path to an anchor, CN=Middle, is refused: its key is on the deny list",
    })
  })

  it('is accepted with its path where nothing of it is denied', async () => {
    const verdict = await ask({ keys: [sha256(certificate)] }, { intermediates: [middle.der] })
    expect(verdict).toMatchObject({ accepted: true, path: [...chain, middle.der, top.der] })
  })
})

describe('a denied peer in a handshake', () => {
  const { client, server } = mutual('ecdsaP256')

  it('is refused by a client with access_denied, before the client sends its flight', () => {
    const verifier = denyList({ keys: [sha256(spkiOf(certificate))] }, nodeCiphers, pinTo('server', 'ecdsaP256'))
    const sent: string[] = []
    const selectCredential = () => {
      sent.push('credential')
      return undefined
    }
    const played = play({ ...client, verifier, selectCredential }, server)
    expect(played.faultOf('client')).toMatchObject({ code: 'certificate_denied', alert: 'access_denied' })
    expect(played.faultOf('server')).toMatchObject({ code: 'alert_received', alert: 'access_denied' })
    expect(sent).toEqual([])
  })

  it('is refused by a server with access_denied, and nobody is connected', () => {
    const denied = { issuers: [fingerprintsOf(root, nodeCiphers).subject] }
    const verifier = denyList(denied, nodeCiphers, pinTo('client', 'ecdsaP256'))
    const played = play(client, { ...server, verifier })
    expect(played.faultOf('server')).toMatchObject({ code: 'certificate_denied', alert: 'access_denied' })
    expect(played.faultOf('client')).toMatchObject({ code: 'alert_received', alert: 'access_denied' })
    expect(played.outputs.some(({ output }) => output.type === 'established')).toBe(false)
  })

  it('is not anybody else', () => {
    const denied = { keys: [sha256(spkiOf(pki.impostor.server.ecdsaP256.certificate))] }
    const verifier = denyList(denied, nodeCiphers, pinTo('server', 'ecdsaP256'))
    expect(
      play({ ...client, verifier }, server).outputs.filter(({ output }) => output.type === 'established'),
    ).toHaveLength(2)
  })
})
