/** A victim's certificate is public: whoever shows it must hold its key. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import type { SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { noble } from '../support/endpoints.js'
import type { PkiKind } from '../support/pki.js'
import {
  type AttackOnClient,
  attackClient,
  attackServer,
  expectConnected,
  expectDefeat,
  impostorOf,
  stolenCertificate,
} from './arena.js'
import type { HostileServer } from './hostile-server.js'
import { replace } from './script.js'

const refused = { fault: 'bad_signature', alert: 'decrypt_error', state: 'AwaitSignatureVerification' } as const

interface Signer {
  readonly kind: PkiKind
  readonly scheme: SignatureSchemeName
  readonly suite: CipherSuiteName
}

const ECDSA = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const RSA = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'

const signers: readonly Signer[] = [
  { kind: 'rsa', scheme: 'rsa_pkcs1_sha256', suite: RSA },
  { kind: 'rsa', scheme: 'rsa_pss_rsae_sha256', suite: RSA },
  { kind: 'rsa', scheme: 'rsa_pss_rsae_sha256', suite: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256' },
  { kind: 'rsaPss', scheme: 'rsa_pss_pss_sha256', suite: RSA },
  { kind: 'ecdsaP256', scheme: 'ecdsa_secp256r1_sha256', suite: ECDSA },
  { kind: 'ecdsaP384', scheme: 'ecdsa_secp384r1_sha384', suite: ECDSA },
  { kind: 'ecdsaP521', scheme: 'ecdsa_secp521r1_sha512', suite: ECDSA },
  { kind: 'ed25519', scheme: 'ed25519', suite: ECDSA },
  { kind: 'ed448', scheme: 'ed448', suite: ECDSA },
]

describe('an impostor with a stolen certificate', () => {
  test.each(signers)('impostor server: $kind, $scheme, $suite', (signer) => {
    expectConnected(attackClient(signer))
    expectDefeat(attackClient({ ...signer, credential: stolenCertificate('server', signer.kind) }), refused)
  })

  test.each(signers)('impostor client: $kind, $scheme, $suite', (signer) => {
    const groups = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'ffdhe2048'] as const
    expectConnected(attackServer({ ...signer, groups }))
    const credential = stolenCertificate('client', signer.kind)
    expectDefeat(attackServer({ ...signer, groups, credential }), refused)
  })

  test('impostor with its own certificate of the same name', () => {
    const unknown = { fault: 'certificate_not_pinned', alert: 'certificate_unknown' } as const
    expectDefeat(attackClient({ credential: impostorOf('server', 'ecdsaP256') }), unknown)
    expectDefeat(attackServer({ credential: impostorOf('client', 'ecdsaP256') }), unknown)
  })

  test('impostor with the stolen certificate first and its own behind it', () => {
    const own = impostorOf('server', 'ecdsaP256')
    const certificateChain = [...stolenCertificate('server', 'ecdsaP256').certificateChain, ...own.certificateChain]
    expectDefeat(attackClient({ credential: { certificateChain, key: own.key } }), refused)
  })
})

describe('an impostor under RSA key transport cannot decrypt', () => {
  const rsa: AttackOnClient = {
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
    kind: 'rsa',
    credential: stolenCertificate('server', 'rsa'),
  }
  const guesses: readonly (readonly [string, Uint8Array])[] = [
    ['random', noble.randomBytes(48)],
    ['zeros', new Uint8Array(48)],
    ['empty', new Uint8Array()],
  ]

  test.each(guesses)('impostor server: RSA key transport, a pre-master secret that is %s', (_, guessedPreMaster) => {
    const state = 'ExpectServerFinished'
    const unreadable = { fault: 'bad_record_mac', alert: 'bad_record_mac', state } as const
    expectDefeat(attackClient({ ...rsa, guessedPreMaster }), unreadable)
    expectDefeat(attackClient({ ...rsa, guessedPreMaster, extendedMasterSecret: false }), unreadable)
  })

  test('impostor server: RSA key transport, Finished in the clear', () => {
    const script = replace<HostileServer>('change_cipher_spec', (it) => it.record(20, Uint8Array.of(1)))
    const peer = attackClient({ ...rsa, guessedPreMaster: new Uint8Array(48), script })
    expectDefeat(peer, { fault: 'bad_record_mac', alert: 'bad_record_mac', state: 'ExpectServerFinished' })
  })

  test('impostor client: its certificate is stolen, whatever it encrypts', () => {
    const peer = attackServer({
      suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
      kind: 'rsa',
      scheme: 'rsa_pss_rsae_sha256',
      credential: stolenCertificate('client', 'rsa'),
    })
    expectDefeat(peer, refused)
  })
})

describe('a ServerKeyExchange that the certificate’s key did not sign for this handshake', () => {
  test('ServerKeyExchange signed by the wrong key of another kind', () => {
    const signingKey = impostorOf('server', 'ecdsaP384').key
    expectDefeat(attackClient({ signingKey }), refused)
    const rsa = { suite: RSA, kind: 'rsa', scheme: 'rsa_pkcs1_sha256' } as const
    expectDefeat(attackClient({ ...rsa, signingKey: impostorOf('client', 'rsa').key }), refused)
  })

  const random = noble.randomBytes(32)
  test.each([
    ['another client random', (it: Uint8Array) => concat(random, it.subarray(32))],
    ['another server random', (it: Uint8Array) => concat(it.subarray(0, 32), random, it.subarray(64))],
    [
      'the randoms in the wrong order',
      (it: Uint8Array) => concat(it.subarray(32, 64), it.subarray(0, 32), it.subarray(64)),
    ],
    ['no randoms', (it: Uint8Array) => it.subarray(64)],
    ['other parameters', (it: Uint8Array) => concat(it.subarray(0, -1), Uint8Array.of((it.at(-1) ?? 0) ^ 1))],
    ['nothing', () => new Uint8Array()],
  ])('ServerKeyExchange signed over %s', (_, signedContent) => {
    expectDefeat(attackClient({ signedContent }), refused)
  })

  test('ServerKeyExchange replayed from another handshake of the real server', () => {
    const first = attackClient()
    expect(first.victim.established).toBe(true)
    const replayed = first.transcript.find(([type]) => type === 12) ?? new Uint8Array()
    expectDefeat(attackClient({ rawEdit: { server_key_exchange: () => replayed } }), refused)
  })

  test('ServerKeyExchange with parameters put in the place of those that were signed', () => {
    const edit = {
      server_key_exchange: ({ body }: { readonly body: Uint8Array }) => ({
        body: body.map((byte, index) => (index === 5 ? byte ^ 1 : byte)),
      }),
    }
    expectDefeat(attackClient({ edit }), refused)
  })

  test('ServerKeyExchange without a signature', () => {
    const peer = attackClient({ signingKey: { sign: () => new Uint8Array() } })
    expectDefeat(peer, refused)
  })
})
