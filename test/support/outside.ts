/**
 * Things outside the checkout that some tests use. Where one is absent its tests skip, saying so; with CI=true they fail
 * instead, so that a build never passes by looking away.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const absent = (what: string): undefined => {
  if (process.env['CI'] === 'true') throw new Error(`${what} is needed by the tests and absent`)
  return undefined
}

/** The path of `../shared/<path>` beside the checkout, or `undefined` where it is absent. Throws under CI=true. */
export function shared(path: string): string | undefined {
  const whole = fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url))
  return existsSync(whole) ? whole : absent(`../shared/${path}`)
}

/**
 * The name of a program that can be run, or `undefined` where it is absent. Throws under CI=true. `ask` is an argument
 * with which the program prints something and ends at once.
 */
export function program(name: string, ask = 'version'): string | undefined {
  const { error } = spawnSync(name, [ask], { stdio: 'ignore', timeout: 10_000 })
  return error === undefined ? name : absent(`the program ${name}`)
}
