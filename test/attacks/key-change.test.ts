/**
 * Nothing may lie across a change of keys: a message that begins before it and ends behind it would be half
 * authenticated (RFC 5246 §7.1).
 */
import { describe, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { ContentType } from '../../src/registry/content-type.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { credentialOf } from '../support/endpoints.js'
import { attackClient, attackServer, expectBroken, expectConnected, expectDefeat } from './arena.js'
import { type Hostile, now } from './hostile.js'
import type { HostileClient } from './hostile-client.js'
import { insertBefore, replace } from './script.js'

const across = { fault: 'message_across_key_change', alert: 'unexpected_message' } as const

/** What this peer's Finished will be, made before its time. */
const finishedOf = (it: Hostile): Uint8Array => it.encoded('finished', { verifyData: it.verifyDataOf(it.role) })

describe('a message split across a key change', () => {
  test.each([1, 3, 4, 8, 15])('a message split across a key change: %i bytes of Finished come before it', (count) => {
    const script = insertBefore<Hostile>('change_cipher_spec', (it) => {
      it.record(ContentType.handshake, finishedOf(it).subarray(0, count))
    })
    expectDefeat(attackClient({ script }), { ...across, state: 'ExpectServerChangeCipherSpec' })
    expectDefeat(attackServer({ script }), { ...across, state: 'ExpectClientChangeCipherSpec' })
  })

  test('a message split across a key change: it shares a record with the message before', () => {
    const script = replace<HostileClient>('certificate_verify', (it) => {
      const { transcript } = it
      const algorithm = SignatureScheme.ecdsa_secp256r1_sha256
      const signature = now(credentialOf('client', 'ecdsaP256').key.sign(algorithm, concat(...transcript)))
      const raw = it.encoded('certificate_verify', { algorithm, signature })
      transcript.push(raw)
      it.record(ContentType.handshake, concat(raw, finishedOf(it).subarray(0, 5)))
    })
    expectDefeat(attackServer({ script }), { ...across, state: 'ExpectClientChangeCipherSpec' })
  })

  test('a message split after the key change is whole under one set of keys', () => {
    expectConnected(attackClient({ fragmentLength: 3 }))
    expectConnected(attackServer({ fragmentLength: 3 }))
  })

  test('ChangeCipherSpec in the middle of another message', () => {
    const script = replace<Hostile>('server_hello_done', (it) => {
      it.record(ContentType.handshake, Uint8Array.of(14, 0))
      it.record(ContentType.change_cipher_spec, Uint8Array.of(1))
    })
    expectDefeat(attackClient({ script }), across)
  })

  test('Finished in the clear behind ChangeCipherSpec, and protected before it', () => {
    const clear = replace<Hostile>('change_cipher_spec', (it) =>
      it.record(ContentType.change_cipher_spec, Uint8Array.of(1)),
    )
    const unreadable = { fault: 'bad_record_mac', alert: 'bad_record_mac' } as const
    expectDefeat(attackClient({ script: clear }), unreadable)
    expectDefeat(attackServer({ script: clear }), unreadable)
  })

  test('a record in the clear after the key change, from whoever stands between', () => {
    for (const peer of [attackClient(), attackServer()]) {
      peer.deliver(Uint8Array.of(22, 3, 3, 0, 4, 0, 0, 0, 0))
      expectBroken(peer, { fault: 'bad_record_mac', alert: 'bad_record_mac' })
    }
  })
})
