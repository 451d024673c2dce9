/** What an observer checks with keys, and over several handshakes: Finished, the master secret, sessions, renegotiation. */
import { describe, expect, it } from 'vitest'
import { concat, fromHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import type { CapturedHandshake } from '../../src/inspect/capture/captured-handshake.js'
import { KeyStore } from '../../src/inspect/capture/key-store.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { findExtension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { sharedKey } from '../interop/peers/peer.js'
import { privateKeyInfo } from '../vectors/recording.js'
import { captured, crypto, recorded } from './handshakes.js'
import {
  type Change,
  changed,
  empty,
  first,
  flipLast,
  handshakesOf,
  keyLogOf,
  last,
  observe,
  of,
  type WithExtensions,
  withExtension,
} from './observing.js'

const serverOnly = first(recorded, 'ecdhe-rsa-aes128gcm-server-only')
const mutual = first(recorded, 'ecdhe-ecdsa-aes128gcm-mutual')
const dhe = first(recorded, 'dhe-rsa-aes128gcm-server-only')
const rsa = first(recorded, 'rsa-aes128gcm-server-only')
const block = first(recorded, 'encrypt-then-mac')
const alpn = first(recorded, 'alpn-and-server-name')
const withTicket = first(recorded, 'session-ticket')
const byId = last(captured, 'rustls-mbed-tls-resumed-by-session-id')

describe('Finished', () => {
  it.each([
    ['full', mutual],
    ['by id', byId],
    ['by ticket', last(captured, 'go-mbed-tls-resumed-by-ticket')],
    ['with a pre-shared key', first(captured, 'openssl-mbed-tls-dhe-psk-key-exchange')],
  ] as const)('of both sides, %s', (_road, handshake) => {
    const keys = keyLogOf(handshake)
    const right = observe(handshake, { keys }).checks.filter(({ what }) => what === 'Finished')
    expect(right.map(({ verdict }) => verdict)).toEqual(['right', 'right'])
    for (const sender of ['client', 'server'] as const) {
      const items = handshake.items.map((item) =>
        item.type === 'message' && item.name === 'finished' && item.sender === sender
          ? { ...item, raw: flipLast(item.raw) }
          : item,
      )
      const { checks } = observe({ ...handshake, items }, { keys })
      expect(of(checks, 'wrong')).toEqual(['Finished'])
    }
  })

  it('covers a message that nothing else is about', () => {
    const change: Change = { client_hello: (hello) => withExtension(hello, 0xff77, empty) }
    expect(of(observe(changed(rsa, change), { keys: keyLogOf(rsa) }).checks, 'wrong')).toEqual(['Finished'])
  })
})

describe('the master secret', () => {
  const withRsaKey = (): KeyStore => {
    const keys = new KeyStore()
    keys.addRsaKey(privateKeyInfo('pki/server/rsa.key.pem'), crypto)
    return keys
  }

  it.each([
    ['bound to the handshake', rsa],
    ['not bound', first(recorded, 'rsa-aes256gcm-server-only')],
  ] as const)('is recomputed with the RSA key of the server, %s', (_how, handshake) => {
    const keys = withRsaKey()
    const secret = handshake.known?.secret.use((bytes) => Buffer.from(bytes).toString('hex')) ?? ''
    const line = (master: string): string => {
      const hello = handshake.items.find((item) => item.type === 'message')
      const random = hello?.type === 'message' ? Buffer.from(hello.raw.subarray(6, 38)).toString('hex') : ''
      return `CLIENT_RANDOM ${random} ${master}\n`
    }
    keys.addKeyLog(line(secret))
    const { checks } = observe(handshake, { keys })
    expect(of(checks, 'right')).toEqual(expect.arrayContaining(['pre-master secret', 'master secret', 'Finished']))
    const other = withRsaKey()
    other.addKeyLog(line(secret.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))))
    expect(of(observe(handshake, { keys: other }).checks, 'wrong')).toEqual(['master secret'])
  })

  it.each([
    ['PSK', first(captured, 'openssl-mbed-tls-psk-key-exchange'), []],
    ['RSA_PSK', first(captured, 'openssl-mbed-tls-rsa-psk-key-exchange'), ['pre-master secret']],
  ] as const)('is recomputed with the key that both ends share, %s', (_exchange, handshake, besides) => {
    const keysWith = (hex: string): KeyStore => {
      const keys = withRsaKey()
      keys.addPreSharedKey(preSharedKey(sharedKey.identity, fromHex(hex)))
      return keys
    }
    const { checks, observer } = observe(handshake, { keys: keysWith(sharedKey.hex) })
    expect(of(checks, 'right')).toEqual(expect.arrayContaining([...besides, 'Finished']))
    expect(observer.handshake.known?.source).toBe('the pre-shared key')
    expect(of(observe(handshake, { keys: keysWith('00'.repeat(16)) }).checks, 'wrong')).toEqual(['Finished'])
    const logged = keyLogOf(handshake)
    logged.addPreSharedKey(preSharedKey(sharedKey.identity, fromHex('00'.repeat(16))))
    if (besides.length === 0) expect(of(observe(handshake, { keys: logged }).checks, 'wrong')).toEqual([])
  })

  it('is not the right one where the pre-master secret is not', () => {
    const change: Change = { client_key_exchange: ({ body }) => ({ body: flipLast(body) }) }
    const { checks } = observe(changed(rsa, change), { keys: withRsaKey() })
    expect(of(checks, 'wrong')).toEqual(['pre-master secret', 'Finished'])
  })

  it('cannot be recomputed with a key log alone, which is said', () => {
    const { checks } = observe(serverOnly, { keys: keyLogOf(serverOnly) })
    expect(checks.find(({ what }) => what === 'master secret')).toMatchObject({
      verdict: 'not checked',
      detail: expect.stringContaining('what only the two ends know'),
    })
  })
})

describe('a session', () => {
  const session = (handshake: CapturedHandshake, cipherSuite?: number, extendedMasterSecret = true): KeyStore => {
    const keys = new KeyStore()
    const hello = handshake.items.flatMap((item) =>
      item.type === 'message' && item.name === 'server_hello' ? [decodeHandshakeBody('server_hello', item.raw)] : [],
    )[0]
    const secret = new Secret(handshake.known?.secret.use((bytes) => bytes.slice()) ?? new Uint8Array(48))
    const suite = cipherSuite ?? hello?.cipherSuite ?? 0
    keys.remember('id', hello?.sessionId ?? empty, { secret, cipherSuite: suite, extendedMasterSecret })
    return keys
  }

  it('is resumed as it was made', () => {
    const { checks } = observe(byId, { keys: session(byId) })
    expect(of(checks, 'right')).toEqual(expect.arrayContaining(['session id', 'session', 'Finished']))
    expect(of(checks, 'wrong')).toEqual([])
    expect(of(observe(byId).checks, 'not checked')).toContain('session')
  })

  it.each([
    ['under another suite', CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, true],
    ['without the binding that it had', undefined, false],
  ] as const)('is not resumed %s', (_how, suite, bound) => {
    expect(of(observe(byId, { keys: session(byId, suite, bound) }).checks, 'wrong')).toEqual(['session'])
  })

  it('leaves a ticket that was announced', () => {
    const items = withTicket.items.filter((item) => item.type !== 'message' || item.name !== 'new_session_ticket')
    const { checks } = observe({ ...withTicket, items })
    expect(of(checks, 'wrong')).toContain('ticket')
  })
})

describe('a renegotiation', () => {
  const both = handshakesOf(captured, 'openssl-mbed-tls-renegotiation-that-the-client-begins')
  const [before, after] = both
  if (before === undefined || after === undefined) throw new Error('two handshakes')
  const { finished } = observe(before).observer

  const without = <H extends WithExtensions>(hello: H, type: number): H => ({
    ...hello,
    extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== type),
  })
  const info = ExtensionType.renegotiation_info
  const altered = <H extends WithExtensions>(hello: H): H =>
    withExtension(hello, info, flipLast(findExtension(hello.extensions, info) ?? empty))

  it('names the handshake before it', () => {
    const { checks } = observe(after, { previous: finished, keys: keyLogOf(after) })
    const found = checks.filter(({ what }) => what === 'renegotiation_info' || what === 'Finished')
    expect(found.map(({ verdict }) => verdict)).toEqual(['right', 'right', 'right', 'right'])
    expect(of(observe(after, { previous: 'not known' }).checks, 'not checked')).toContain('renegotiation_info')
  })

  it.each([
    ["another Finished of the client's", { client_hello: altered }],
    ["another Finished of the server's", { server_hello: altered }],
    ['none, from the client', { client_hello: (hello: ClientHello) => without(hello, info) }],
    ['none, from the server', { server_hello: (hello: ServerHello) => without(hello, info) }],
    [
      'that there was none',
      {
        client_hello: (hello: ClientHello) => ({
          ...hello,
          cipherSuites: [...hello.cipherSuites, CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV],
        }),
      },
    ],
  ] as const)('must not name %s', (_what, change) => {
    const { checks } = observe(changed(after, change), { previous: finished })
    expect(of(checks, 'wrong').filter((what) => what !== 'extensions')).toEqual(['renegotiation_info'])
  })

  it('does not give up encrypt_then_mac', () => {
    if (finished === 'not known') throw new Error('it is known')
    const change: Change = { server_hello: (hello) => without(hello, ExtensionType.encrypt_then_mac) }
    const previous = { ...finished, encryptThenMac: true }
    const bound = (hello: WithExtensions, data: Uint8Array): WithExtensions =>
      withExtension(hello, info, concat(Uint8Array.of(data.length), data))
    const inside = changed(block, {
      client_hello: (hello) => ({
        ...(bound(hello, previous.client) as ClientHello),
        cipherSuites: hello.cipherSuites.filter((suite) => suite !== CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV),
      }),
      server_hello: (hello) => bound(hello, concat(previous.client, previous.server)) as ServerHello,
    })
    expect(of(observe(inside, { previous }).checks, 'wrong')).toEqual([])
    expect(of(observe(changed(inside, change), { previous }).checks, 'wrong')).toEqual(['encrypt_then_mac'])
  })
})

describe('what is not signed is said', () => {
  it.each([
    ['RSA', rsa],
    ['PSK', first(captured, 'openssl-mbed-tls-psk-key-exchange')],
    ['RSA_PSK', first(captured, 'openssl-mbed-tls-rsa-psk-key-exchange')],
    ['ECDHE_PSK', first(captured, 'openssl-mbed-tls-ecdhe-psk-key-exchange')],
  ] as const)('%s', (exchange, handshake) => {
    const unsigned = observe(handshake).checks.find(({ what }) => what === 'signature')
    expect(unsigned).toMatchObject({
      verdict: 'not checked',
      detail: expect.stringContaining(`${exchange} signs nothing`),
    })
  })
})

it('a protocol that was offered, a curve and a finite-field group are found right', () => {
  expect(of(observe(alpn).checks, 'right')).toEqual(expect.arrayContaining(['extensions', 'group', 'public value']))
  expect(of(observe(dhe).checks, 'right')).toEqual(expect.arrayContaining(['group', 'public value', 'signature']))
})
