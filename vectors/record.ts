/**
 * Records the handshakes of scenarios.ts between `openssl s_server` and `openssl s_client` into vectors/openssl and
 * vectors/index.json. Run with `npm run vectors:record`; needs openssl 3.0 or later. Randoms and key shares are new in every run.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { record } from './capture.js'
import { scenarios } from './scenarios.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const recordedWith = execFileSync('openssl', ['version'], { encoding: 'utf8' })
  .replace(/ \(Library.*/, '')
  .trim()

/** RFC 7919 parameters as a file, which is how s_server takes them. */
function writeDhParameters(): void {
  mkdirSync(join(here, 'dh'), { recursive: true })
  for (const group of ['ffdhe2048', 'ffdhe3072']) {
    const parameters = ['-genparam', '-algorithm', 'DH', '-pkeyopt', `group:${group}`]
    execFileSync('openssl', ['genpkey', ...parameters, '-out', join(here, 'dh', `${group}.pem`)])
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'tls12-record-'))
const output = join(here, 'openssl')
try {
  writeDhParameters()
  mkdirSync(output, { recursive: true })
  for (const file of readdirSync(output)) rmSync(join(output, file))
  for (const scenario of scenarios) {
    const recording = await record(scenario, recordedWith, scratch)
    writeFileSync(join(output, `${scenario.name}.json`), `${JSON.stringify(recording, undefined, 1)}\n`)
    console.log(`${scenario.name}: ${recording.flow.length} turns`)
  }
  const index = scenarios.map(({ name, description }) => ({ name, description, file: `openssl/${name}.json` }))
  writeFileSync(join(here, 'index.json'), `${JSON.stringify(index, undefined, 1)}\n`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
