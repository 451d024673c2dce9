/**
 * `npm run bogo -- RUNNER [patterns]`: the TLS 1.2 tests of BoringSSL's runner against the shim. RUNNER is the folder of
 * the runner's sources (`ssl/test/runner`) with its test binary `runner.test` in it; it can also be given as
 * TLS12_BOGO_RUNNER. Prints how many passed, and writes what failed, with the first line of why. Ends with 1 where a test
 * failed that is not in exceptions.json.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { shared } from '../support/outside.js'
import { buildShim } from './build.js'
import { startServer } from './start-server.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'one-process-per-test': { type: 'boolean', default: false }, workers: { type: 'string', default: '8' } },
})
const [runner = process.env['TLS12_BOGO_RUNNER'], patterns = ''] = positionals
if (runner === undefined) throw new Error('npm run bogo -- RUNNER, the folder ssl/test/runner with runner.test in it')

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(what)
  return value
}

const config = required(
  shared('conformance/bogo/core-config.json'),
  '../shared/conformance/bogo, which says what is meant',
)

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const output = here('../../node_modules/.cache/tls12-bogo')
mkdirSync(output, { recursive: true })

interface Results {
  readonly tests: Readonly<Record<string, { readonly actual: string; readonly error?: string }>>
}

function runRunner(folder: string, shim: string, port: string): Promise<string> {
  const args = [
    '-test.timeout=20m',
    '-pipe',
    '-shim-config',
    config,
    '-shim-path',
    shim,
    '-json-output',
    join(output, 'results.json'),
    '-num-workers',
    values.workers,
    '-test',
    patterns,
  ]
  const child = spawn(join(folder, 'runner.test'), args, {
    cwd: folder,
    env: { ...process.env, TLS12_BOGO_PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  return new Promise((resolve) => child.once('close', () => resolve(text)))
}

/** Errors by test, from what the runner prints: FAILED (name), then lines up to the next result. */
function errorsIn(text: string): ReadonlyMap<string, string> {
  const blocks = text.split(/^(?=(?:FAILED|PASSED|UNIMPLEMENTED) \()/m)
  return new Map(
    blocks.flatMap((block) => {
      const name = /^FAILED \((.*)\)$/m.exec(block)?.[1]
      return name === undefined ? [] : [[name, block.split('\n').slice(1).join('\n')] as const]
    }),
  )
}

const shim = await buildShim()
const started = Date.now()
const server = values['one-process-per-test'] ? undefined : await startServer(shim)
const text = await runRunner(runner, server === undefined ? shim : here('launcher.sh'), server?.port ?? '')
server?.stop()
writeFileSync(join(output, 'output.txt'), text)

const results: Results = JSON.parse(readFileSync(join(output, 'results.json'), 'utf8'))
const errors = errorsIn(text)
const named = (actual: string): readonly string[] =>
  Object.entries(results.tests)
    .filter(([, test]) => test.actual === actual)
    .map(([name]) => name)
    .sort()
const firstLine = (name: string): string => (errors.get(name) ?? '').replace(/\s+/g, ' ').slice(0, 400)
writeFileSync(
  join(output, 'failing.txt'),
  named('FAIL')
    .map((name) => `${name}\t${firstLine(name)}\n`)
    .join(''),
)
writeFileSync(
  join(output, 'unimplemented.txt'),
  named('SKIP')
    .map((name) => `${name}\n`)
    .join(''),
)
const exceptions = new Set(Object.keys(JSON.parse(readFileSync(here('exceptions.json'), 'utf8')) as object))
const unexplained = named('FAIL').filter((name) => !exceptions.has(name))
const counts = ['PASS', 'FAIL', 'SKIP'].map((actual) => named(actual).length)
const seconds = ((Date.now() - started) / 1000).toFixed(1)
console.log(`passed ${counts[0]}, failed ${counts[1]}, unimplemented ${counts[2]} in ${seconds} s`)
if (unexplained.length < (counts[1] ?? 0))
  console.log(`of the failed, ${(counts[1] ?? 0) - unexplained.length} are in exceptions.json`)
console.log(`details in ${output}`)
process.exitCode = unexplained.length === 0 && counts[2] === 0 ? 0 : 1
