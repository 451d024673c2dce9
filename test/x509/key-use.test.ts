/** What a certificate allows its key to do decides which suite it can serve, and whether it is shown (RFC 5246 §7.4.2, RFC 5246 §7.4.6). */
import { describe, expect, test } from 'vitest'
import type { Credential } from '../../src/crypto/key-types.js'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import { chainVerifier } from '../../src/x509/index.js'
import { noble, play } from '../support/endpoints.js'
import { type MintOptions, mintLeaf, mintRoot, purposes, rsaKey } from './minting.js'

const root = mintRoot()
const key = rsaKey()
const NOW = new Date(Date.UTC(2027, 0, 1))

const credential = (keyUsage: readonly string[], options: Partial<MintOptions> = {}): Credential => ({
  certificateChain: [
    mintLeaf(root, { purposes: Object.values(purposes), key, keyUsage, dns: ['localhost'], ...options }).der,
  ],
  key: noble.importPrivateKey(key.privateKeyInfo),
})

const signs = credential(['digitalSignature'])
const decrypts = credential(['keyEncipherment'])
const neither = credential(['dataEncipherment'])
const unrestricted = credential([], { without: ['keyUsage'] })

const verifier = chainVerifier({
  ...{ provider: noble, anchors: [root.der], time: () => NOW },
  identity: [{ type: 'dns', value: 'localhost' }],
})

const SIGNED = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
const ENCRYPTED = 'TLS_RSA_WITH_AES_128_GCM_SHA256'

/** A client that takes both kinds of suite, and a server that likes them in this order and has these credentials. */
const meet = (cipherSuites: readonly CipherSuiteName[], ...credentials: readonly Credential[]) =>
  play({ serverName: 'localhost', cipherSuites: [SIGNED, ENCRYPTED], verifier }, { cipherSuites, credentials })

const suiteOf = (...meeting: Parameters<typeof meet>): string | undefined => {
  const { faultOf, client } = meet(...meeting)
  expect(faultOf('client') ?? faultOf('server')).toBeUndefined()
  return client.connection.summary?.negotiated.suite.name
}

describe('a server', () => {
  test('serves no key transport with a certificate without keyEncipherment', () => {
    expect(suiteOf([ENCRYPTED, SIGNED], signs)).toBe(SIGNED)
    expect(meet([ENCRYPTED], signs).faultOf('server')?.code).toBe('no_credential')
  })

  test('signs nothing with a certificate without digitalSignature', () => {
    expect(suiteOf([SIGNED, ENCRYPTED], decrypts)).toBe(ENCRYPTED)
    expect(meet([SIGNED], decrypts).faultOf('server')?.code).toBe('no_credential')
    expect(meet([SIGNED, ENCRYPTED], neither).faultOf('server')?.code).toBe('no_credential')
  })

  test('does everything with a certificate that allows everything', () => {
    expect(suiteOf([ENCRYPTED, SIGNED], unrestricted)).toBe(ENCRYPTED)
    expect(suiteOf([SIGNED, ENCRYPTED], unrestricted)).toBe(SIGNED)
  })

  test('takes another credential where the first one may not be used', () => {
    expect(suiteOf([SIGNED], decrypts, signs)).toBe(SIGNED)
    expect(suiteOf([ENCRYPTED], signs, decrypts)).toBe(ENCRYPTED)
  })
})

describe('a client', () => {
  const prove = (shown: Credential) =>
    play(
      { serverName: 'localhost', cipherSuites: [SIGNED], verifier, credentials: [shown] },
      { cipherSuites: [SIGNED], credentials: [signs], verifier, clientAuthentication: 'require' },
    )

  test('shows no certificate whose key may not sign', () => {
    expect(prove(signs).faultOf('server')).toBeUndefined()
    expect(prove(decrypts).faultOf('server')?.code).toBe('client_certificate_missing')
  })
})
