import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/bytes/secret.js'
import type { OpenNeed } from '../../src/connection/open-need.js'
import { type NeedSource, satisfy } from '../../src/connection/satisfy.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import { TlsFault } from '../../src/handshake/fault.js'
import type { NeedType } from '../../src/handshake/need.js'
import { paced } from '../support/fake-environment.js'
import { Bench, type End, type Side } from './bench.js'
import { recordsOf } from './reframe.js'
import { markedSecret, unaskedAnswers } from './subject.js'

/** Every need that a mutual handshake has, with a key exchange in which it comes up. */
const cases: readonly { readonly side: Side; readonly type: NeedType; readonly keyExchange: KeyExchange }[] = [
  ...(
    ['verifyCertificate', 'verifySignature', 'selectCredential', 'generateKeyShare', 'agreeKey', 'sign'] as const
  ).flatMap((type) =>
    (['client', 'server'] as const).map((side) => ({ side, type, keyExchange: 'ECDHE_RSA' as const })),
  ),
  { side: 'client', type: 'encryptPreMaster', keyExchange: 'RSA' },
  { side: 'server', type: 'decryptPreMaster', keyExchange: 'RSA' },
]

/** A handshake that stands still because one side does not answer that need. */
function held(side: Side, type: NeedType, keyExchange: KeyExchange): { bench: Bench; end: End; need: OpenNeed } {
  const bench = new Bench({ keyExchange })
  bench[side].held.add(type)
  bench.start().settle()
  return { bench, end: bench[side], need: bench[side].need(type) }
}

/** Hands out one need that was held back. */
function onlyNeed({ connection }: End, need: OpenNeed): NeedSource {
  let once: OpenNeed | undefined = need
  return {
    takeNeed: () => {
      const taken = once
      once = undefined
      return taken
    },
    fulfil: connection.fulfil.bind(connection),
    reject: connection.reject.bind(connection),
  }
}

/** The right answer to a need that was held back; the environments of these tests are synchronous. */
const answer = (end: End, need: OpenNeed): void => void satisfy(onlyNeed(end, need), end.environment)

const misuse = (call: () => void): void => {
  expect(call).toThrow(TlsFault)
  expect(call).toThrow(expect.objectContaining({ code: 'misuse', origin: 'misuse' }))
}

describe('an open need', () => {
  test.each(cases)('$type of the $side is handed out once, and its answer lets the handshake end well', (one) => {
    const { bench, end, need } = held(one.side, one.type, one.keyExchange)
    expect(end.connection.takeNeed()).toBeUndefined()
    expect(end.needs).toEqual([need])
    expect(bench.move()).toBe(false)
    answer(end, need)
    expect(need.signal.aborted).toBe(false)
    bench.settle()
    expect([bench.client.state, bench.server.state]).toEqual(['Connected', 'Connected'])
  })

  test('is never asked twice, however many drivers there are', async () => {
    const bench = new Bench({ keyExchange: 'ECDHE_RSA' })
    const asked: string[] = []
    const slow = paced(bench.server.environment, 'immediate')
    const counting = {
      ...slow,
      sign: (...args: Parameters<typeof slow.sign>) => {
        asked.push('sign')
        return slow.sign(...args)
      },
    }
    bench.server.held.add('sign')
    bench.start().settle()
    // the need that the bench took is not there for anybody else
    expect(satisfy(bench.server.connection, counting)).toBeUndefined()
    expect(asked).toEqual([])

    const fresh = new Bench({ keyExchange: 'ECDHE_RSA' }).start()
    const hello = fresh.client.connection.poll()
    if (hello?.type !== 'transmit') throw new Error('a client begins with its hello')
    fresh.server.connection.receive(hello.bytes)
    const drivers = [1, 2, 3].map(() => satisfy(fresh.server.connection, counting))
    await Promise.all(drivers)
    expect(asked).toEqual(['sign'])
    expect(fresh.server.state).toBe('ExpectClientCertificate')
  })

  test.each(cases)('$type of the $side takes one answer: a second is misuse and changes nothing', (one) => {
    const { bench, end, need } = held(one.side, one.type, one.keyExchange)
    answer(end, need)
    misuse(() => end.connection.fulfil(need, undefined))
    misuse(() => end.connection.reject(need, new Error('no')))
    bench.settle()
    expect([bench.client.state, bench.server.state]).toEqual(['Connected', 'Connected'])
  })

  test('is its own token: a copy of it answers nothing', () => {
    const { bench, end, need } = held('server', 'sign', 'ECDHE_RSA')
    end.connection.fulfil({ ...need }, new Uint8Array(8))
    expect(end.state).toBe('AwaitSignature')
    answer(end, need)
    bench.settle()
    expect(bench.client.state).toBe('Connected')
  })
})

const endings: readonly { readonly how: string; readonly end: (end: End) => void; readonly state: string }[] = [
  { how: 'our side closes', end: ({ connection }) => connection.close(), state: 'Closed' },
  { how: 'the transport ends', end: ({ connection }) => connection.endOfTransport(), state: 'Failed' },
  { how: 'time is up', end: ({ connection }) => connection.abort('handshake_timeout', '10 s'), state: 'Failed' },
  {
    how: 'the peer sends a fatal alert',
    end: ({ connection }) => connection.receive(Uint8Array.of(21, 3, 3, 0, 2, 2, 40)),
    state: 'Failed',
  },
  {
    how: 'the peer closes',
    end: ({ connection }) => connection.receive(Uint8Array.of(21, 3, 3, 0, 2, 1, 0)),
    state: 'Failed',
  },
]

/** Where nothing of the peer's stands in the queue, so that an alert in plaintext is the next record. */
const beforeKeys = cases
  .filter(({ side, type }) => side === 'client' || !['agreeKey', 'decryptPreMaster'].includes(type))
  .filter(({ side, type }) => side === 'client' || !type.startsWith('verify'))

describe.each(endings)('when $how', ({ end: finish, state }) => {
  test.each(beforeKeys)(
    '$type of the $side is aborted at once, and its answer is dropped',
    ({ side, type, keyExchange }) => {
      const { end, need } = held(side, type, keyExchange)
      expect(need.signal.aborted).toBe(false)
      finish(end)
      expect(end.state).toBe(state)
      expect(need.signal.aborted).toBe(true)
      expect(end.connection.takeNeed()).toBeUndefined()

      const before = end.connection.state
      while (end.connection.poll() !== undefined);
      const late = { secret: markedSecret(48), inside: markedSecret(48) }
      if (type === 'agreeKey' || type === 'decryptPreMaster') end.connection.fulfil(need, late.secret)
      else if (type === 'encryptPreMaster') {
        end.connection.fulfil(need, { encrypted: new Uint8Array(64), preMasterSecret: late.inside })
      } else answer(end, need)
      expect(end.connection.state).toBe(before)
      expect(end.connection.poll()).toBeUndefined()
      if (type === 'agreeKey' || type === 'decryptPreMaster') expect(late.secret.wiped).toBe(true)
      if (type === 'encryptPreMaster') expect(late.inside.wiped).toBe(true)
    },
  )

  test('a late refusal is dropped as well', () => {
    const { end, need } = held('server', 'sign', 'ECDHE_RSA')
    finish(end)
    const before = end.connection.state
    end.connection.reject(need, new Error('too late'))
    expect(end.connection.state).toBe(before)
  })
})

describe('a need that is refused', () => {
  const fatal = cases.filter(({ type }) => type !== 'decryptPreMaster')
  test.each(fatal)('$type of the $side ends the handshake with internal_error', ({ side, type, keyExchange }) => {
    const { bench, end, need } = held(side, type, keyExchange)
    const sent = end.outputs.length
    const cause = new Error('the device is gone')
    end.connection.reject(need, cause)
    bench.settle()
    const [alert, failed, ...more] = end.outputs.slice(sent)
    // a server that has said nothing yet answers under the version of the client's own record (RFC 5246 Appendix E.1)
    const minor = side === 'server' && sent === 0 ? 1 : 3
    expect(alert?.type === 'transmit' ? [...alert.bytes] : alert).toEqual([21, 3, minor, 0, 2, 2, 80])
    expect(failed?.type === 'failed' ? failed.fault : failed).toMatchObject({
      code: 'need_refused',
      origin: 'local',
      alert: 'internal_error',
      cause,
    })
    expect(more).toEqual([])
    const peer = bench[side === 'client' ? 'server' : 'client']
    expect(peer.fault).toMatchObject({ code: 'alert_received', alert: 'internal_error' })
  })

  const decryptions: readonly { readonly how: string; readonly act: (end: End, need: OpenNeed) => void }[] = [
    { how: 'a refusal', act: ({ connection }, need) => connection.reject(need, new Error('bad padding')) },
    { how: 'a secret of a wrong length', act: ({ connection }, need) => connection.fulfil(need, markedSecret(47)) },
    { how: 'no bytes', act: ({ connection }, need) => connection.fulfil(need, new Secret(new Uint8Array())) },
    { how: 'a secret of a wrong version', act: ({ connection }, need) => connection.fulfil(need, markedSecret(48)) },
    {
      how: 'another secret of the right version',
      act: ({ connection }, need) =>
        connection.fulfil(need, new Secret(Uint8Array.from({ length: 48 }, (_, i) => (i < 2 ? 3 : i)))),
    },
    {
      how: 'a secret that was wiped',
      act: ({ connection }, need) => {
        const wiped = markedSecret(48)
        wiped.wipe()
        connection.fulfil(need, wiped)
      },
    },
    { how: 'no answer', act: ({ connection }, need) => connection.fulfil(need, undefined) },
    // what JavaScript may answer: a device that is asked for octets gives octets
    {
      how: 'octets that are no Secret',
      act: ({ connection }, need) => connection.fulfil(need, new Uint8Array(48).fill(3)),
    },
    {
      how: 'something of 48 that is nothing',
      act: ({ connection }, need) => connection.fulfil(need, 'x'.repeat(48) as unknown as Secret),
    },
  ]
  test.each(decryptions)('decryptPreMaster goes on after $how, and fails alike at Finished', ({ act }) => {
    const { bench, end, need } = held('server', 'decryptPreMaster', 'RSA')
    end.held.add('verifySignature') // to look at the state that follows the key exchange
    act(end, need)
    bench.settle()
    expect(end.state).toBe('AwaitSignatureVerification')
    answer(end, end.need('verifySignature'))
    bench.settle()
    expect(end.fault).toMatchObject({ code: 'bad_record_mac', state: 'ExpectClientFinished', alert: 'bad_record_mac' })
    expect(bench.client.fault).toMatchObject({ code: 'alert_received', alert: 'bad_record_mac' })
    expect(
      end.steps.flatMap(({ before, event }) => (before.name === 'AwaitPreMasterDecryption' ? [event.type] : [])),
    ).toHaveLength(1)
  })
})

describe('an answer that is none', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['an ArrayBuffer, as WebCrypto gives', new ArrayBuffer(64)],
    ['text', 'MEUCIQ'],
    ['a list of numbers', [48, 69]],
    ['a number', 64],
    ['nothing', undefined],
    ['something else that has a length', { length: 64 }],
  ]
  test.each((['client', 'server'] as const).flatMap((side) => wrong.map((one) => [side, ...one] as const)))(
    'the signature of a %s that is %s is never sent',
    (side, _what, answered) => {
      const { bench, end, need } = held(side, 'sign', 'ECDHE_RSA')
      end.connection.fulfil(need, answered as Uint8Array)
      bench.settle()
      const code = answered === undefined ? 'need_refused' : 'internal_error'
      expect(end.fault).toMatchObject({ code, state: 'AwaitSignature', alert: 'internal_error' })
      const peer = bench[side === 'client' ? 'server' : 'client']
      expect(peer.fault).toMatchObject({ code: 'alert_received', alert: 'internal_error' })
    },
  )

  const thenables: readonly (readonly [string, unknown])[] = [
    [
      'a then that throws',
      {
        // biome-ignore lint/suspicious/noThenProperty: that is what is tested
        then: () => {
          throw new Error('no promise')
        },
      },
    ],
    [
      'a then that gives nothing back',
      {
        // biome-ignore lint/suspicious/noThenProperty: that is what is tested
        then: (resolve: (value: unknown) => void) => resolve(undefined),
      },
    ],
  ]
  test.each(thenables)(
    'from %s ends the handshake, and throws nothing at whoever drives it',
    async (_what, answered) => {
      const { bench, end, need } = held('server', 'sign', 'ECDHE_RSA')
      await satisfy(onlyNeed(end, need), { ...end.environment, sign: () => answered as Promise<Uint8Array> })
      bench.settle()
      expect(end.fault).toMatchObject({ state: 'AwaitSignature', alert: 'internal_error' })
    },
  )
})

describe('records behind an open need', () => {
  const behind = cases.filter(
    ({ side, type }) =>
      side === 'server' && ['agreeKey', 'decryptPreMaster', 'verifyCertificate', 'verifySignature'].includes(type),
  )

  test.each(behind)('wait, with the keys unchanged, until $type is answered', ({ type, keyExchange }) => {
    const { bench, end, need } = held('server', type, keyExchange)
    // the client has said everything, its Finished included
    expect(bench.client.state).toBe('ExpectServerChangeCipherSpec')
    const sent = bench.client.outputs.flatMap((output) => (output.type === 'transmit' ? recordsOf(output.bytes) : []))
    expect(sent.map((record) => record.type).slice(-2)).toEqual([20, 22])
    expect(end.steps.map(({ event }) => event.type)).not.toContain('change_cipher_spec')
    expect(end.state.startsWith('Await')).toBe(true)
    answer(end, need)
    bench.settle()
    expect(end.state).toBe('Connected')
    expect(end.steps.map(({ event }) => event.type).slice(-2)).toEqual(['change_cipher_spec', 'finished'])
  })

  test('hold the transport back above the high-water mark, and only while they wait', () => {
    // the client's ChangeCipherSpec and Finished take 6 and 45 bytes
    const server = { inputHighWaterMark: 51, clientAuthentication: 'none' } as const
    const bench = new Bench({ keyExchange: 'ECDHE_RSA', server })
    bench.server.held.add('agreeKey')
    bench.start()
    const wanted: boolean[] = []
    while (bench.move()) wanted.push(bench.server.connection.wantsInput)
    expect(wanted.at(-1)).toBe(false)
    expect(wanted.filter((want) => !want).length).toBeLessThan(wanted.length / 2)
    answer(bench.server, bench.server.need('agreeKey'))
    expect(bench.server.connection.wantsInput).toBe(true)
    bench.settle()
    expect(bench.server.state).toBe('Connected')
  })

  test('do not hold the transport back below it', () => {
    const server = { inputHighWaterMark: 52, clientAuthentication: 'none' } as const
    const bench = new Bench({ keyExchange: 'ECDHE_RSA', server })
    bench.server.held.add('agreeKey')
    bench.start().settle()
    expect(bench.server.state).toBe('AwaitKeyAgreement')
    expect(bench.server.connection.wantsInput).toBe(true)
  })
})

describe('what would not fit', () => {
  test('an answer of another type cannot be confused with the one asked for', () => {
    const { end, need } = held('server', 'sign', 'ECDHE_RSA')
    // a driver without types: the machine has no row for this answer here
    end.connection.fulfil<NeedType>({ ...need, type: 'agreeKey' } as OpenNeed, unaskedAnswers.agreeKey().answer)
    expect(end.state).toBe('AwaitSignature')
    answer(end, need)
    expect(end.state).toBe('ExpectClientCertificate')
  })
})
