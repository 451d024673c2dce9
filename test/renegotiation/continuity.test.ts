/** What must be the same before and after a renegotiation (RFC 5746 §5, RFC 7627 §6.1), and what may be new. */
import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import { pinnedCertificates } from '../../src/x509/index.js'
import { credentialOf, mutual, noble, type Played, play } from '../support/endpoints.js'
import { type PkiKind, pki } from '../support/pki.js'

const kinds: readonly [PkiKind, PkiKind] = ['ecdsaP256', 'rsa']

/** Shows another credential in each handshake. */
function inTurn(side: 'client' | 'server') {
  let at = 0
  return () => credentialOf(side, kinds[at++ % 2] ?? 'rsa')
}

const either = (side: 'client' | 'server') =>
  pinnedCertificates(
    kinds.map((kind) => pki[side][kind].certificate),
    noble,
  )

function join(client: ClientOptions, server: ServerOptions): Played {
  const both = mutual('ecdsaP256')
  const played = play(
    { ...both.client, renegotiation: 'freely', ...client },
    { ...both.server, renegotiation: 'freely', ...server },
  )
  expect(played.outputs.map(({ output }) => output.type)).toEqual(['established', 'established'])
  return played
}

const states = ({ client, server }: Played): readonly string[] => [
  client.connection.state.name,
  server.connection.state.name,
]

const bothConnected = ['Connected', 'Connected']

describe.each(['client', 'server'] as const)("the %s's certificate changes", (side) => {
  const other = side === 'client' ? 'server' : 'client'
  const connect = (options: Pick<ClientOptions, 'renegotiatedCertificate' | 'extendedMasterSecret'>): Played => {
    const changing = { selectCredential: inTurn(side), ...options }
    const judging = { verifier: either(side), ...options }
    return side === 'client' ? join(changing, judging) : join(judging, changing)
  }

  test('refused by default, although the verifier would accept it', () => {
    const played = connect({})
    played.client.renegotiate()
    expect(played.faultOf(other)).toMatchObject({ code: 'peer_certificate_changed', alert: 'handshake_failure' })
  })

  test('accepted where any certificate may be shown', () => {
    const played = connect({ renegotiatedCertificate: 'any' })
    played.client.renegotiate()
    expect(played.faultOf(other)?.message).toBeUndefined()
    expect(states(played)).toEqual(bothConnected)
    const shown = played[other].connection.summary?.peer.identity?.certificateChain[0]
    expect(shown).toEqual(pki[side].rsa.certificateChain[0])
  })

  test('triple handshake: refused without the extended master secret, even then', () => {
    const played = connect({ renegotiatedCertificate: 'any', extendedMasterSecret: 'off' })
    played.client.renegotiate()
    expect(played.faultOf(other)).toMatchObject({ code: 'peer_certificate_changed' })
  })
})

describe('client authentication', () => {
  test('may be asked for late', () => {
    const played = join({}, { clientAuthentication: 'none' })
    expect(played.server.connection.summary?.peer.kind).toBe('none')
    played.server.renegotiate({ clientAuthentication: 'require' })
    expect(states(played)).toEqual(bothConnected)
    expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')
    expect(played.client.connection.summary?.authenticatedToPeer).toBe(true)
  })

  test('late and required: a client with nothing to show is sent away', () => {
    const played = join({ credentials: [] }, { clientAuthentication: 'none' })
    played.server.renegotiate({ clientAuthentication: 'require' })
    expect(played.faultOf('server')).toMatchObject({ code: 'client_certificate_missing' })
  })

  test('late and requested: it may go without', () => {
    const played = join({ credentials: [] }, { clientAuthentication: 'none' })
    played.server.renegotiate({ clientAuthentication: 'request' })
    expect(states(played)).toEqual(bothConnected)
    expect(played.server.connection.summary?.peer.kind).toBe('none')
  })

  test('is not lost: who has shown a certificate must show it again', () => {
    let shown = 0
    const once = () => (shown++ === 0 ? credentialOf('client', 'ecdsaP256') : undefined)
    const played = join({ selectCredential: once }, { clientAuthentication: 'request' })
    played.client.renegotiate()
    expect(played.faultOf('server')).toMatchObject({ code: 'client_certificate_missing' })
  })
})

describe('what belongs to the connection', () => {
  test('the application protocol stays, and is not offered again', () => {
    const applicationProtocols = ['h2', 'http/1.1']
    const played = join({ applicationProtocols }, { applicationProtocols })
    for (const side of ['client', 'server'] as const) {
      played[side].renegotiate()
      const { client, server } = played
      const names = [client, server].map(({ connection }) => connection.summary?.negotiated.applicationProtocol)
      expect(names).toEqual(['h2', 'h2'])
    }
    expect(states(played)).toEqual(bothConnected)
  })

  test('keying material comes from the handshake that is over last, and from none while one runs', () => {
    const played = join({}, {})
    const material = () =>
      [played.client, played.server].map(({ connection }) => connection.exportKeyingMaterial('EXPERIMENTAL', 16))
    const [before] = material()
    played.client.renegotiate()
    const [client, server] = material()
    expect(client).toEqual(server)
    expect(client).not.toEqual(before)
  })
})

describe('a server that wishes a client to authenticate itself from now on', () => {
  const anonymous: ClientOptions = { selectCredential: () => undefined }
  const require = { clientAuthentication: 'require' } as const

  test.each(['none', 'request', undefined] as const)(
    'is not talked out of it by a review of the hello that says %s',
    (clientAuthentication) => {
      const reviewClientHello = () => (clientAuthentication === undefined ? undefined : { clientAuthentication })
      const policy: ServerOptions = { clientAuthentication: 'none', reviewClientHello }
      const without = join(anonymous, policy)
      without.server.renegotiate(require)
      expect(without.faultOf('server')?.code).toBe('client_certificate_missing')
      const played = join({}, policy)
      played.server.renegotiate(require)
      expect(states(played)).toEqual(bothConnected)
      expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')
    },
  )

  test('is not content with a client that chooses a suite without certificates', () => {
    const suites = ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] as const
    const shared = { cipherSuites: suites, preSharedKeys: [preSharedKey('alice', new Uint8Array(32).fill(7))] }
    const played = join(shared, { ...shared, clientAuthentication: 'none' })
    expect(played.server.connection.summary?.peer.kind).toBe('pre-shared key')
    played.server.renegotiate(require)
    expect(played.faultOf('server')?.code).toBe('client_certificate_missing')
    expect(played.server.connection.summary).toBeUndefined()
  })
})
