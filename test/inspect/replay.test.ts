/** Our machines in the place of OpenSSL's ends, message by message; and in handshakes that were tampered with. */
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import type { CapturedHandshake } from '../../src/inspect/capture/captured-handshake.js'
import { replayHandshake } from '../../src/inspect/replay.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { frames, pcap, tcp } from '../support/capture-builder.js'
import { recordings } from '../vectors/recording.js'
import { read } from './reading.js'

const crypto = nobleProvider()

function handshakeOf(name: string): CapturedHandshake {
  const found = recordings.find((one) => one.name === name)
  const [story] = read(pcap(frames(tcp(found?.flow ?? []))), { keyLog: found?.keyLog ?? '' }).stories
  const [handshake] = story?.handshakes ?? []
  if (handshake === undefined) throw new Error(`no handshake in ${name}`)
  return handshake
}

const replayed = recordings.filter(({ name, outcome }) => outcome === 'established' && name !== 'session-ticket')

/** What the RFCs leave to the server: extensions and session id, its list of schemes, a finite-field group of its own. */
const mayDiffer = (name: string): readonly string[] => [
  'server_hello',
  'certificate_request',
  ...(name.startsWith('dhe-') ? ['server_key_exchange'] : []),
]

describe('replay', () => {
  it.each(replayed.map(({ name }) => name))('%s: both machines connect, and say what was said', (name) => {
    const [client, server, ...more] = replayHandshake(handshakeOf(name), crypto)
    expect(more).toEqual([])
    expect(client).toMatchObject({ role: 'client', outcome: 'connected' })
    expect(server).toMatchObject({ role: 'server', outcome: 'connected' })
    if (client?.outcome !== 'connected' || server?.outcome !== 'connected') return
    expect(client.sent.filter(({ verdict }) => verdict !== 'same')).toEqual([])
    expect(client.sent.map((one) => one.name)).toEqual(expect.arrayContaining(['client_key_exchange', 'finished']))
    const differing = server.sent.filter(({ verdict }) => verdict !== 'same').map((one) => one.name)
    expect(differing.filter((one) => !mayDiffer(name).includes(one))).toEqual([])
    expect(server.sent.at(-1)).toEqual({ name: 'finished', verdict: 'same' })
  })

  const mutual = handshakeOf('ecdhe-ecdsa-aes128gcm-mutual')

  const changed = (name: string, from: 'client' | 'server', at: (raw: Uint8Array) => number): CapturedHandshake => ({
    ...mutual,
    items: mutual.items.map((item) => {
      if (item.type !== 'message' || item.name !== name || item.sender !== from) return item
      const raw = item.raw.slice()
      raw[at(raw)] = (raw[at(raw)] ?? 0) ^ 1
      return { ...item, raw }
    }),
  })

  const last = (raw: Uint8Array): number => raw.length - 1

  it.each([
    ['the last octet of its signature', 'server_key_exchange', 'server', last, 'client', 'bad_signature'],
    ["the client's proof", 'certificate_verify', 'client', last, 'server', 'bad_signature'],
    ["the server's Finished", 'finished', 'server', last, 'client', 'bad_finished'],
    ["the client's Finished", 'finished', 'client', last, 'server', 'bad_finished'],
    ['the chosen suite', 'server_hello', 'server', (raw: Uint8Array) => 38 + 1 + (raw[38] ?? 0) + 1, 'client', ''],
  ] as const)('refuses %s, changed', (_what, name, from, at, role, code) => {
    const report = replayHandshake(changed(name, from, at), crypto).find((one) => one.role === role)
    expect(report?.outcome).not.toBe('connected')
    if (report?.outcome === 'failed') expect(report.reason).toContain(code)
  })

  it('refuses a handshake with another master secret', () => {
    const known = { secret: new Secret(fromHex('00'.repeat(48))), source: 'the key log' } as const
    const [client, server] = replayHandshake({ ...mutual, known }, crypto)
    for (const report of [client, server]) expect(report?.outcome).toBe('failed')
  })

  it('refuses a handshake without its Certificate', () => {
    const items = mutual.items.filter(
      (item) => item.type !== 'message' || item.name !== 'certificate' || item.sender !== 'server',
    )
    const [client] = replayHandshake({ ...mutual, items }, crypto)
    expect(client).toMatchObject({ outcome: 'failed', state: 'ExpectCertificate' })
  })

  it('says why there is nothing to replay', () => {
    const { known: _, ...rest } = mutual
    expect(replayHandshake({ ...rest, known: undefined }, crypto)[0]).toEqual({
      role: 'client',
      outcome: 'not replayed',
      reason: 'the master secret is not known',
    })
    expect(replayHandshake({ ...mutual, items: [] }, crypto)[1]).toMatchObject({ outcome: 'not replayed' })
  })
})
