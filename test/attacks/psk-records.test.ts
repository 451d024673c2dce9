/** Records of AES-GCM under pre-shared keys: whatever is wrong with one is told as bad_record_mac (RFC 5487 §2). */
import { describe, expect, test } from 'vitest'
import { fromAscii } from '../../src/bytes/convert.js'
import { preSharedKey } from '../../src/crypto/pre-shared-key.js'
import { credentialOf, noble, pinTo, play } from '../support/endpoints.js'
import { pskSuites } from '../support/suites.js'

const preSharedKeys = [preSharedKey('alice', noble.randomBytes(32))]

const gcmSuites = pskSuites.filter(({ bulk }) => bulk.cipher.endsWith('_GCM'))

const record = (length: number): Uint8Array => Uint8Array.of(23, 3, 3, 0, length, ...noble.randomBytes(length))

describe.each(gcmSuites.map(({ name }) => name))('%s', (suite) => {
  const connected = () =>
    play(
      { cipherSuites: [suite], preSharedKeys, verifier: pinTo('server', 'rsa') },
      { cipherSuites: [suite], preSharedKeys, credentials: [credentialOf('server', 'rsa')] },
    )

  test.each([
    ['of random bytes', record(64)],
    ['with a nonce and a tag around nothing', record(24)],
    ['with no room for nonce and tag', record(23)],
    ['with nothing in it', record(0)],
  ])('a record %s ends the connection with bad_record_mac', (_, wrong) => {
    for (const [victim, other] of [
      ['client', 'server'],
      ['server', 'client'],
    ] as const) {
      const played = connected()
      played[other].send(fromAscii('right'))
      expect(played.dataOf(victim)).toEqual(fromAscii('right'))
      played[victim].receive(wrong)
      expect(played.faultOf(victim)).toMatchObject({ code: 'bad_record_mac', alert: 'bad_record_mac' })
      expect(played.faultOf(other)).toMatchObject({ code: 'alert_received', alert: 'bad_record_mac' })
    }
  })
})

test('suites of AES-GCM with pre-shared keys are there to be tried', () => {
  expect(gcmSuites.length).toBeGreaterThanOrEqual(6)
})
