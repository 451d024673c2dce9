/** Handshakes in which revocation decides, and the alert that the other side sees. */
import { describe, expect, it } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../../src/adapters/options.js'
import type { Credential } from '../../../src/crypto/key-types.js'
import { chainVerifier, checkRevocation, type RevocationOptions } from '../../../src/x509/index.js'
import { noble, play } from '../../support/endpoints.js'
import { anchors, credentialOf, crlOf, lists, ocspOf } from './vectors.js'

const verifier = (revocation: RevocationOptions) =>
  chainVerifier({ provider: noble, anchors, revocation: checkRevocation(revocation) })

const hard: RevocationOptions = { mode: 'hard-fail', crls: lists }

const client = (revocation: RevocationOptions, name = 'client'): ClientOptions => ({
  ...{ serverName: 'localhost', credentials: [credentialOf(name)], verifier: verifier(revocation) },
})
const server = (credential: Credential, revocation: RevocationOptions = hard): ServerOptions => ({
  ...{ credentials: [credential], clientAuthentication: 'require', verifier: verifier(revocation) },
})

/** What each side ends with: its fault's code, and the alert that came with it. */
function faults(clientOptions: ClientOptions, serverOptions: ServerOptions): readonly [client: string, server: string] {
  const played = play(clientOptions, serverOptions)
  const show = (side: 'client' | 'server'): string => {
    const fault = played.faultOf(side)
    return fault === undefined ? played[side].connection.state.name : `${fault.code} ${fault.alert}`
  }
  return [show('client'), show('server')]
}

const atHand: RevocationOptions = { mode: 'hard-fail', crls: [crlOf('root')] }

describe('a mutual handshake', () => {
  it('succeeds where nobody is revoked: by CRLs, and by a staple', () => {
    expect(faults(client(hard), server(credentialOf('server')))).toEqual(['Connected', 'Connected'])
    expect(faults(client(atHand), server(credentialOf('server', ocspOf('good'))))).toEqual(['Connected', 'Connected'])
    const stapled = server(credentialOf('stapled', ocspOf('good-stapled')))
    expect(faults(client(hard), stapled)).toEqual(['Connected', 'Connected'])
  })

  it('the verdict says that revocation was checked', () => {
    const played = play(client(hard), server(credentialOf('server')))
    for (const side of ['client', 'server'] as const) {
      const peer = played[side].connection.summary?.peer
      expect(peer?.kind).toBe('certificate and signature')
      expect(JSON.stringify(peer)).toContain('revocation')
    }
  })

  it.each<readonly [what: string, ClientOptions, ServerOptions, client: string, server: string]>([
    [
      'a server revoked by CRL',
      client(hard),
      server(credentialOf('revoked')),
      'certificate_revoked certificate_revoked',
      'alert_received certificate_revoked',
    ],
    [
      'a server revoked by its staple',
      client(atHand),
      server(credentialOf('revoked', ocspOf('revoked'))),
      'certificate_revoked certificate_revoked',
      'alert_received certificate_revoked',
    ],
    [
      'a client revoked by CRL',
      client(hard, 'revoked-client'),
      server(credentialOf('server')),
      'alert_received certificate_revoked',
      'certificate_revoked certificate_revoked',
    ],
    [
      'a server that promised a staple and sends none',
      client(hard),
      server(credentialOf('stapled')),
      'certificate_bad_status_response bad_certificate_status_response',
      'alert_received bad_certificate_status_response',
    ],
    [
      'a server that staples for another certificate',
      client({ mode: 'soft-fail' }),
      server(credentialOf('server', ocspOf('good-stapled'))),
      'certificate_bad_status_response bad_certificate_status_response',
      'alert_received bad_certificate_status_response',
    ],
    [
      'a server of whom nothing is known',
      client(atHand),
      server(credentialOf('server')),
      'certificate_revocation_unknown certificate_unknown',
      'alert_received certificate_unknown',
    ],
    [
      'a client of whom nothing is known',
      client(hard),
      server(credentialOf('server'), atHand),
      'alert_received certificate_unknown',
      'certificate_revocation_unknown certificate_unknown',
    ],
  ])('is refused to %s', (_what, clientOptions, serverOptions, ...expected) => {
    expect(faults(clientOptions, serverOptions)).toEqual(expected)
  })

  it('a promised staple is not owed to a client that does not ask', () => {
    const quiet = { ...client(hard), requestCertificateStatus: false }
    expect(faults(quiet, server(credentialOf('stapled')))).toEqual(['Connected', 'Connected'])
  })
})
