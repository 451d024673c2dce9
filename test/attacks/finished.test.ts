/** Finished and CertificateVerify bind the peer to this very handshake: any other value is refused with decrypt_error. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { attackClient, attackServer, expectDefeat } from './arena.js'
import type { Hostile } from './hostile.js'
import { replace } from './script.js'

const forged = { fault: 'bad_finished', alert: 'decrypt_error' } as const

const flip =
  (index: number, bit: number) =>
  (data: Uint8Array): Uint8Array =>
    data.map((byte, at) => (at === index ? byte ^ (1 << bit) : byte))

const wrongFinished: readonly (readonly [string, (honest: Uint8Array) => Uint8Array])[] = [
  ['wrong in its first bit', flip(0, 7)],
  ['wrong in a bit in the middle', flip(6, 3)],
  ['wrong in its last bit', flip(11, 0)],
  ['shortened by a byte', (it) => it.subarray(0, 11)],
  ['of one byte', (it) => it.subarray(0, 1)],
  ['empty', () => new Uint8Array()],
  ['lengthened by a byte', (it) => concat(it, Uint8Array.of(0))],
  ['twice as long', (it) => concat(it, it)],
  ['of zeros', () => new Uint8Array(12)],
]

describe('a Finished that is not right', () => {
  test.each(wrongFinished)('Finished of the server, %s', (_, verifyData) => {
    expectDefeat(attackClient({ verifyData }), { ...forged, state: 'ExpectServerFinished' })
  })

  test.each(wrongFinished)('Finished of the client, %s', (_, verifyData) => {
    expectDefeat(attackServer({ verifyData }), { ...forged, state: 'ExpectClientFinished' })
  })

  test('Finished of the other side: the victim is shown its own label, and its own value', () => {
    const other = (sender: 'client' | 'server') => (it: Hostile) =>
      it.message('finished', { verifyData: it.verifyDataOf(sender) })
    expectDefeat(attackClient({ script: replace('finished', other('client')) }), forged)
    expectDefeat(attackServer({ script: replace('finished', other('server')) }), forged)
    const reflected = replace<Hostile>('finished', (it) => {
      it.raw(it.messages.find(({ name }) => name === 'finished')?.raw ?? new Uint8Array())
    })
    expectDefeat(attackClient({ script: reflected }), forged)
  })

  test('Finished from another transcript: replayed from another handshake', () => {
    const value = (make: (keep: (honest: Uint8Array) => Uint8Array) => unknown): Uint8Array => {
      let kept = new Uint8Array()
      make((honest) => {
        kept = honest.slice()
        return honest
      })
      expect(kept).toHaveLength(12)
      return kept
    }
    const ofServer = value((verifyData) => attackClient({ verifyData }))
    expectDefeat(attackClient({ verifyData: () => ofServer }), forged)
    const ofClient = value((verifyData) => attackServer({ verifyData }))
    expectDefeat(attackServer({ verifyData: () => ofClient }), forged)
  })

  test.each([0, 1, 2, 3, 4])('Finished from another transcript: message %i is missing in it', (index) => {
    const script = replace<Hostile>('finished', (it) => {
      const [left] = it.transcript.splice(index, 1)
      expect(left).toBeDefined()
      it.finished()
    })
    expectDefeat(attackClient({ script }), forged)
    expectDefeat(attackServer({ script }), forged)
  })

  test('Finished from another transcript: a message of the victim was edited on its way', () => {
    const script = replace<Hostile>('finished', (it) => {
      it.transcript.splice(0, 1, flip(20, 0)(it.transcript[0] ?? new Uint8Array()))
      it.finished()
    })
    expectDefeat(attackClient({ script, extendedMasterSecret: false }), forged)
    expectDefeat(attackServer({ script, extendedMasterSecret: false }), forged)
  })
})

describe('a CertificateVerify that is not of this handshake', () => {
  const refused = { fault: 'bad_signature', alert: 'decrypt_error', state: 'AwaitSignatureVerification' } as const

  test('CertificateVerify from another transcript: replayed from another handshake', () => {
    const first = attackServer()
    expect(first.victim.established).toBe(true)
    const replayed = first.transcript.find(([type]) => type === 15) ?? new Uint8Array()
    expectDefeat(attackServer({ rawEdit: { certificate_verify: () => replayed } }), refused)
  })

  test.each([
    ['the transcript of another handshake', () => concat(...attackServer().transcript.slice(0, 7))],
    ['everything but the last byte', (it: Uint8Array) => it.subarray(0, -1)],
    ['everything but the first byte', (it: Uint8Array) => it.subarray(1)],
    ['nothing', () => new Uint8Array()],
    ['one bit more or less in the ClientHello', flip(20, 0)],
  ])('CertificateVerify from another transcript: signed over %s', (_, signedContent) => {
    expectDefeat(attackServer({ signedContent }), refused)
  })

  test('CertificateVerify without a signature, and with one bit of it wrong', () => {
    const edited = (change: (signature: Uint8Array) => Uint8Array) =>
      attackServer({ edit: { certificate_verify: (it) => ({ ...it, signature: change(it.signature) }) } })
    expectDefeat(
      edited(() => new Uint8Array()),
      refused,
    )
    expectDefeat(
      edited((it) => flip(it.length - 1, 0)(it)),
      refused,
    )
  })
})
