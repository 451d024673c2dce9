/** A session that a caller hands from one client to another: whoever resumes it is to the server whoever made it. */
import { describe, expect, test } from 'vitest'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import { copySession, type KeptSession } from '../../src/crypto/session.js'
import { pinnedCertificates } from '../../src/x509/index.js'
import { type By, play, resumedBy, resuming, summariesOf } from '../resumption/ends.js'
import { credentialOf, noble } from '../support/endpoints.js'
import { pki } from '../support/pki.js'

const alice = credentialOf('client', 'ecdsaP256')
const bob = credentialOf('client', 'rsa')
const both = pinnedCertificates([pki.client.ecdsaP256.certificate, pki.client.rsa.certificate], noble)

/** The options of a client without a cache, and those of a server that knows both. */
function ends(by: By, more: Pick<ServerOptions, 'clientAuthentication' | 'cipherSuites' | 'preSharedKeys'> = {}) {
  const { client, server } = resuming(by)
  const { sessionCache: _, credentials: __, ...plain } = client
  return {
    client: { ...plain, sessionTickets: by === 'ticket' ? 'on' : 'off' } as const,
    server: { ...server, verifier: both, ...more },
  }
}

/** What a client with these options is given to resume. */
function keptBy(client: ClientOptions, server: ServerOptions): KeptSession {
  let kept: KeptSession | undefined
  joinInMemory(clientEndpoint(noble, client), serverEndpoint(noble, server), (side, output) => {
    if (side === 'client' && output.type === 'session') {
      kept = { ...output.kept, session: copySession(output.kept.session) }
    }
  })
  if (kept === undefined) throw new Error('the client was given no session')
  return kept
}

describe.each<By>(['session id', 'ticket'])('a session by %s, made with a certificate', (by) => {
  const { client, server } = ends(by, { clientAuthentication: 'request' })
  const session = keptBy({ ...client, credentials: [alice] }, server)
  const resume = (options: ClientOptions) => play({ ...client, session, ...options }, server)

  test('is resumed by a client that has this certificate, among others', () => {
    expect(resumedBy(resume({ credentials: [bob, alice] }))).toEqual([by, by])
  })

  test('is left aside by a client that has another: the server sees who it is', () => {
    const played = resume({ credentials: [bob] })
    expect(resumedBy(played)).toEqual([undefined, undefined])
    expect(summariesOf(played).server.peer.identity?.certificateChain).toEqual(bob.certificateChain)
  })

  test('is left aside by a client that has none, and stays anonymous', () => {
    const played = resume({})
    expect(resumedBy(played)).toEqual([undefined, undefined])
    expect(summariesOf(played).server.peer.kind).toBe('none')
  })

  test('is resumed where a function selects, since nobody else can know', () => {
    expect(resumedBy(resume({ selectCredential: () => bob }))).toEqual([by, by])
    expect(resumedBy(resume({ environment: { selectCredential: () => bob } }))).toEqual([by, by])
  })
})

describe.each<By>(['session id', 'ticket'])('a session by %s, made with a shared key', (by) => {
  const keys = ['alice', 'bob'].map((name, i) => preSharedKey(name, new Uint8Array(32).fill(i + 1)))
  const suites = { cipherSuites: ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'] } as const
  const { client, server } = ends(by, { ...suites, preSharedKeys: keys })
  const having = (one: number): ClientOptions => ({ ...client, ...suites, preSharedKeys: keys.slice(one, one + 1) })
  const session = keptBy(having(0), server)

  test('is resumed by a client that has this key, and left aside by one that has another', () => {
    expect(resumedBy(play({ ...having(0), session }, server))).toEqual([by, by])
    const played = play({ ...having(1), session }, server)
    expect(resumedBy(played)).toEqual([undefined, undefined])
    expect(new TextDecoder().decode(summariesOf(played).server.peer.pskIdentity)).toBe('bob')
  })
})
