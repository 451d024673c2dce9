/** Strings cannot be wiped: no secret may ever be in one that stays. The heap of a process that used many is searched. */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { privateKeyParts } from '../support/pki-secrets.js'
import { foundIn, type NamedSecret } from '../support/traces.js'

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'heap-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Every string that a heap holds: the last part of a snapshot. */
function stringsOf(snapshot: string): readonly string[] {
  const bytes = readFileSync(snapshot)
  const { strings } = JSON.parse(`{${bytes.subarray(bytes.lastIndexOf('"strings":['))}`) as {
    strings: readonly string[]
  }
  return strings
}

let strings: readonly string[] = []
let secrets: readonly NamedSecret[] = []

beforeAll(async () => {
  const [before, after] = [join(folder, 'before.heapsnapshot'), join(folder, 'after.heapsnapshot')]
  const execArgv = ['--import', 'tsx', '--heap-snapshot-string-limit=10000000']
  const child = fork(local('heap-witness.ts'), [local('../../vectors/pki'), before, after], {
    execArgv,
    serialization: 'advanced',
  })
  secrets = await new Promise((resolve, reject) => {
    child.once('message', (witnessed: readonly NamedSecret[]) => resolve(witnessed))
    child.once('exit', (code) => reject(new Error(`the witness ended with ${code}`)))
  })
  const old = new Set(stringsOf(before))
  strings = stringsOf(after).filter((text) => !old.has(text))
})

const kinds = ['rsa', 'ecdsaP256', 'ed25519'] as const

test('the search finds a secret that is in a string, whole, as a number or as PEM', () => {
  const planted = ['planted in hex', 'planted as a number', 'planted in PEM']
  expect(
    foundIn(
      strings,
      secrets.filter(({ name }) => name.startsWith('planted')),
    ),
  ).toEqual(planted)
})

test('of private keys no part is in a string', () => {
  const parts = (['client', 'server'] as const).flatMap((side) => kinds.flatMap((kind) => privateKeyParts(side, kind)))
  expect(parts.length).toBe(2 * (6 + 1 + 1))
  expect(foundIn(strings, parts)).toEqual([])
})

test('no pre-master secret, master secret or key is in a string', () => {
  const used = secrets.filter(({ name, bytes }) => !name.startsWith('planted') && bytes.length >= 12)
  for (const provider of ['noble', 'node']) {
    const own = used.filter(({ name }) => name.startsWith(provider))
    expect(own.filter(({ bytes }) => bytes.length === 48).length).toBeGreaterThanOrEqual(2 * 4)
    expect(own.filter(({ name }) => name.endsWith('.key')).length).toBeGreaterThanOrEqual(2 * 2 * 4)
  }
  expect(foundIn(strings, used)).toEqual([])
})
