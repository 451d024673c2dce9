/**
 * Our machines in the place of captured ends. Every handshake of every corpus is replayed as both ends, or the list here
 * says why not; and handshakes that were tampered with are refused.
 */
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import type { CapturedHandshake } from '../../src/inspect/capture/captured-handshake.js'
import { openChoices } from '../../src/inspect/replay/differences.js'
import { replayConnection } from '../../src/inspect/replay/replay-connection.js'
import { type EndReport, notReplayedReasons, type ReplayReport } from '../../src/inspect/replay/replay-report.js'
import { captured, crypto, goOnes, publishedOnes, recorded, replayed, type Source, tally } from './handshakes.js'

const bothEnds = (reason: string, count = 1): Record<string, number> => ({
  [`client ${reason}`]: count,
  [`server ${reason}`]: count,
})

/** Everything that is not replayed as both ends, by capture: how many handshakes of it, and why. */
const notReplayed: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // The client gives up before the server has answered.
  'gnutls-java-a-client-that-gives-up': bothEnds('incomplete'),
  // Both ends have keys of their own.
  'gnutls-openssl-a-shared-key-of-nobody-s': bothEnds('unreadable'),
  'gnutls-openssl-another-shared-key': bothEnds('unreadable'),
  'mbed-tls-openssl-another-shared-key': bothEnds('unreadable'),
  'gnutls-openssl-camellia-which-is-none-of-ours': bothEnds('unknown_suite'),
  'openssl-gnutls-an-anonymous-key-exchange-which-is-none-of-ours': bothEnds('unknown_suite'),
  'openssl-openssl-aria-which-is-none-of-ours': bothEnds('unknown_suite'),
  // One end has TLS 1.1 alone.
  'go-gnutls-a-server-of-tls-1-1': bothEnds('other_version'),
  'gnutls-openssl-a-client-of-tls-1-1': bothEnds('other_version'),
  'go-openssl-a-client-of-tls-1-1': bothEnds('other_version'),
  'openssl-go-a-client-of-tls-1-1': bothEnds('other_version'),
  'rustls-openssl-a-client-of-tls-1-1': bothEnds('other_version'),
  'openssl-openssl-a-client-that-fell-back': bothEnds('other_version'),
  // Broken off before either end has written its keys down.
  'openssl-java-application-data-in-the-middle-of-a-renegotiation': bothEnds('unknown_secret'),
  // wolfSSL shows a ticket without a session id beside it.
  'openssl-wolfssl-resumed-by-ticket': { 'client ticket_without_id': 1 },
  'rustls-gnutls-a-staple-of-no-octets': bothEnds('malformed'),
  // RC4, Camellia, SEED, DES, export suites, DSA; the others of it are compressed, or begin in the form of SSL 2.0.
  'notes-all': { ...bothEnds('unknown_suite', 42), ...bothEnds('compressed', 28), ...bothEnds('unreadable', 3) },
  // Nobody published a key of these.
  ...Object.fromEntries(
    ['certificate-request-failed', 'client-certificate', 'ecdhe', 'ecdsa-cert', 'signed_certificate_timestamp'].map(
      (name) => [`zeek-${name}`, bothEnds('unknown_secret')],
    ),
  ),
  // Ends with the server's first flight.
  'zeek-tls-fragmented-handshake': bothEnds('incomplete'),
  'Client-TLSv12-RSA-RC4': bothEnds('unknown_suite'),
  'Server-TLSv12-RSA-RC4': bothEnds('unknown_suite'),
  'Client-TLSv12-RenegotiateTwice': { 'server proof_dropped': 1 },
}

/** What we say where the captured end said something else. */
const otherAlerts: Readonly<Record<string, string>> = {
  // Only a server that cannot be renegotiated with at all has no message to expect.
  'go-mbed-tls-a-client-that-renegotiates': 'handshake_failure',
  'go-openssl-a-server-that-cannot-make-up-its-mind': 'handshake_failure',
  // A missing certificate is handshake_failure (RFC 5246 §7.4.6); others have bad_certificate, or TLS 1.3's certificate_required.
  'java-curl-no-client-certificate': 'handshake_failure',
  'nss-gnutls-no-client-certificate': 'handshake_failure',
  'rustls-gnutls-no-client-certificate': 'handshake_failure',
  // Nothing but the certificate can have been wrong: a bad one is bad_certificate, and others have an alert of their own.
  'nginx-rustls-a-server-of-an-unknown-authority': 'bad_certificate',
  'openssl-botan-a-key-that-is-too-short': 'bad_certificate',
  'rustls-mbed-tls-a-client-of-an-unknown-authority': 'bad_certificate',
  // A signature that does not verify is decrypt_error (RFC 5246 §7.2.2).
  'mbed-tls-go-a-signature-by-another-key': 'decrypt_error',
}

const endsOf = (reports: readonly ReplayReport[]): readonly EndReport[] =>
  reports.flatMap(({ client, server }) => [client, server])

/** Outcomes other than the two that a replay is for. */
function exceptions(reports: readonly ReplayReport[]): Record<string, number> {
  const all = Object.entries(tally(reports))
  return Object.fromEntries(all.filter(([outcome]) => !/ (connected|refused)$/.test(outcome)))
}

const kinds: ReadonlySet<string> = new Set(Object.keys(openChoices))
/** Messages of which nothing is left to choose once both hellos and the request for a certificate are there. */
const determined: ReadonlySet<string> = new Set([
  ...['certificate', 'certificate_status', 'server_hello_done', 'client_key_exchange', 'certificate_verify'],
  ...['new_session_ticket', 'finished', 'hello_request'],
])

const corpora: Readonly<Record<string, readonly Source[]>> = {
  'between other stacks': captured,
  "of OpenSSL's ends": recorded,
  published: publishedOnes,
  'of Go': goOnes,
}

describe.each(Object.entries(corpora))('captures %s', (_title, sources) => {
  if (sources.length === 0) it.skip('skipped without ../shared/conformance', () => undefined)
  it.each(sources.map((one) => [one.name, one] as const))('%s', (name, one) => {
    const reports = replayed(one)
    expect(reports.length).toBeGreaterThan(0)
    expect(endsOf(reports).filter(({ outcome }) => outcome === 'failed')).toEqual([])
    expect(exceptions(reports)).toEqual(notReplayed[name] ?? {})
    for (const end of endsOf(reports)) {
      if (end.outcome === 'not replayed') continue
      for (const { name: message, differences } of end.sent) {
        expect(differences.filter(({ what }) => !kinds.has(what))).toEqual([])
        if (determined.has(message)) expect({ message, differences }).toEqual({ message, differences: [] })
      }
      // Whoever refuses does so with the alert that was captured, or the list says why not.
      if (end.outcome === 'refused' && end.by === end.role) expect(end.ours).toBe(otherAlerts[name] ?? end.alert)
      const last = end.outcome === 'connected' ? end.sent.at(-1) : undefined
      if (last !== undefined) expect(last).toEqual({ name: 'finished', differences: [] })
    }
  })
})

it('shows between other stacks each road, each key exchange, renegotiation and refusals', () => {
  const handshakes = captured.flatMap((one) => one.stories().flatMap((story) => story.handshakes))
  const roads = new Set(handshakes.map(({ road }) => road))
  expect([...roads]).toEqual(expect.arrayContaining(['full', 'resumed by id', 'resumed by ticket']))
  const exchanges = new Set(handshakes.map(({ suite }) => suite?.keyExchange))
  for (const exchange of ['RSA', 'DHE_RSA', 'ECDHE_RSA', 'ECDHE_ECDSA', 'PSK', 'DHE_PSK', 'ECDHE_PSK', 'RSA_PSK'])
    expect(exchanges).toContain(exchange)
  expect(tally(captured.flatMap(replayed))['client refused']).toBeGreaterThanOrEqual(6)
})

/** The handshakes of the first connection that has `count` of them. */
function connection(sources: readonly Source[], name: string, count = 1): readonly CapturedHandshake[] {
  const story = sources
    .find((one) => one.name === name)
    ?.stories()
    .find(({ handshakes }) => handshakes.length === count)
  if (story === undefined) throw new Error(`no connection of ${count} handshakes in ${name}`)
  return story.handshakes
}

interface Place {
  readonly name: string
  readonly from: 'client' | 'server'
  readonly at: (raw: Uint8Array) => number
}

const changed = (handshake: CapturedHandshake, { name, from, at }: Place): CapturedHandshake => ({
  ...handshake,
  items: handshake.items.map((item) => {
    if (item.type !== 'message' || item.name !== name || item.sender !== from) return item
    const raw = item.raw.slice()
    raw[at(raw)] = (raw[at(raw)] ?? 0) ^ 1
    return { ...item, raw }
  }),
})

const last = (raw: Uint8Array): number => raw.length - 1
const suiteAt = (raw: Uint8Array): number => 38 + 1 + (raw[38] ?? 0) + 1
const sessionIdAt = (): number => 39

const first = (handshakes: readonly CapturedHandshake[]): CapturedHandshake => {
  const [handshake] = handshakes
  if (handshake === undefined) throw new Error('no handshake')
  return handshake
}

const mutual = first(connection(recorded, 'ecdhe-ecdsa-aes128gcm-mutual'))
/** Of the connections that resume, the last one. */
const resumedBy = (name: string): CapturedHandshake => {
  const all = captured.find((one) => one.name === name)?.stories() ?? []
  return first(all.at(-1)?.handshakes ?? [])
}

describe('a tampered handshake is refused by the end that must notice', () => {
  it.each([
    [
      'the signature over the key share',
      mutual,
      { name: 'server_key_exchange', from: 'server', at: last },
      'client',
      'bad_signature',
    ],
    ["the client's proof", mutual, { name: 'certificate_verify', from: 'client', at: last }, 'server', 'bad_signature'],
    ["the server's Finished", mutual, { name: 'finished', from: 'server', at: last }, 'client', 'bad_finished'],
    ["the client's Finished", mutual, { name: 'finished', from: 'client', at: last }, 'server', 'bad_finished'],
    ['the chosen suite', mutual, { name: 'server_hello', from: 'server', at: suiteAt }, 'client', undefined],
    [
      "the server's Finished of a resumed session",
      resumedBy('gnutls-openssl-resumed-by-session-id'),
      { name: 'finished', from: 'server', at: last },
      'client',
      'bad_finished',
    ],
    [
      "the client's Finished of a resumed session",
      resumedBy('go-mbed-tls-resumed-by-ticket'),
      { name: 'finished', from: 'client', at: last },
      'server',
      'bad_finished',
    ],
    [
      'the id that is given back',
      resumedBy('rustls-mbed-tls-resumed-by-session-id'),
      { name: 'server_hello', from: 'server', at: sessionIdAt },
      'client',
      'unexpected_message',
    ],
    [
      "a pre-shared key's Finished",
      first(connection(captured, 'openssl-mbed-tls-psk-key-exchange')),
      { name: 'finished', from: 'server', at: last },
      'client',
      'bad_finished',
    ],
  ] as const)('%s', (_what, handshake, place, role, code) => {
    const [report] = replayConnection([changed(handshake, place)], crypto)
    const end = report?.[role]
    if (code === undefined) expect(end?.outcome).not.toBe('connected')
    else expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(code) })
  })

  it('a renegotiation that is not bound to the connection', () => {
    const [before, after] = connection(captured, 'openssl-mbed-tls-renegotiation-that-the-client-begins', 2)
    if (before === undefined || after === undefined) throw new Error('two handshakes')
    const info = (raw: Uint8Array): number => {
      // renegotiation_info: its type, then two lengths, then the verify_data of the handshake before
      const at = raw.findIndex((byte, i) => byte === 0xff && raw[i + 1] === 0x01 && (raw[i + 4] ?? 0) >= 12)
      return at + 5
    }
    const reports = (place: Place): readonly ReplayReport[] => replayConnection([before, changed(after, place)], crypto)
    const [, forServer] = reports({ name: 'client_hello', from: 'client', at: info })
    expect(forServer?.server).toMatchObject({ reason: expect.stringContaining('renegotiation_info_mismatch') })
    const [, forClient] = reports({ name: 'server_hello', from: 'server', at: info })
    expect(forClient?.client).toMatchObject({ reason: expect.stringContaining('renegotiation_info_mismatch') })
  })

  it('one with another master secret', () => {
    const known = { secret: new Secret(fromHex('00'.repeat(48))), source: 'the key log' } as const
    const [report] = replayConnection([{ ...mutual, known }], crypto)
    expect(report).toMatchObject({ client: { outcome: 'failed' }, server: { outcome: 'failed' } })
  })

  it('one without its Certificate', () => {
    const items = mutual.items.filter(
      (item) => item.type !== 'message' || item.name !== 'certificate' || item.sender !== 'server',
    )
    const [report] = replayConnection([{ ...mutual, items }], crypto)
    expect(report?.client).toMatchObject({ outcome: 'failed', state: 'ExpectCertificate' })
  })
})

describe('what cannot be replayed is said', () => {
  const reasonFor = (handshake: CapturedHandshake, ...more: readonly CapturedHandshake[]): unknown => {
    const report = replayConnection([handshake, ...more], crypto).at(-1)
    expect(report?.client.outcome).toBe('not replayed')
    return report?.client.outcome === 'not replayed' ? report.client.reason : undefined
  }

  const cut = (count: number): CapturedHandshake => ({ ...mutual, items: mutual.items.slice(0, count) })

  it.each([
    ['no_client_hello', () => reasonFor({ ...mutual, items: [] })],
    ['unknown_secret', () => reasonFor({ ...mutual, known: undefined })],
    ['unreadable', () => reasonFor({ ...mutual, broken: 'a part of it' })],
    ['unknown_suite', () => reasonFor({ ...mutual, suite: undefined })],
    ['incomplete', () => reasonFor(cut(6))],
    ['malformed', () => reasonFor(changed(mutual, { name: 'certificate_request', from: 'server', at: () => 4 }))],
    [
      'compressed',
      () => reasonFor(changed(mutual, { name: 'server_hello', from: 'server', at: (raw) => suiteAt(raw) + 1 })),
    ],
    ['other_version', () => reasonFor(changed(mutual, { name: 'server_hello', from: 'server', at: () => 5 }))],
    ['unknown_key', () => reasonFor(changed(mutual, { name: 'certificate', from: 'server', at: () => 10 }))],
    ['not_replayed_before', () => reasonFor(cut(6), mutual)],
    ['resumed_inside', () => reasonFor(mutual, { ...mutual, road: 'resumed by id' })],
    ['ticket_inside', () => reasonFor(mutual, first(connection(recorded, 'session-ticket')))],
    [
      'unknown_refusal',
      () =>
        reasonFor({
          ...cut(6),
          items: [...cut(6).items, { type: 'alert', sender: 'client', level: 2, description: 80 }],
        }),
    ],
  ] as const)('%s', (reason, find) => {
    expect(notReplayedReasons).toHaveProperty(reason)
    expect(find()).toBe(reason)
  })

  it('never throws for a handshake that was changed at any place', () => {
    const messages = mutual.items.flatMap((item) => (item.type === 'message' ? [item] : []))
    for (const { name, sender } of messages) {
      for (const share of [0, 0.2, 0.4, 0.6, 0.8]) {
        const at = (raw: Uint8Array): number => Math.floor(4 + (raw.length - 4) * share)
        const reports = replayConnection([changed(mutual, { name, from: sender, at })], crypto)
        expect(reports.length).toBe(1)
      }
    }
  })
})
