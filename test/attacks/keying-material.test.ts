/** Keying material and bindings that are asked for in a wrong way: no answer, rather than one that everybody could give. */
import { expect, test } from 'vitest'
import { mutual, play } from '../support/endpoints.js'

const { connection } = play(mutual('ecdsaP256').client, mutual('ecdsaP256').server).client

/** As a program without types would call it. */
const ask = (label: unknown, length: unknown, context?: unknown): Uint8Array =>
  connection.exportKeyingMaterial(label as string, length as number, context as Uint8Array)

test.each<[string, unknown, unknown, unknown?]>([
  ['no length, which would be no bytes at all', 'EXPERIMENTAL', undefined],
  ['a length that is no number', 'EXPERIMENTAL', Number.NaN],
  ['a length of nothing', 'EXPERIMENTAL', 0],
  ['a length as text', 'EXPERIMENTAL', '32'],
  ['half a byte', 'EXPERIMENTAL', 16.5],
  ['label and length the other way round, as node:tls has them', 32, 'EXPERIMENTAL'],
  ['no label', undefined, 32],
  ['a text as context, which would be zeros whatever it says', 'EXPERIMENTAL', 32, 'alice'],
  ['a list as context', 'EXPERIMENTAL', 32, [1, 2, 3]],
  ['null as context', 'EXPERIMENTAL', 32, null],
])('keying material: %s', (_what, label, length, context) => {
  expect(() => ask(label, length, context)).toThrow(expect.objectContaining({ code: 'misuse', origin: 'misuse' }))
})

test('a channel binding of a name that does not exist is not another one', () => {
  expect(() => connection.channelBinding('tls-uniqe' as 'tls-unique')).toThrow(
    expect.objectContaining({ code: 'misuse', message: 'there is no channel binding "tls-uniqe"' }),
  )
})

test('the right questions are answered', () => {
  expect(ask('EXPERIMENTAL', 32)).toHaveLength(32)
  expect(ask('EXPERIMENTAL', 32, new Uint8Array())).not.toEqual(ask('EXPERIMENTAL', 32))
})
