/** What differs between a message of ours and a captured one: each difference is told, also beside others. */
import { expect, it } from 'vitest'
import { differencesBetween } from '../../src/inspect/replay/differences.js'
import { encodeHandshake } from '../../src/messages/handshake.js'

it('other authorities are told beside other certificate types', () => {
  const request = (certificateTypes: readonly number[], authority: number): Uint8Array =>
    encodeHandshake('certificate_request', {
      certificateTypes,
      supportedSignatureAlgorithms: [0x0403],
      certificateAuthorities: [Uint8Array.of(0x30, 1, authority)],
    })
  const between = (ours: Uint8Array, captured: Uint8Array) =>
    differencesBetween('certificate_request', ours, captured, undefined).map(({ what }) => what)
  expect(between(request([1], 1), request([64], 2))).toEqual(['content', 'certificate types'])
  expect(between(request([1], 1), request([64], 1))).toEqual(['certificate types'])
  expect(between(request([1], 1), request([1], 2))).toEqual(['content'])
})
