/**
 * Invalid curve attacks: a public value that is no point of the curve, or one of small order, would give the victim's
 * private key or the secret away (RFC 8422 §5.11, RFC 7748 §6).
 */
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { describe, test } from 'vitest'
import { concat, fromHex } from '../../src/bytes/convert.js'
import { encode } from '../../src/codec/codec.js'
import { ServerECDHParams } from '../../src/messages/server-key-exchange.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { attackClient, attackServer, expectConnected, expectDefeat } from './arena.js'

/** `form`: what is wrong shows in the bytes, before any arithmetic. */
type Bad = readonly [group: NamedGroupName, what: string, point: Uint8Array, form?: 'form']

const curves = { secp256r1: p256, secp384r1: p384, secp521r1: p521 } as const

/** What is wrong with points on NIST curves; the base point is what they are made from. */
function weierstrass(group: keyof typeof curves): readonly Bad[] {
  const curve = curves[group]
  const point = curve.Point.BASE.toBytes(false)
  const size = (point.length - 1) / 2
  const flipped = point.map((byte, index) => (index === point.length - 1 ? byte ^ 1 : byte))
  const p = fromHex(curve.Point.Fp.ORDER.toString(16).padStart(2 * size, '0'))
  const twistX = findTwistX(group, size)
  return [
    [group, 'off the curve by one bit', flipped],
    [group, 'x and y exchanged', concat(point.subarray(0, 1), point.subarray(1 + size), point.subarray(1, 1 + size))],
    [group, 'a point of the twist', concat(Uint8Array.of(4), twistX, new Uint8Array(size).fill(1))],
    [group, 'the point at infinity', Uint8Array.of(0), 'form'],
    [group, 'the point at infinity, in full length', new Uint8Array(point.length), 'form'],
    [group, 'zero coordinates', Uint8Array.of(4, ...new Uint8Array(2 * size))],
    [group, 'compressed', curve.Point.BASE.toBytes(true), 'form'],
    [group, 'hybrid', concat(Uint8Array.of(6 + ((point.at(-1) ?? 0) & 1)), point.subarray(1)), 'form'],
    [group, 'a coordinate that is the field prime', concat(Uint8Array.of(4), p, point.subarray(1 + size))],
    [group, 'coordinates of all ones', new Uint8Array(point.length).fill(0xff).fill(4, 0, 1)],
    [group, 'a byte too short', point.subarray(0, -1), 'form'],
    [group, 'a byte too long', concat(point, Uint8Array.of(0)), 'form'],
    [
      group,
      'a point of another curve',
      curves[group === 'secp256r1' ? 'secp384r1' : 'secp256r1'].Point.BASE.toBytes(false),
      'form',
    ],
    [group, 'without its first byte', point.subarray(1), 'form'],
  ]
}

/** An x that belongs to no point of the curve, and so to one of its twist. */
function findTwistX(group: keyof typeof curves, size: number): Uint8Array {
  for (let x = 1; ; x++) {
    const encoded = fromHex(x.toString(16).padStart(2 * size, '0'))
    try {
      curves[group].Point.fromBytes(concat(Uint8Array.of(2), encoded))
    } catch {
      return encoded
    }
  }
}

const littleEndian = (length: number, ...first: readonly number[]): Uint8Array =>
  Uint8Array.of(...first, ...new Uint8Array(length - first.length))

const montgomery: readonly Bad[] = [
  ['x25519', 'all zero', littleEndian(32)],
  ['x25519', 'one', littleEndian(32, 1)],
  ['x25519', 'of order 8', fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')],
  ['x25519', 'of order 8, the other', fromHex('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157')],
  ['x25519', 'p - 1', fromHex(`ec${'ff'.repeat(30)}7f`)],
  ['x25519', 'p, another zero', fromHex(`ed${'ff'.repeat(30)}7f`)],
  ['x25519', 'p + 1, another one', fromHex(`ee${'ff'.repeat(30)}7f`)],
  ['x25519', 'zero with the ignored bit set', fromHex(`${'00'.repeat(31)}80`)],
  ['x25519', 'a byte too short', littleEndian(31, 9), 'form'],
  ['x25519', 'a byte too long', littleEndian(33, 9), 'form'],
  ['x448', 'all zero', littleEndian(56)],
  ['x448', 'one', littleEndian(56, 1)],
  ['x448', 'p - 1', fromHex(`fe${'ff'.repeat(27)}fe${'ff'.repeat(27)}`)],
  ['x448', 'p, another zero', fromHex(`ff${'ff'.repeat(27)}fe${'ff'.repeat(27)}`)],
  ['x448', 'p + 1, another one', fromHex(`${'00'.repeat(28)}${'ff'.repeat(28)}`)],
  ['x448', 'a byte too short', littleEndian(55, 5), 'form'],
  ['x448', 'a byte too long', littleEndian(57, 5), 'form'],
]

/** With the state in which a client notices. */
const bad = [...weierstrass('secp256r1'), ...weierstrass('secp384r1'), ...weierstrass('secp521r1'), ...montgomery].map(
  ([group, what, point, form]) => ({
    group,
    what,
    point,
    state: form === undefined ? 'AwaitKeyAgreement' : 'ExpectServerKeyExchange',
  }),
)

const refused = { fault: 'bad_key_share', alert: 'illegal_parameter' } as const
/** The server's own key lies on P-256, which every client here accepts. */
const groupsFor = (group: NamedGroupName): readonly NamedGroupName[] => [...new Set([group, 'secp256r1' as const])]

describe('invalid curve points', () => {
  test.each(bad)('invalid curve point to a client: $group, $what', ({ group, point, state }) => {
    const params = (): Uint8Array =>
      encode(ServerECDHParams, { curveType: 3, namedCurve: NamedGroup[group], publicKey: point })
    expectDefeat(attackClient({ group, params }), { ...refused, state })
  })

  test.each(bad)('invalid curve point to a server: $group, $what', ({ group, point }) => {
    const groups = groupsFor(group)
    expectDefeat(attackServer({ groups, victim: { groups }, publicKey: () => point }), refused)
  })

  test.each(['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1'] as const)('honest points of %s pass', (group) => {
    const groups = groupsFor(group)
    expectConnected(attackClient({ group }))
    expectConnected(attackServer({ groups, victim: { groups } }))
  })

  test('no point at all is malformed', () => {
    const malformed = { fault: 'malformed_message', alert: 'decode_error' } as const
    expectDefeat(attackClient({ params: () => Uint8Array.of(3, 0, 29, 0) }), malformed)
    expectDefeat(attackServer({ edit: { client_key_exchange: () => ({ body: Uint8Array.of(0) }) } }), malformed)
  })

  test('a curve in explicit parameters is malformed', () => {
    const malformed = { fault: 'malformed_message', alert: 'decode_error' } as const
    for (const curveType of [1, 2]) {
      expectDefeat(attackClient({ params: (it) => Uint8Array.of(curveType, ...it.subarray(1)) }), malformed)
    }
  })
})
