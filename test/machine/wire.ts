/** Whoever sits on the wire may change, drop, repeat and reorder whatever passes: random attacks, and the wire under them. */
import fc from 'fast-check'
import { concat } from '../../src/bytes/convert.js'
import type { Side } from './bench.js'
import { type RawRecord, record, recordsOf } from './reframe.js'

export type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly mask: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'swap' }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'split'; readonly at: number }
  | { readonly kind: 'retype'; readonly type: number }
  | { readonly kind: 'header'; readonly at: number; readonly mask: number }
  | { readonly kind: 'replay'; readonly earlier: number }

/** What happens to the record with this number, counted from the beginning in one direction. */
export interface Attack {
  readonly from: Side
  readonly record: number
  readonly damage: Damage
}

const mask = fc.integer({ min: 1, max: 255 })
const at = fc.integer({ min: 0, max: 400 })

const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at, mask }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('swap' as const) }) },
  fc.record({ kind: fc.constant('cut' as const), at }),
  fc.record({
    kind: fc.constant('insert' as const),
    at,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => new Uint8Array(bytes)),
  }),
  // this does no harm to plaintext: the handshake must then succeed
  fc.record({ kind: fc.constant('split' as const), at }),
  fc.record({ kind: fc.constant('retype' as const), type: fc.integer({ min: 19, max: 24 }) }),
  fc.record({ kind: fc.constant('header' as const), at: fc.integer({ min: 0, max: 4 }), mask }),
  fc.record({ kind: fc.constant('replay' as const), earlier: fc.integer({ min: 0, max: 8 }) }),
)

export const attack: fc.Arbitrary<Attack> = fc.record({
  from: fc.constantFrom<Side>('client', 'server'),
  record: fc.integer({ min: 0, max: 8 }),
  damage,
})

const whole = ({ type, fragment }: RawRecord): Uint8Array => record(type, fragment)

const spliced = (bytes: Uint8Array, start: number, remove: number, insert: Uint8Array): Uint8Array =>
  concat(bytes.subarray(0, start), insert, bytes.subarray(start + remove))

/** The wire in one direction, and the one who sits on it. Counts records across deliveries. */
export class Wire {
  readonly #attacks: readonly Attack[]
  readonly #seen: RawRecord[] = []
  #heldBack: Uint8Array | undefined

  constructor(attacks: readonly Attack[]) {
    this.#attacks = attacks
  }

  pass(bytes: Uint8Array): Uint8Array {
    return concat(...recordsOf(bytes).map((one) => this.#passOne(one)))
  }

  #passOne(one: RawRecord): Uint8Array {
    const number = this.#seen.push(one) - 1
    const passed = this.#attacks
      .filter((attack) => attack.record === number)
      .reduce((passing, { damage }) => this.#apply(damage, passing, one), whole(one))
    const held = this.#heldBack
    if (held === undefined || passed.length === 0) return passed
    this.#heldBack = undefined
    return concat(passed, held)
  }

  #apply(damage: Damage, bytes: Uint8Array, one: RawRecord): Uint8Array {
    const length = one.fragment.length
    const inside = (offset: number): number => 5 + (length === 0 ? 0 : offset % length)
    switch (damage.kind) {
      case 'flip':
        return bytes.map((byte, i) => (i === inside(damage.at) ? byte ^ damage.mask : byte))
      case 'header':
        return bytes.map((byte, i) => (i === damage.at ? byte ^ damage.mask : byte))
      case 'drop':
        return new Uint8Array()
      case 'repeat':
        return concat(bytes, bytes)
      case 'swap':
        this.#heldBack = bytes
        return new Uint8Array()
      case 'cut':
        return record(one.type, one.fragment.subarray(0, inside(damage.at) - 5))
      case 'insert':
        return record(one.type, spliced(one.fragment, inside(damage.at) - 5, 0, damage.bytes))
      case 'split': {
        const first = one.fragment.subarray(0, inside(damage.at) - 5)
        const parts = [first, one.fragment.subarray(first.length)].filter((part) => part.length > 0)
        return concat(...parts.map((part) => record(one.type, part)))
      }
      case 'retype':
        return record(damage.type, one.fragment)
      case 'replay': {
        const earlier = this.#seen[damage.earlier]
        return earlier === undefined ? bytes : concat(bytes, whole(earlier))
      }
    }
  }
}
