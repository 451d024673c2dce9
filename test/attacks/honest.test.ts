/** The hostile peers with nothing hostile about them: what every attack starts from is accepted. */
import { describe, expect, test } from 'vitest'
import type { SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { kindFor } from '../support/endpoints.js'
import { certificateSuites } from '../support/suites.js'
import { attackClient, attackServer, expectConnected } from './arena.js'

describe('the hostile peers are able to be honest', () => {
  test.each(certificateSuites)('$name', ({ name: suite, keyExchange }) => {
    const kind = kindFor(keyExchange)
    const scheme: SignatureSchemeName = kind === 'rsa' ? 'rsa_pss_rsae_sha256' : 'ecdsa_secp256r1_sha256'
    const asServer = attackClient({ suite, kind, scheme, certificateRequest: {} })
    expectConnected(asServer)
    expect(asServer.messages.map(({ name }) => name)).toContain('certificate_verify')
    expectConnected(attackServer({ suite, kind, scheme }))
  })

  test('without client authentication, and without the extended master secret', () => {
    expectConnected(attackClient({ extendedMasterSecret: false }))
    expectConnected(attackServer({ victim: { clientAuthentication: 'none' }, extendedMasterSecret: false }))
  })

  test('with messages in fragments of one byte', () => {
    expectConnected(attackClient({ fragmentLength: 1, certificateRequest: {} }))
    expectConnected(attackServer({ fragmentLength: 1 }))
  })
})
