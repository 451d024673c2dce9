import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/bytes/secret.js'

const make = (): Secret => new Secret(Uint8Array.from({ length: 48 }, (_, i) => 0xa0 + i))
const shown = '[secret 48 bytes]'

describe('Secret', () => {
  it('prints its length and nothing else, however it is printed', () => {
    const secret = make()
    expect(String(secret)).toBe(shown)
    expect(`${secret}`).toBe(shown)
    expect(JSON.stringify(secret)).toBe(`"${shown}"`)
    expect(inspect(secret)).toBe(shown)
    expect(inspect(secret, { showHidden: true, depth: null, getters: true })).toBe(shown)
  })

  it('prints the same inside other values', () => {
    const nested = { keys: [make()], map: new Map([['a', make()]]), deep: { deeper: { deepest: { secret: make() } } } }
    expect(JSON.stringify(nested.keys)).toBe(`["${shown}"]`)
    const text = inspect(nested, { depth: null, showHidden: true })
    expect(text.match(/\[secret 48 bytes\]/g)?.length).toBe(3)
    for (const printed of [text, JSON.stringify(nested), String([make()]), new Error(`${make()}`).message]) {
      expect(printed).not.toMatch(/160|161|a0a1|a0 a1/)
    }
  })

  it('has no property that holds the bytes', () => {
    const secret = make()
    expect(Object.keys(secret)).toEqual([])
    expect(Reflect.ownKeys(secret)).toEqual([])
    expect({ ...secret }).toEqual({})
    expect(structuredClone({ secret })).toEqual({ secret: {} })
  })

  it('gives the bytes to use alone, and none once wiped', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const secret = new Secret(bytes)
    expect(secret.use((own) => [...own])).toEqual([1, 2, 3])
    secret.wipe()
    expect([...bytes]).toEqual([0, 0, 0])
    expect(secret.wiped).toBe(true)
    expect(secret.length).toBe(3)
    expect(() => secret.use((own) => own)).toThrow('wiped')
    expect(String(secret)).toBe('[secret 3 bytes]')
  })

  it.each([undefined, null, 'octets', new ArrayBuffer(48), [1, 2, 3], 48])('is not made of %s', (wrong) => {
    // as JavaScript may call it, with what WebCrypto or a device gave
    expect(() => new Secret(wrong as unknown as Uint8Array)).toThrow(TypeError)
  })
})
