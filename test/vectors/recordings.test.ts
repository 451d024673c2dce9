import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { decode, encode } from '../../src/codec/codec.js'
import { keySchedule } from '../../src/crypto/key-schedule.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../src/messages/client-key-exchange.js'
import { extensionCodecs } from '../../src/messages/extensions/extension-codecs.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import { decodeServerKeyExchange, encodeServerKeyExchange } from '../../src/messages/server-key-exchange.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { ProtocolVersion } from '../../src/registry/protocol-version.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { endEntity, libraries, message, replayed, serverKeyExchangeKind, signedKeyExchange } from './facts.js'
import { certificateKey, nodeDecryptsPreMaster, nodeVerifies } from './node-oracle.js'
import { privateKeyInfo, recordings } from './recording.js'
import { transcript } from './replay.js'

const flipped = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice()
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1
  return copy
}

/** Both opinions on a signature by the key of a certificate, node:crypto's first. */
const opinions = (certificate: Uint8Array, scheme: number, content: Uint8Array, signature: Uint8Array) => {
  const key = readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate))
  return [
    nodeVerifies(certificateKey(certificate), scheme, content, signature),
    nobleProvider().verifySignature(key, scheme, content, signature),
  ]
}

describe.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
  it('has messages that decode and encode to the same bytes', () => {
    const { messages } = replayed(recording)
    expect(messages.length).toBeGreaterThan(3)
    for (const { name, raw } of messages) {
      expect(toHex(encodeHandshake(name, decodeHandshakeBody(name, raw))), name).toBe(toHex(raw))
    }
  })

  it('has the messages of RFC 5246 figure 1 in their order', () => {
    const { messages, suite } = replayed(recording)
    const asked = recording.clientKey !== undefined || recording.name.startsWith('client-')
    const whole = [
      'client_hello',
      'server_hello',
      'certificate',
      ...(suite.keyExchange === 'RSA' ? [] : ['server_key_exchange']),
      ...(asked ? ['certificate_request'] : []),
      'server_hello_done',
      ...(asked ? ['certificate'] : []),
      'client_key_exchange',
      ...(recording.clientKey === undefined ? [] : ['certificate_verify']),
      'finished',
      ...(recording.name === 'session-ticket' ? ['new_session_ticket'] : []),
      'finished',
    ]
    const refusedAfter: Record<string, number> = {
      'server-certificate-refused': whole.indexOf('server_hello_done') + 1,
      'client-certificate-missing': whole.length - 1,
      'client-certificate-refused': whole.length - 1,
    }
    expect(messages.map(({ name }) => name)).toEqual(whole.slice(0, refusedAfter[recording.name]))
  })

  it('has hello extensions that decode and encode to the same bytes', () => {
    const { messages } = replayed(recording)
    let known = 0
    for (const [name, side] of [
      ['client_hello', 'clientHello'],
      ['server_hello', 'serverHello'],
    ] as const) {
      const hello = message(messages, name)
      if (hello === undefined) throw new Error(`no ${name}`)
      for (const { extensionType, extensionData } of decodeHandshakeBody(name, hello.raw).extensions ?? []) {
        const codec = extensionCodecs.get(extensionType)?.[side]
        if (codec === undefined) continue
        known++
        expect(toHex(encode(codec, decode(codec, extensionData))), `${name} ${extensionType}`).toBe(
          toHex(extensionData),
        )
      }
    }
    expect(known).toBeGreaterThan(2)
  })

  it('has key exchange messages whose bodies decode and encode to the same bytes', () => {
    const { messages, suite } = replayed(recording)
    const server = message(messages, 'server_key_exchange')
    expect(server === undefined).toBe(suite.keyExchange === 'RSA')
    if (server !== undefined) {
      const { body } = decodeHandshakeBody('server_key_exchange', server.raw)
      const read = decodeServerKeyExchange(serverKeyExchangeKind(suite), body)
      const written =
        read.kind === 'dh'
          ? encodeServerKeyExchange('dh', read.params, read.signature)
          : encodeServerKeyExchange('ecdh', read.params, read.signature)
      expect(toHex(written)).toBe(toHex(body))
    }
    const client = message(messages, 'client_key_exchange')
    if (client === undefined) return expect(recording.name).toBe('server-certificate-refused')
    const { body } = decodeHandshakeBody('client_key_exchange', client.raw)
    const encoders: Partial<Record<KeyExchange, () => Uint8Array>> = {
      RSA: () => encode(EncryptedPreMasterSecret, decode(EncryptedPreMasterSecret, body)),
      DHE_RSA: () => encode(ClientDiffieHellmanPublic, decode(ClientDiffieHellmanPublic, body)),
      ECDHE_RSA: () => encode(ClientECDiffieHellmanPublic, decode(ClientECDiffieHellmanPublic, body)),
      ECDHE_ECDSA: () => encode(ClientECDiffieHellmanPublic, decode(ClientECDiffieHellmanPublic, body)),
    }
    const again = encoders[suite.keyExchange]?.() ?? new Uint8Array()
    expect(toHex(again)).toBe(toHex(body))
  })

  it.each(libraries)('opens under the logged master secret, over %s', (_library, primitives) => {
    const { data, alerts, clientRandom } = replayed(recording, primitives)
    if (recording.logged !== undefined) expect(toHex(clientRandom)).toBe(toHex(recording.logged.clientRandom))
    expect(toHex(data.client)).toBe(recording.clientData ?? '')
    expect(toHex(data.server)).toBe(recording.serverData ?? '')
    if (recording.outcome === 'established') {
      const closeNotify = { level: 1, description: 0 }
      expect(alerts).toEqual([
        { from: 'client', ...closeNotify },
        { from: 'server', ...closeNotify },
      ])
    } else {
      expect(alerts).toEqual([expectedAlert[recording.name]])
    }
  })

  it.each(libraries)('has the Finished messages that %s computes', (_library, primitives) => {
    const { messages, suite } = replayed(recording, primitives)
    const finished = [...messages.entries()].filter(([, { name }]) => name === 'finished')
    const senders = finished.map(([, { from }]) => from)
    const clientGotThere = recording.logged !== undefined
    expect(senders).toEqual([
      ...(clientGotThere ? ['client'] : []),
      ...(recording.outcome === 'established' ? ['server'] : []),
    ])
    for (const [position, { from, raw, isProtected }] of finished) {
      const schedule = keySchedule(primitives)
      const handshakeHash = primitives.hash(suite.prfHash, transcript(messages, position))
      const master = new Secret((recording.logged?.masterSecret ?? new Uint8Array()).slice())
      const expected = schedule.verifyData(suite.prfHash, master, from, handshakeHash)
      expect(toHex(decodeHandshakeBody('finished', raw).verifyData)).toBe(toHex(expected))
      expect(isProtected).toBe(true)
    }
  })

  it('has a ServerKeyExchange that the key of the server certificate signed', () => {
    const run = replayed(recording)
    const certificate = endEntity(run, 'server') ?? new Uint8Array()
    const signed = signedKeyExchange(run)
    if (signed === undefined) return expect(run.suite.keyExchange).toBe('RSA')
    const { algorithm, signature } = signed.signature
    expect(opinions(certificate, algorithm, signed.content, signature)).toEqual([true, true])
    expect(opinions(certificate, algorithm, flipped(signed.content), signature)).toEqual([false, false])
  })

  it('has a CertificateVerify exactly where the client showed a certificate, signed by its key', () => {
    const run = replayed(recording)
    const certificate = endEntity(run, 'client')
    const verify = message(run.messages, 'certificate_verify')
    expect(certificate !== undefined).toBe(recording.clientKey !== undefined)
    expect(verify !== undefined).toBe(certificate !== undefined)
    if (certificate === undefined || verify === undefined) return
    const { algorithm, signature } = decodeHandshakeBody('certificate_verify', verify.raw)
    const content = transcript(run.messages, verify.position)
    expect(opinions(certificate, algorithm, content, signature)).toEqual([true, true])
    expect(opinions(certificate, algorithm, flipped(content), signature)).toEqual([false, false])
    const request = message(run.messages, 'certificate_request')
    if (request === undefined) throw new Error('a certificate that was not asked for')
    const { supportedSignatureAlgorithms } = decodeHandshakeBody('certificate_request', request.raw)
    expect(supportedSignatureAlgorithms).toContain(algorithm)
  })
})

/** RFC 5246 §7.2.2: what the refusing end says. OpenSSL calls an issuer that it does not know unknown_ca. */
const expectedAlert: Readonly<Record<string, { from: string; level: number; description: number }>> = {
  'client-certificate-missing': { from: 'server', level: 2, description: 40 },
  'client-certificate-refused': { from: 'server', level: 2, description: 48 },
  'server-certificate-refused': { from: 'client', level: 2, description: 48 },
}

describe('master secret', () => {
  const withRsa = recordings.filter(({ name }) => name.startsWith('rsa-'))

  it.each(withRsa.map((recording) => [recording.name, recording] as const))('of %s', async (_name, recording) => {
    const { messages, suite, extendedMasterSecret, clientRandom, serverRandom } = replayed(recording)
    const exchange = message(messages, 'client_key_exchange')
    if (exchange === undefined) throw new Error('no ClientKeyExchange')
    const { body } = decodeHandshakeBody('client_key_exchange', exchange.raw)
    const encrypted = decode(EncryptedPreMasterSecret, body).encryptedPreMasterSecret
    const preMaster = new Secret(nodeDecryptsPreMaster(recording.serverKey, encrypted))
    const key = nobleProvider().importPrivateKey(privateKeyInfo(recording.serverKey))
    const ours = await key.decryptPreMaster?.(encrypted, ProtocolVersion.TLSv1_2)
    expect(ours?.use(toHex)).toBe(preMaster.use(toHex))
    const sessionHash = nodeCiphers.hash(suite.prfHash, transcript(messages, exchange.position, true))
    const schedule = keySchedule(nodeCiphers)
    const plain = schedule.masterSecret(suite.prfHash, preMaster, clientRandom, serverRandom).use(toHex)
    const extended = schedule.extendedMasterSecret(suite.prfHash, preMaster, sessionHash).use(toHex)
    const logged = toHex(recording.logged?.masterSecret ?? new Uint8Array())
    expect(extendedMasterSecret ? extended : plain).toBe(logged)
    expect(extendedMasterSecret ? plain : extended).not.toBe(logged)
  })

  it('is extended in some RSA handshakes and not in others', () => {
    expect(new Set(withRsa.map((one) => replayed(one).extendedMasterSecret))).toEqual(new Set([true, false]))
  })
})
