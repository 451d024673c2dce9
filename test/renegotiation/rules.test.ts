/** What RFC 5746 has both hellos say, peers that do not know it, and what a renegotiation must not give up (RFC 7366 §3.1). */
import { describe, expect, test } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { concat } from '../../src/bytes/convert.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { type Extension, findExtension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { attackClient, attackServer, expectBroken } from '../attacks/arena.js'
import type { Hostile } from '../attacks/hostile.js'
import type { HostileServer } from '../attacks/hostile-server.js'
import { insertBefore } from '../attacks/script.js'
import { mutual, type Played, play } from '../support/endpoints.js'

const scsv = CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV
const type = ExtensionType.renegotiation_info
const helloRequest = Uint8Array.of(0, 0, 0, 0)
const noRenegotiation = [{ level: 1, description: 100 }]

const infoIn = ({ extensions }: ClientHello | ServerHello): Uint8Array | undefined => findExtension(extensions, type)

/** renegotiation_info as it is on the wire (RFC 5746 §3.2). */
const info = (...parts: readonly Uint8Array[]): Uint8Array => {
  const data = concat(...parts)
  return concat(Uint8Array.of(data.length), data)
}

const lastOf = (peer: Hostile, name: string): Uint8Array =>
  peer.messages.findLast((message) => message.name === name)?.raw ?? expect.fail(`there was no ${name}`)

const without =
  (unwanted: number) =>
  <H extends { readonly extensions?: readonly Extension[] }>(hello: H): H => ({
    ...hello,
    extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== unwanted),
  })

describe('what both hellos say (RFC 5746 §3)', () => {
  test('a client names nothing at first, its last verify_data afterwards, and never the signalling suite', () => {
    const peer = attackClient({ victim: { renegotiation: 'freely' } })
    const first = peer.clientHello ?? expect.fail('no hello')
    expect(infoIn(first)).toEqual(info())
    const verifyData = lastOf(peer, 'finished').subarray(4)
    peer.raw(helloRequest)
    const second = peer.clientHello ?? expect.fail('no hello')
    expect(second).not.toEqual(first)
    expect(infoIn(second)).toEqual(info(verifyData))
    expect([...first.cipherSuites, ...second.cipherSuites]).not.toContain(scsv)
  })

  test('an application must not unbind a renegotiation by arranging the hello', () => {
    const arrangements: ((hello: ClientHello) => ClientHello)[] = [
      without(type),
      (hello) => ({ ...hello, cipherSuites: [...hello.cipherSuites, scsv] }),
    ]
    for (const arrange of arrangements) {
      let hellos = 0
      const arrangeClientHello = (hello: ClientHello): ClientHello => (hellos++ === 0 ? hello : arrange(hello))
      const peer = attackClient({ victim: { renegotiation: 'freely', arrangeClientHello } })
      peer.raw(helloRequest)
      expect(peer.victim.fault).toMatchObject({ code: 'misuse' })
    }
  })

  /** A hello without any extension: key transport, for which a server needs none. */
  const bare = (...suites: readonly number[]): ServerHello => {
    const peer = attackServer({
      suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
      kind: 'rsa',
      extendedMasterSecret: false,
      victim: { clientAuthentication: 'none' },
      edit: {
        client_hello: ({ extensions: _, ...hello }) => ({ ...hello, cipherSuites: [...hello.cipherSuites, ...suites] }),
      },
    })
    expect(peer.victim.established).toBe(true)
    return decodeHandshakeBody('server_hello', lastOf(peer, 'server_hello'))
  }

  test('a server answers the signalling suite with an empty renegotiation_info, and with nothing else', () => {
    expect(bare(scsv).extensions).toEqual([{ extensionType: type, extensionData: info() }])
    expect(bare().extensions).toBeUndefined()
  })

  test('a server answers a renegotiation with the verify_data of both', () => {
    let client: Uint8Array = new Uint8Array()
    const verifyData = (honest: Uint8Array): Uint8Array => {
      client = honest
      return honest
    }
    const peer = attackServer({ victim: { renegotiation: 'freely' }, verifyData })
    const server = lastOf(peer, 'finished').subarray(4)
    expect(infoIn(decodeHandshakeBody('server_hello', lastOf(peer, 'server_hello')))).toEqual(info())
    const hello = without(type)(peer.clientHello())
    const extensions = [...(hello.extensions ?? []), { extensionType: type, extensionData: info(client) }]
    peer.raw(encodeHandshake('client_hello', { ...hello, extensions }))
    expect(peer.victim.fault).toBeUndefined()
    expect(infoIn(decodeHandshakeBody('server_hello', lastOf(peer, 'server_hello')))).toEqual(info(client, server))
  })
})

describe('a peer that does not know RFC 5746', () => {
  const policies = ['refuse', 'once', 'freely', 'ignore'] as const

  test.each(policies)('is told by a client under "%s" that there is no renegotiation (RFC 5746 §4.2)', (policy) => {
    const peer = attackClient({
      victim: { renegotiation: policy, secureRenegotiation: 'tolerate' },
      edit: { server_hello: without(type) },
    })
    peer.raw(helloRequest)
    expect(peer.alerts).toEqual(noRenegotiation)
    expect(peer.victim.state).toBe('Connected')
    expect(peer.messages.filter(({ name }) => name === 'client_hello')).toHaveLength(1)
  })

  test.each(policies)('is told by a server under "%s" that there is no renegotiation (RFC 5746 §4.4)', (policy) => {
    const peer = attackServer({ victim: { renegotiation: policy }, edit: { client_hello: without(type) } })
    expect(infoIn(decodeHandshakeBody('server_hello', lastOf(peer, 'server_hello')))).toBeUndefined()
    for (const hello of [peer.clientHello(), without(type)(peer.clientHello())]) {
      peer.raw(encodeHandshake('client_hello', hello))
    }
    expect(peer.alerts).toEqual([...noRenegotiation, ...noRenegotiation])
    expect(peer.victim.state).toBe('Connected')
    expect(peer.messages.filter(({ name }) => name === 'server_hello')).toHaveLength(1)
    expect(() => peer.victim.endpoint.renegotiate()).toThrow(expect.objectContaining({ code: 'misuse' }))
  })
})

describe('encrypt-then-MAC that was in use (RFC 7366 §3.1)', () => {
  const cbc = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'
  const gcm = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
  const etm = ExtensionType.encrypt_then_mac

  /** Renegotiates once for each suite behind the first. The client offers the extension in those hellos that `offers` counts. */
  function chain(suites: readonly (typeof cbc | typeof gcm)[], offers: readonly boolean[]): Played {
    const both = mutual('ecdsaP256')
    const turn = { client: 0, server: 0 }
    const client: ClientOptions = {
      ...both.client,
      cipherSuites: [cbc, gcm],
      arrangeClientHello: (hello) => (offers[turn.client++] ? hello : without(etm)(hello)),
    }
    const server: ServerOptions = {
      ...both.server,
      cipherSuites: [cbc, gcm],
      renegotiation: 'freely',
      reviewClientHello: () => ({ cipherSuites: [suites[turn.server++] ?? cbc] }),
    }
    const played = play(client, server)
    for (let i = 1; i < suites.length && played.client.connection.canSend; i++) played.client.renegotiate()
    return played
  }

  const dropped = { code: 'encrypt_then_mac_dropped', alert: 'handshake_failure' }
  const inUse = ({ client }: Played) => client.connection.summary?.negotiated.encryptThenMac

  test('a server goes over to it, and to other kinds of protection, and back to it', () => {
    const played = chain([cbc, cbc, gcm, cbc], [false, true, true, true])
    expect([played.faultOf('client'), played.faultOf('server')]).toEqual([undefined, undefined])
    expect(played.outputs.filter(({ output }) => output.type === 'established')).toHaveLength(8)
    expect(inUse(played)).toBe(true)
  })

  test('a server does not go back from it', () => {
    expect(chain([cbc, cbc], [true, false]).faultOf('server')).toMatchObject(dropped)
  })

  test('a server does not go back from it by way of AEAD either', () => {
    const played = chain([cbc, gcm, cbc], [true, true, false])
    expect(played.outputs.filter(({ output }) => output.type === 'established')).toHaveLength(4)
    expect(played.faultOf('server')).toMatchObject(dropped)
  })

  /** The ServerHello with which this server would go on, with or without the extension. */
  function answerAgain(peer: HostileServer, ours: Uint8Array, extra: readonly Extension[]): void {
    const verifyData = lastOf(peer, 'finished').subarray(4)
    peer.raw(helloRequest)
    const hello = without(type)(peer.serverHello())
    const bound = { extensionType: type, extensionData: info(verifyData, ours) }
    const kept = (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== etm)
    const body = { ...hello, extensions: [bound, ...kept, ...extra] }
    peer.raw(encodeHandshake('server_hello', body))
  }

  test('a client does not go back from it', () => {
    const answer = { extensionType: etm, extensionData: new Uint8Array() }
    for (const extra of [[answer], []]) {
      let ours: Uint8Array = new Uint8Array()
      const peer = attackClient({
        suite: cbc,
        victim: { renegotiation: 'freely' },
        edit: { server_hello: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), answer] }) },
        verifyData: (honest) => {
          ours = honest
          return honest
        },
        script: insertBefore<HostileServer>('server_hello', (it) => {
          const { bulk } = it.suite
          if (bulk.type === 'block') it.suite = { ...it.suite, bulk: { ...bulk, encryptThenMac: true } }
        }),
      })
      expect(peer.victim.established).toBe(true)
      answerAgain(peer, ours, extra)
      if (extra.length > 0) expect(peer.victim.fault).toBeUndefined()
      else expectBroken(peer, { fault: 'encrypt_then_mac_dropped', alert: 'handshake_failure' })
    }
  })
})
