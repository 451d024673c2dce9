/** Options and answers of programs without types, and what somebody else slips in: whatever is not understood fails closed. */
import { describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import { toHex } from '../../src/bytes/convert.js'
import type { CertificateVerdict, CertificateVerifier } from '../../src/crypto/environment.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import { denyList } from '../../src/x509/index.js'
import { type By, resumedBy, resuming } from '../resumption/ends.js'
import { mutual, noble, pinTo, play } from '../support/endpoints.js'
import { pki } from '../support/pki.js'

/** Options and answers as a program without types would give them. */
const untyped = (value: unknown): never => value as never // the point of these tests is to get past the types

/** A promise of another making than the engine's own, as older libraries have them. */
class Thenable<T> {
  readonly #value: Promise<T>

  constructor(value: T | Promise<T>) {
    this.#value = Promise.resolve(value)
  }

  // biome-ignore lint/suspicious/noThenProperty: that it has one is what makes it a thenable
  then(resolve: (value: T) => void, reject: (error: unknown) => void): void {
    void this.#value.then(resolve, reject)
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 20))

describe('answers that are promised by something else than a Promise', () => {
  test('a reviewer that refuses, later, is waited for', async () => {
    const { client, server } = mutual('ecdsaP256')
    const played = play(client, { ...server, reviewClientHello: () => untyped(new Thenable({ refuse: 'nobody may' })) })
    await turn()
    expect(played.faultOf('server')).toMatchObject({ code: 'hello_refused', message: 'nobody may' })
  })

  test('a verifier behind a deny list, whose path holds what is denied', async () => {
    const chain = pki.server.ecdsaP256.certificateChain
    const verdict: CertificateVerdict = {
      accepted: true,
      publicKey: { keyType: 'ecdsa', curve: 'secp256r1', subjectPublicKeyInfo: new Uint8Array() },
      checked: ['chain'],
      path: chain,
    }
    const inner: CertificateVerifier = () => untyped(new Thenable(verdict))
    const sha256 = noble.hash('sha256', chain[0] ?? new Uint8Array())
    const verify = denyList({ certificates: [toHex(sha256)] }, noble, inner)
    const [other] = pki.client.rsa.certificateChain
    // what is shown is not on the list, what the path leads over is
    const judged = await verify({ peer: 'server', certificateChain: [other ?? new Uint8Array()] }, untyped(undefined))
    expect(judged).toMatchObject({ accepted: false, reason: 'denied' })
  })

  test.each(['at once', 'later'])('a store that rejects, %s, is left alone', async (when) => {
    const rejecting = () => {
      if (when === 'at once') throw new Error('down')
      return untyped(new Thenable(Promise.reject(new Error('down'))))
    }
    const { client, server } = resuming('session id')
    const sessionStore = { get: rejecting, set: rejecting, delete: rejecting }
    expect(resumedBy(play(client, { ...server, sessionStore }))).toEqual([undefined, undefined])
    const second = play(client, { ...server, sessionStore })
    await turn()
    expect([second.server.connection.state.name, second.faultOf('server')]).toEqual(['Connected', undefined])
  })
})

describe('what somebody has put into Object.prototype', () => {
  const foist = (name: string, value: unknown, run: () => void): void => {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false })
    try {
      run()
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }
  }

  test.each([
    ['verifier', () => ({ accepted: true })],
    ['keyLog', () => {}],
    ['cipherSuites', ['TLS_PSK_WITH_AES_128_CBC_SHA']],
    ['secureRenegotiation', 'tolerate'],
  ])('%s is no option of a client', (name, value) => {
    foist(name, value, () => {
      expect(() => clientEndpoint(noble, mutual('ecdsaP256').client)).toThrow(
        expect.objectContaining({
          code: 'misuse',
          message: expect.stringContaining(`Object.prototype has a property "${name}"`),
        }),
      )
    })
  })

  test('clientAuthentication is no option of a server', () => {
    const { clientAuthentication: _, ...server } = mutual('ecdsaP256').server
    foist('clientAuthentication', 'none', () => {
      expect(() => serverEndpoint(noble, server)).toThrow(expect.objectContaining({ code: 'misuse' }))
    })
  })

  test('options may be inherited from anything else', () => {
    const { client, server } = mutual('ecdsaP256')
    const played = play(Object.create(client), Object.create(server))
    expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')
  })
})

describe('options within options', () => {
  test('a misspelt answer of the environment, which was to be the stricter one', () => {
    const environment = untyped({ verifyCertifcate: pinTo('server', 'rsa') })
    expect(() => clientEndpoint(noble, { ...mutual('ecdsaP256').client, environment })).toThrow(
      /no option "verifyCertifcate"/,
    )
    expect(() => serverEndpoint(noble, { ...mutual('ecdsaP256').server, environment })).toThrow(
      /no option "verifyCertifcate"/,
    )
  })

  test.each([
    [{ messageLimits: { message: Number.NaN } }, 'messageLimits.message must be a number from 0 on, not NaN'],
    [{ messageLimits: { certificate: '64k' } }, 'messageLimits.certificate must be a number from 0 on, not 64k'],
    [{ messageLimits: { certificates: 1 } }, 'messageLimits has no "certificates"'],
    [{ trafficLimits: { warnings: null } }, 'trafficLimits.warnings must be a number from 0 on, not null'],
    [{ trafficLimits: { emptyRecords: -1 } }, 'trafficLimits.emptyRecords must be a number from 0 on, not -1'],
    [{ inputHighWaterMark: 'big' }, 'options.inputHighWaterMark must be a number from 0 on, not big'],
  ])('%j is refused', (options, message) => {
    expect(() => clientEndpoint(noble, { ...mutual('ecdsaP256').client, ...(options as object) })).toThrow(message)
  })

  test('a limit that is undefined is the default one: a message of 16 MiB is refused by its header', () => {
    const limits: object = { messageLimits: { message: undefined, certificate: undefined } }
    const server = serverEndpoint(noble, { ...mutual('ecdsaP256').server, ...limits })
    server.start()
    server.receive(Uint8Array.of(22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff))
    expect(server.connection.state).toMatchObject({ name: 'Failed', fault: { code: 'message_too_long' } })
  })

  test.each([
    ['TLS_PSK_WITH_AES_128_GCM_SHA256', 0],
    ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 0],
    ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 0x10000],
  ] as const)('%s with a shared key of %i bytes that somebody selects is no way in', (suite, length) => {
    const options = { cipherSuites: [suite], selectPsk: () => preSharedKey('nobody', new Uint8Array(length)) }
    const played = play(options, options)
    expect(played.faultOf('client')?.code).toBe('internal_error')
    expect(played.outputs.filter(({ output }) => output.type === 'established')).toEqual([])
  })
})

describe('a clock that goes back, or stops telling the time', () => {
  const YEAR = 365 * 86_400_000

  test.each<[By, string, (now: number) => number, By | undefined]>([
    ['ticket', 'a minute', (now) => now - 60_000, 'ticket'],
    ['ticket', 'a year', (now) => now - YEAR, undefined],
    ['ticket', 'for ever', () => Number.NaN, undefined],
    ['session id', 'a minute', (now) => now - 60_000, 'session id'],
    ['session id', 'a year', (now) => now - YEAR, undefined],
    ['session id', 'for ever', () => Number.NaN, undefined],
  ])('at a server that resumes by %s, set back %s', (by, _how, change, expected) => {
    let now = Date.now()
    const clock = () => now
    const { client, server } = resuming(by)
    const options = {
      ...{ ...server, clock },
      ...(by === 'ticket' ? { ticketKeys: new TicketKeys({ provider: noble, now: clock }) } : {}),
    }
    expect(resumedBy(play(client, options))).toEqual([undefined, undefined])
    now = change(now)
    expect(resumedBy(play(client, options))).toEqual([expected, expected])
  })

  test('at a client, whose cache then offers nothing', () => {
    const { client, server, clock } = resuming('ticket')
    const { time } = clock
    const ticketKeys = new TicketKeys({ provider: noble, now: () => time })
    expect(resumedBy(play(client, { ...server, ticketKeys }))).toEqual([undefined, undefined])
    clock.time -= YEAR
    expect(resumedBy(play(client, { ...server, ticketKeys }))).toEqual([undefined, undefined])
  })
})
