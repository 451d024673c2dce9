/** Reads the Wycheproof files beside the checkout. They are known to have these shapes; a test that finds none fails. */
import { readFileSync } from 'node:fs'
import { fromHex } from '../../src/bytes/convert.js'
import { shared } from '../support/outside.js'

export type Fields = Readonly<Record<string, unknown>>

export interface Vector {
  readonly group: Fields
  readonly test: Fields
  /** For messages of failed expectations. */
  readonly title: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly flags: readonly string[]
}

export const wycheproof = shared('conformance/wycheproof')
export const absent = wycheproof === undefined

export const bytes = (fields: Fields, name: string): Uint8Array => {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`no hexadecimal field ${name}`)
  return fromHex(value)
}

interface File {
  readonly testGroups: readonly (Fields & { readonly tests: readonly Fields[] })[]
}

/** Every vector of a file, or every `stride`-th where a file would take too long; the first one is always there. */
export function vectors(name: string, stride = 1, folder = wycheproof): Vector[] {
  const file: File = JSON.parse(readFileSync(`${folder}/${name}_test.json`, 'utf8'))
  const all = file.testGroups.flatMap((group) => group.tests.map((test) => ({ group, test })))
  return all
    .filter((_, i) => i % stride === 0)
    .map(({ group, test }) => ({
      group,
      test,
      title: `${name} ${test['tcId']}: ${test['comment']}`,
      result: test['result'] as Vector['result'],
      flags: test['flags'] as readonly string[],
    }))
}

/** Titles of the vectors for which `accepted` says otherwise than the file; acceptable ones count as `acceptable` says. */
export function disagreements(
  cases: readonly Vector[],
  accepted: (vector: Vector) => boolean,
  acceptable = false,
): string[] {
  if (cases.length === 0) throw new Error('no vectors')
  const expected = ({ result }: Vector): boolean => result === 'valid' || (result === 'acceptable' && acceptable)
  return cases.filter((vector) => accepted(vector) !== expected(vector)).map(({ title }) => title)
}
