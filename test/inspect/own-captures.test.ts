/**
 * Our own ends, captured and replayed: what they said our machines say again, byte for byte, also where a capture of other
 * stacks is not at hand (raw public keys, limits of records, timestamps).
 */
import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import type { Credential } from '../../src/crypto/key-types.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { replayConnection } from '../../src/inspect/replay/replay-connection.js'
import { pinnedCertificates } from '../../src/x509/pinned.js'
import { frames, pcap, type Said, tcp } from '../support/capture-builder.js'
import { credentialOf, mutual, noble } from '../support/endpoints.js'
import { type PkiKind, pki } from '../support/pki.js'
import { notRightIn, read } from './reading.js'

interface Ends {
  readonly client?: ClientOptions
  readonly server?: ServerOptions
  readonly kind?: PkiKind
  readonly afterwards?: (ends: Readonly<Record<'client' | 'server', ReturnType<typeof clientEndpoint>>>) => void
}

/** A connection between our own ends, as a capture tells it. */
function captureOf({ client = {}, server = {}, kind = 'ecdsaP256', afterwards }: Ends): ConnectionStory {
  const options = mutual(kind)
  const lines: string[] = []
  const keyLog = (line: string): number => lines.push(line)
  const ends = {
    client: clientEndpoint(noble, { ...options.client, keyLog, ...client }),
    server: serverEndpoint(noble, { ...options.server, ...server }),
  }
  const flow: Said[] = []
  joinInMemory(ends.client, ends.server, (from, output) => {
    if (output.type === 'transmit') flow.push({ from, bytes: output.bytes.slice() })
  })
  afterwards?.(ends)
  const [story] = read(pcap(frames(tcp(flow))), { keyLog: lines.join('\n') }).stories
  if (story === undefined) throw new Error('nothing was captured')
  return story
}

const spkiOf = (side: 'client' | 'server'): Uint8Array =>
  new Uint8Array(createPublicKey(pki[side].ecdsaP256.keyPem).export({ type: 'spki', format: 'der' }))

const rawKey = (side: 'client' | 'server'): Credential => ({
  certificateType: 'RawPublicKey',
  certificateChain: [spkiOf(side)],
  key: credentialOf(side, 'ecdsaP256').key,
})

const pinKey = (side: 'client' | 'server') =>
  pinnedCertificates([{ spkiSha256: noble.hash('sha256', spkiOf(side)) }], noble)

const types = ['RawPublicKey', 'X509'] as const

const cases: Readonly<Record<string, Ends>> = {
  'both sides authenticated': {},
  'a client that is not asked': { server: { clientAuthentication: 'none' } },
  'raw public keys on both sides': {
    client: {
      ...{ serverCertificateTypes: types, clientCertificateTypes: types },
      ...{ credentials: [rawKey('client')], verifier: pinKey('server') },
    },
    server: {
      ...{ serverCertificateTypes: types, clientCertificateTypes: types },
      ...{ credentials: [rawKey('server')], verifier: pinKey('client') },
    },
  },
  max_fragment_length: { client: { maxFragmentLength: 1024, recordSizeLimit: false } },
  record_size_limit: { client: { recordSizeLimit: 700 }, server: { recordSizeLimit: 900 } },
  'an application protocol': {
    client: { applicationProtocols: ['h2', 'http/1.1'] },
    server: { applicationProtocols: ['http/1.1'] },
  },
  'reserved values and padding': { client: { grease: true, padClientHelloTo: 512 } },
  RSA: { kind: 'rsa' },
  Ed448: { kind: 'ed448' },
}

describe('our own ends', () => {
  it.each(Object.entries(cases))('%s', (_name, ends) => {
    const story = captureOf(ends)
    expect(notRightIn(story)).toEqual([])
    const [report, ...more] = replayConnection(story.handshakes, noble)
    expect(more).toEqual([])
    for (const end of [report?.client, report?.server]) {
      expect(end?.outcome).toBe('connected')
      if (end?.outcome !== 'connected') return
      const different = end.sent.filter(({ differences }) => differences.length > 0)
      // Reserved values come from the random of a hello, and so ours cannot be told to say others.
      expect(ends.client?.grease === true ? [] : different).toEqual([])
    }
  })

  it.each(['client', 'server'] as const)('a renegotiation that the %s begins', (side) => {
    const story = captureOf({
      client: { renegotiation: 'freely' },
      server: { renegotiation: 'freely' },
      afterwards: (ends) => ends[side].renegotiate(),
    })
    expect(notRightIn(story)).toEqual([])
    const reports = replayConnection(story.handshakes, noble)
    expect(reports.length).toBe(2)
    for (const { client, server } of reports) {
      for (const end of [client, server]) {
        expect(end).toMatchObject({ outcome: 'connected' })
        if (end.outcome === 'connected') expect(end.sent.filter((one) => one.differences.length > 0)).toEqual([])
      }
    }
  })
})
