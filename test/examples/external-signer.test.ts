/** Keys in another process: late, failing and missing answers, and what the peer can see of them. */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { concat } from '../../src/bytes/convert.js'
import type { Credential } from '../../src/crypto/key-types.js'
import { certificatePublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { TlsFault } from '../../src/handshake/fault.js'
import { secureClient, secureServer } from '../../src/node.js'
import { ContentType } from '../../src/registry/content-type.js'
import { memoryPair, recordTypes, until, witness } from '../adapters/support.js'
import { type AttackOnServer, behaviour, expectDefeat, hostileClient } from '../attacks/arena.js'
import type { HostileClient } from '../attacks/hostile-client.js'
import { credentialOf, mutual, noble, play } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { settled } from '../support/settled.js'
import { type Mood, SigningDevice } from './external-signer.js'

const owners = [pki.client.ecdsaP256, pki.client.rsa, pki.server.ecdsaP256, pki.server.rsa]
const startDevice = (): SigningDevice => new SigningDevice(owners.map(({ keyPath }) => keyPath))
const device = startDevice()
afterAll(() => void device.process.kill())

const held = (side: 'client' | 'server', kind: 'ecdsaP256' | 'rsa', by = device): Credential =>
  by.credential(pki[side][kind].keyPath, pki[side][kind].certificateChain)

const behave = (mood: Mood): Promise<unknown> => device.ask({ operation: 'behave', mood })
const count = async (): Promise<number[]> => [...(await device.ask({ operation: 'count' }))]

/** How often the device was asked, and how often it used a key, since the test began. */
let before: number[] = []
const used = async () => {
  const [asked = 0, operated = 0] = await count()
  return { asked: asked - (before[0] ?? 0), operated: operated - (before[1] ?? 0) }
}
beforeEach(async () => {
  before = await count()
})
afterEach(() => behave({ answers: 'always', delay: 0 }))

describe('a key in another process', () => {
  test.each([
    ['ecdsaP256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
    ['rsa', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
  ] as const)('signs, late, CertificateVerify and ServerKeyExchange with %s, once each', async (kind, suite) => {
    await behave({ answers: 'always', delay: 30 })
    const { client, server } = mutual(kind)
    const played = play(
      { ...client, cipherSuites: [suite], credentials: [held('client', kind)] },
      { ...server, credentials: [held('server', kind)] },
    )
    await settled(played)
    expect(played.client.connection.summary?.peer.kind).toBe('certificate and signature')
    expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')
    expect(await used()).toEqual({ asked: 2, operated: 2 })
  })

  test('decrypts the pre-master secret', async () => {
    const { client, server } = mutual('rsa')
    const played = play(
      { ...client, cipherSuites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] },
      { ...server, cipherSuites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'], credentials: [held('server', 'rsa')] },
    )
    await settled(played)
    expect(played.client.connection.summary?.peer.kind).toBe('certificate and key transport')
    expect(await used()).toEqual({ asked: 1, operated: 1 })
  })

  test('is never asked twice, however often the connection is driven while it thinks', async () => {
    await behave({ answers: 'always', delay: 100 })
    const { client, server } = mutual('ecdsaP256')
    const played = play(client, { ...server, credentials: [held('server', 'ecdsaP256')] })
    expect(played.server.connection.state.name).toBe('AwaitSignature')
    for (let turn = 0; turn < 5; turn++) {
      played.server.receive(new Uint8Array())
      expect(played.server.connection.takeNeed()).toBeUndefined()
      await new Promise(setImmediate)
    }
    await settled(played)
    expect(played.server.connection.state.name).toBe('Connected')
    expect(await used()).toEqual({ asked: 1, operated: 1 })
  })

  test.each(['client', 'server'] as const)(
    'that fails ends the handshake of a %s with internal_error',
    async (side) => {
      await behave({ answers: 'with an error', delay: 5 })
      const { client, server } = mutual('ecdsaP256')
      const credentials = [held(side, 'ecdsaP256')]
      const played = play(
        side === 'client' ? { ...client, credentials } : client,
        side === 'server' ? { ...server, credentials } : server,
      )
      await settled(played)
      const fault = played.faultOf(side)
      expect(fault).toMatchObject({ code: 'need_refused', alert: 'internal_error', state: 'AwaitSignature' })
      expect(String(fault?.cause)).toContain('CKR_DEVICE_ERROR')
      const peer = side === 'client' ? 'server' : 'client'
      expect(played.faultOf(peer)).toMatchObject({ code: 'alert_received', alert: 'internal_error' })
      expect(await used()).toEqual({ asked: 1, operated: 0 })
    },
  )

  test('whose process dies ends the handshake too', async () => {
    const mortal = startDevice()
    await mortal.ask({ operation: 'behave', mood: { answers: 'never', delay: 0 } })
    const { client, server } = mutual('ecdsaP256')
    const played = play(client, { ...server, credentials: [held('server', 'ecdsaP256', mortal)] })
    expect(played.server.connection.state.name).toBe('AwaitSignature')
    mortal.process.kill()
    await settled(played)
    expect(played.faultOf('server')).toMatchObject({ code: 'need_refused' })
    expect(String(played.faultOf('server')?.cause)).toContain('the device is gone')
    await expect(mortal.ask({ operation: 'count' })).rejects.toThrow()
  })
})

describe('a device that never answers, or too late', () => {
  /** A client and a server over duplexes, one of which waits for the device. */
  function connect(side: 'client' | 'server', limits: { handshakeTimeout?: number; signal?: AbortSignal }) {
    const signals: AbortSignal[] = []
    const credential = held(side, 'ecdsaP256')
    const watched: Credential = {
      ...credential,
      key: {
        ...credential.key,
        sign: (scheme, content, signal) => {
          if (signal !== undefined) signals.push(signal)
          return credential.key.sign(scheme, content, signal)
        },
      },
    }
    const options = mutual('ecdsaP256')
    const waiting = { credentials: [watched], ...limits }
    const clientOptions: ClientOptions = { ...options.client, ...(side === 'client' ? waiting : {}) }
    const serverOptions: ServerOptions = { ...options.server, ...(side === 'server' ? waiting : {}) }
    const { left, right } = memoryPair()
    const client = witness(secureClient(left, clientOptions))
    const server = witness(secureServer(right, serverOptions))
    const [own, peer] = side === 'client' ? [client, server] : [server, client]
    return { own, peer, signals, sent: side === 'client' ? left.sent : right.sent }
  }

  /** The side that waited has said why it ends, and nothing after it. */
  async function expectCleanEnd(ends: ReturnType<typeof connect>, code: 'handshake_timeout' | 'aborted') {
    const fault = await ends.own.closed
    expect(fault).toBeInstanceOf(TlsFault)
    expect(fault).toMatchObject({ code, state: 'AwaitSignature' })
    expect(ends.own.events).toEqual(['error', 'close'])
    expect(await ends.peer.closed).toMatchObject({ code: 'alert_received' })
    expect(ends.signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(recordTypes(ends.sent).at(-1)).toBe(ContentType.alert)
  }

  test.each(['client', 'server'] as const)('is given up when the time of a %s is over', async (side) => {
    await behave({ answers: 'never', delay: 0 })
    await expectCleanEnd(connect(side, { handshakeTimeout: 150 }), 'handshake_timeout')
    expect(await used()).toEqual({ asked: 1, operated: 0 })
  })

  test.each(['client', 'server'] as const)('is given up when the caller of a %s aborts', async (side) => {
    await behave({ answers: 'never', delay: 0 })
    const caller = new AbortController()
    const ends = connect(side, { signal: caller.signal })
    await until(() => ends.signals.length > 0)
    expect(ends.signals.map(({ aborted }) => aborted)).toEqual([false])
    caller.abort(new Error('no longer wanted'))
    await expectCleanEnd(ends, 'aborted')
  })

  test('signs nothing once nobody waits for it', async () => {
    await behave({ answers: 'always', delay: 300 })
    await expectCleanEnd(connect('server', { handshakeTimeout: 100 }), 'handshake_timeout')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await used()).toEqual({ asked: 1, operated: 0 })
  })
})

describe('a device that refuses to decrypt', () => {
  const spki = certificatePublicKeyInfo(pki.server.rsa.certificate)
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  const secret = concat(Uint8Array.of(3, 3), noble.randomBytes(46))

  /** An encrypted block whose type is `type`: 2 is right. */
  function encrypted(type: number): Uint8Array {
    const padding = noble.randomBytes(256 - 3 - secret.length).map((octet) => octet | 1)
    const encoded = concat(Uint8Array.of(0, type), padding, Uint8Array.of(0), secret)
    return new Uint8Array(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded))
  }

  const attack = (type: number, credential: Credential, victim: ServerOptions = {}): HostileClient =>
    hostileClient({
      suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
      kind: 'rsa',
      preMaster: () => ({ encrypted: encrypted(type), secret }),
      victim: { clientAuthentication: 'none', credentials: [credential], ...victim },
    } satisfies AttackOnServer)

  /** Takes the steps one by one, each when the server has nothing more to wait for; what it had sent after each. */
  async function walk(peer: HostileClient): Promise<number[][]> {
    const { connection } = peer.victim.endpoint
    peer.start()
    const sent: number[][] = []
    for (const step of peer.script(false)) {
      step.run(peer)
      await until(() => !connection.state.name.startsWith('Await'))
      peer.read()
      sent.push(peer.sealed.map((record) => record.length))
    }
    return sent
  }

  const defeat = { fault: 'bad_record_mac', alert: 'bad_record_mac', state: 'ExpectClientFinished' } as const

  test('looks, byte by byte and step by step, like bad padding under a key in memory', async () => {
    const local = attack(1, credentialOf('server', 'rsa'))
    const expected = await walk(local)
    expectDefeat(local, defeat)
    // nothing between ServerHelloDone and the alert that answers Finished
    expect(expected.map((lengths) => lengths.length)).toEqual([3, 3, 3, 4])
    const alert = local.sealed.at(-1)
    const cases: readonly (readonly [Mood['answers'], number])[] = [
      ['always', 1],
      ['with an error', 2],
      ['with an error', 1],
    ]
    for (const [answers, type] of cases) {
      await behave({ answers, delay: 20 })
      const remote = attack(type, held('server', 'rsa'))
      expect(await walk(remote)).toEqual(expected)
      expectDefeat(remote, defeat)
      expect(behaviour(remote)).toEqual(behaviour(local))
      expect(remote.sealed.at(-1)).toEqual(alert)
    }
    expect(await used()).toEqual({ asked: 3, operated: 1 })
  })

  test('is what is tested: with the right padding the device decrypts', async () => {
    const peer = attack(2, held('server', 'rsa'))
    await walk(peer)
    expect(peer.victim.state).toBe('Connected')
  })

  test('may be given up, which says nothing about the padding either', async () => {
    await behave({ answers: 'never', delay: 0 })
    const peer = attack(1, held('server', 'rsa'))
    peer.start()
    for (const step of peer.script(false)) step.run(peer)
    peer.victim.endpoint.abort('handshake_timeout', 'time is up')
    expect(peer.victim.fault).toMatchObject({ code: 'handshake_timeout', state: 'AwaitPreMasterDecryption' })
    expect(await used()).toEqual({ asked: 1, operated: 0 })
  })
})
