import { describe, expect, it } from 'vitest'
import type { MaybePromise } from '../../src/crypto/maybe-promise.js'
import { ask, type Inquiry, run } from '../../src/x509/questions.js'

interface World {
  double(value: number): MaybePromise<number>
}

function* quadruple(value: number): Inquiry<World, number> {
  const twice = yield* ask((world: World) => world.double(value))
  return yield* ask((world: World) => world.double(twice))
}

function* forgiving(): Inquiry<World, string> {
  try {
    yield* ask((world: World) => world.double(1))
    return 'answered'
  } catch (error) {
    return `caught ${error instanceof Error ? error.message : ''}`
  }
}

describe('an inquiry', () => {
  it('is answered at once where the answers are', () => {
    expect(run(quadruple(3), { double: (value) => value * 2 })).toBe(12)
  })

  it('is a promise where an answer is', async () => {
    const result = run(quadruple(3), { double: (value) => Promise.resolve(value * 2) })
    expect(result).toBeInstanceOf(Promise)
    expect(await result).toBe(12)
  })

  it('sees failures of both kinds where it asked', async () => {
    const fail = (): never => {
      throw new Error('no')
    }
    expect(run(forgiving(), { double: fail })).toBe('caught no')
    expect(await run(forgiving(), { double: () => Promise.reject(new Error('no')) })).toBe('caught no')
    expect(() => run(quadruple(1), { double: fail })).toThrow('no')
    await expect(run(quadruple(1), { double: () => Promise.reject(new Error('no')) })).rejects.toThrow('no')
  })

  it('of many questions does not grow the stack', async () => {
    function* many(): Inquiry<World, number> {
      let sum = 0
      for (let i = 0; i < 50_000; i++) sum += yield* ask((world: World) => world.double(1))
      return sum
    }
    expect(run(many(), { double: (value) => value * 2 })).toBe(100_000)
    expect(await run(many(), { double: async (value) => value * 2 })).toBe(100_000)
  })

  it('may be answered with nothing', () => {
    function* empty(): Inquiry<World, unknown> {
      return yield* ask(() => undefined)
    }
    expect(run(empty(), { double: () => 0 })).toBeUndefined()
  })
})
