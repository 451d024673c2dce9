/**
 * Generating keys while garbage is collected. An export of a pair just generated can stop the whole process for good (see
 * the provider's elliptic-key-share), so this runs in one of its own: without the optimising compiler, and with litter of
 * ever other sizes, collections fall into every moment of a generation within some thousand of them.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const provider = new URL('../../src/providers/node/index.ts', import.meta.url)

const program = `
  const { nodeProvider } = await import(${JSON.stringify(provider.href)})
  const { generateKeyShare } = nodeProvider()
  const litter = []
  for (let count = 0; count < 10_000; count++) {
    litter[count % 8] = new Array((count * 7919) % 509).fill(count)
    generateKeyShare({ group: 'x25519' })
  }
  console.log('done')
`

it('X25519 keys can be generated while garbage is collected', { timeout: 60_000 }, async () => {
  const args = ['--no-opt', '--import', 'tsx', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    timeout: 50_000,
    killSignal: 'SIGKILL', // what waits for itself hears no other
  })
  expect(stdout).toBe('done\n')
})
