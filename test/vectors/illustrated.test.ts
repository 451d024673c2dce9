/**
 * The handshake published and explained byte by byte at github.com/syncsynchalt/illustrated-tls12: the secrets that its
 * page prints stand here as constants; the packets come from the repository's capture.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex, toLatin1 } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { keySchedule } from '../../src/crypto/key-schedule.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { NamedGroup } from '../../src/registry/named-group.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { shared } from '../support/outside.js'
import { readPcap } from '../support/pcap.js'
import { endEntity, libraries, signedKeyExchange } from './facts.js'
import { certificateKey, nodeVerifies } from './node-oracle.js'
import { type Flow, readKeyLogLine } from './recording.js'
import { replay, transcript } from './replay.js'

const clientRandom = fromHex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
const serverRandom = fromHex('707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f')
const preMasterSecret = fromHex('df4a291baa1eb7cfa6934b29b474baad2697e29f1f920dcc77c8a0a088447624')
const masterSecret = fromHex(`
  916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049
  781c8e19fc1eb2a7387ac06ae237344c`)

const capture = shared('conformance/captures/illustrated-tls12.pcap')
const keyLog = shared('conformance/captures/illustrated-tls12.keylog')
const serverKey = shared('conformance/captures/illustrated-tls12.server.key')

/** Each record as a turn of its own, with the client's flight in front wherever both sides have more to say. */
function turns(client: Uint8Array, server: Uint8Array): Flow[] {
  const records = (from: Flow['from'], bytes: Uint8Array): Flow[] => {
    const found: Flow[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = at + 5 + (((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0))
      found.push({ from, bytes: bytes.subarray(at, end) })
      at = end
    }
    return found
  }
  const [hello, ...rest] = records('client', client)
  const answers = records('server', server)
  const flight = answers.findIndex(({ bytes }) => bytes[0] !== 22)
  const isChange = ({ bytes }: Flow): boolean => bytes[0] === 20
  const finished = rest.findIndex(isChange) + 2
  const first = hello === undefined ? [] : [hello]
  return [
    ...first,
    ...answers.slice(0, flight),
    ...rest.slice(0, finished),
    ...answers.slice(flight),
    ...rest.slice(finished),
  ]
}

describe('the illustrated TLS 1.2 connection', () => {
  it.each(libraries)('has the master secret that %s derives from its pre-master secret', (_library, primitives) => {
    const secret = new Secret(preMasterSecret.slice())
    const derived = keySchedule(primitives).masterSecret('sha256', secret, clientRandom, serverRandom)
    expect(derived.use(toHex)).toBe(toHex(masterSecret))
  })
})

const flow = (): Flow[] => {
  const [conversation, ...others] = readPcap(capture ?? '')
  if (conversation === undefined || others.length > 0) throw new Error('one connection was expected')
  return turns(conversation.client, conversation.server)
}

describe.skipIf(capture === undefined || keyLog === undefined || serverKey === undefined)(
  'the illustrated TLS 1.2 capture (in ../shared)',
  () => {
    it('carries the published randoms and the logged master secret', () => {
      const run = replay({ flow: flow(), masterSecret, primitives: nodeCiphers })
      expect(toHex(run.clientRandom)).toBe(toHex(clientRandom))
      expect(toHex(run.serverRandom)).toBe(toHex(serverRandom))
      const logged = readKeyLogLine(readFileSync(keyLog ?? '', 'utf8'))
      expect(toHex(logged.masterSecret)).toBe(toHex(masterSecret))
    })

    it.each(libraries)('opens over %s: both Finished, ping, pong', (_library, primitives) => {
      const run = replay({ flow: flow(), masterSecret, primitives })
      expect(run.suite.name).toBe('TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA')
      expect(run.extendedMasterSecret).toBe(false)
      expect(toLatin1(run.data.client)).toBe('ping')
      expect(toLatin1(run.data.server)).toBe('pong')
      const finished = [...run.messages.entries()].filter(([, { name }]) => name === 'finished')
      expect(finished.map(([, { from }]) => from)).toEqual(['client', 'server'])
      for (const [position, { from, raw }] of finished) {
        const handshakeHash = primitives.hash('sha256', transcript(run.messages, position))
        const secret = new Secret(masterSecret.slice())
        const expected = keySchedule(primitives).verifyData('sha256', secret, from, handshakeHash)
        expect(toHex(decodeHandshakeBody('finished', raw).verifyData)).toBe(toHex(expected))
      }
    })

    it('has a ServerKeyExchange on x25519 that the published server key signed', () => {
      const run = replay({ flow: flow(), masterSecret, primitives: nodeCiphers })
      const signed = signedKeyExchange(run)
      if (signed?.kind !== 'ecdh') throw new Error('ECDHE was expected')
      expect(signed.params.namedCurve).toBe(NamedGroup.x25519)
      const published = createPublicKey(createPrivateKey(readFileSync(serverKey ?? '')))
      const { algorithm, signature } = signed.signature
      expect(published.equals(certificateKey(endEntity(run, 'server') ?? new Uint8Array()))).toBe(true)
      expect(nodeVerifies(published, algorithm, signed.content, signature)).toBe(true)
    })
  },
)
