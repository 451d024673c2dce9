import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex, toLatin1 } from '../../src/bytes/convert.js'
import type { DirectionKeys } from '../../src/crypto/connection-keys.js'
import { keySchedule } from '../../src/crypto/key-schedule.js'
import { type BulkProtection, suiteParameters } from '../../src/crypto/suite-parameters.js'
import type { TlsRecord } from '../../src/record/record-layer.js'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { shared } from '../support/outside.js'
import { readPcap, type TcpConversation } from '../support/pcap.js'
import { bulks, keysFromMaster } from './layers.js'

const schedule = keySchedule(nodeCiphers)

interface Suite {
  readonly bulk: BulkProtection
  readonly prfHash: 'sha256' | 'sha384'
}

/** The suites of this library, and the four pre-shared-key ones that protect records as RFC 7905 §2 does. */
function suiteOf(cipherSuite: number): Suite {
  const known = suiteParameters(cipherSuite)
  if (known !== undefined) return known
  const chacha = bulks['ChaCha20-Poly1305']
  if (chacha !== undefined && cipherSuite >= 0xccab && cipherSuite <= 0xccae) return { bulk: chacha, prfHash: 'sha256' }
  throw new Error(`suite 0x${cipherSuite.toString(16)} is not read here`)
}

/** Opens one side's stream; `keys` is asked for at ChangeCipherSpec. */
function openStream(role: 'client' | 'server', stream: Uint8Array, keys: () => DirectionKeys): TlsRecord[] {
  const layer = standardRecordLayer({ crypto: nodeCiphers, role })
  layer.receive(stream)
  const records: TlsRecord[] = []
  for (let record = layer.next(); record !== undefined; record = layer.next()) {
    records.push(record)
    if (record.type === ContentType.change_cipher_spec) layer.installReadKeys(keys())
  }
  expect(layer.buffered).toBe(0)
  return records
}

/** The records of both sides, opened with the master secret that `masterOf` knows for the client's random. */
function openConversation(conversation: TcpConversation, masterOf: (clientRandom: string) => Uint8Array) {
  // both hellos stand at the start of their streams: record header 5, message header 4, version 2, then the random
  const clientRandom = conversation.client.slice(11, 43)
  const serverRandom = conversation.server.slice(11, 43)
  const afterSessionId = 44 + (conversation.server[43] ?? 0)
  const cipherSuite = ((conversation.server[afterSessionId] ?? 0) << 8) | (conversation.server[afterSessionId + 1] ?? 0)
  const { bulk, prfHash } = suiteOf(cipherSuite)
  const master = masterOf(toHex(clientRandom))
  const keys = () => keysFromMaster(schedule, bulk, prfHash, master.slice(), clientRandom, serverRandom)
  return {
    cipherSuite,
    client: openStream('server', conversation.client, () => keys().client),
    server: openStream('client', conversation.server, () => keys().server),
  }
}

function mastersOf(keyLog: string): (clientRandom: string) => Uint8Array {
  const masters = new Map<string, string>()
  for (const line of keyLog.split('\n')) {
    const [label, random, secret] = line.trim().split(' ')
    if (label === 'CLIENT_RANDOM' && random && secret) masters.set(random.toLowerCase(), secret)
  }
  return (clientRandom) => fromHex(masters.get(clientRandom) ?? '')
}

const applicationData = (records: readonly TlsRecord[]): Uint8Array =>
  concat(...records.filter(({ type }) => type === ContentType.application_data).map(({ fragment }) => fragment))

/** The last handshake record is Finished: its 16 bytes must have opened to message type 20 and length 12. */
function expectFinished(records: readonly TlsRecord[]): void {
  const finished = records.filter(({ type }) => type === ContentType.handshake).at(-1)
  expect(toHex(finished?.fragment.subarray(0, 4) ?? new Uint8Array())).toBe('1400000c')
}

/** Name, connections, and bytes of application data from client and server as tshark 4.0 decrypts them. */
const captures: readonly (readonly [file: string, keyLog: string, data: readonly (readonly [number, number])[]])[] = [
  ['illustrated-tls12.pcap', 'illustrated-tls12.keylog', [[4, 4]]],
  [
    'ws-tls12-chacha20poly1305.pcap',
    'ws-tls12-chacha20poly1305.keylog',
    [4240, 4234, 4127, 4138, 4138, 4245, 4126].map((server) => [35, server] as const),
  ],
  ['ws-http2-data-reassembly.pcap', 'ws-http2-data-reassembly.keylog', [[120, 76224]]],
  ['scapy-tls_tcp_frag_withnss.pcap.gz', 'scapy-tls_tcp_frag_withnss.keylog', [[159, 282]]],
  ['zeek-tls-1.2-stream-keylog.pcap', 'zeek-tls-1.2-stream-keylog.keylog', [[9715, 147270]]],
]

describe('published captures', () => {
  for (const [file, keyLogFile, data] of captures) {
    const path = shared(`conformance/captures/${file}`)
    const keyLog = shared(`conformance/captures/${keyLogFile}`)
    it.skipIf(path === undefined || keyLog === undefined)(`${file}: every record opens`, () => {
      const masterOf = mastersOf(readFileSync(keyLog ?? '', 'utf8'))
      const opened = readPcap(path ?? '').map((conversation) => openConversation(conversation, masterOf))
      for (const { client, server } of opened) {
        expectFinished(client)
        expectFinished(server)
      }
      expect(
        opened.map(({ client, server }) => [applicationData(client).length, applicationData(server).length]),
      ).toEqual(data)
    })
  }

  const illustrated = shared('conformance/captures/illustrated-tls12.pcap')
  it.skipIf(illustrated === undefined)('the illustrated handshake says ping and pong under AES_128_CBC_SHA', () => {
    const masterOf = mastersOf(readFileSync(shared('conformance/captures/illustrated-tls12.keylog') ?? '', 'utf8'))
    const [conversation] = readPcap(illustrated ?? '')
    if (conversation === undefined) throw new Error('the capture holds no connection')
    const { cipherSuite, client, server } = openConversation(conversation, masterOf)
    expect(cipherSuite).toBe(0xc013)
    expect(toLatin1(applicationData(client))).toBe('ping')
    expect(toLatin1(applicationData(server))).toBe('pong')
    // the close_notify with which the client ends: warning, 0
    expect(client.at(-1)).toEqual({ type: ContentType.alert, fragment: Uint8Array.of(1, 0) })
    // RFC 5246 §7.4.9: its Finished as the published page prints it
    expect(
      toHex(client.filter(({ type }) => type === ContentType.handshake).at(-1)?.fragment ?? new Uint8Array()),
    ).toBe('1400000ccf919626f1360c536aaad73a')
  })
})

interface Recording {
  readonly name: string
  readonly flows: readonly (readonly ['c' | 's', string])[]
  readonly handshakes: readonly {
    readonly client_random: string
    readonly suite: string | null
    readonly master: string | null
    readonly finished_c: boolean
  }[]
  readonly app: readonly (readonly ['c' | 's', string])[]
}

describe('recordings of Go crypto/tls', () => {
  const path = shared('conformance/captures/go-tls12/go-tls12-flows.json.gz')
  it.skipIf(path === undefined)('every record of a suite of ours opens to the data that Go had sent', () => {
    const { recordings } = JSON.parse(gunzipSync(readFileSync(path ?? '')).toString('utf8')) as {
      recordings: readonly Recording[]
    }
    const seen = new Map<string, number>()
    for (const { flows, handshakes, app, name } of recordings) {
      const [handshake] = handshakes
      const suite = handshake?.suite
      const master = handshake?.master
      const isOurs = suite !== undefined && suite !== null && suiteParameters(Number(suite)) !== undefined
      // several handshakes change keys in the middle of encrypted ones: that is for the handshake's own tests
      if (!isOurs || !master || handshakes.length !== 1 || !handshake.finished_c) continue
      const side = (which: 'c' | 's', from: Recording['flows']) =>
        concat(...from.filter(([who]) => who === which).map(([, hex]) => fromHex(hex)))
      const conversation = { clientPort: 0, serverPort: 0, client: side('c', flows), server: side('s', flows) }
      const { client, server } = openConversation(conversation, () => fromHex(master))
      expect(toHex(applicationData(client)), name).toBe(toHex(side('c', app)))
      expect(toHex(applicationData(server)), name).toBe(toHex(side('s', app)))
      seen.set(suite, (seen.get(suite) ?? 0) + 1)
    }
    expect([...seen.keys()].sort()).toEqual([
      '0x000a',
      '0x002f',
      '0x003c',
      '0x009c',
      '0x009d',
      '0xc009',
      '0xc00a',
      '0xc013',
      '0xc014',
      '0xc023',
      '0xc027',
      '0xc02b',
      '0xc02c',
      '0xc02f',
      '0xc030',
      '0xcca8',
      '0xcca9',
    ])
  })
})
