import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importsOf, root } from './sources.js'

const output = mkdtempSync(join(tmpdir(), 'tls12-declarations-'))
afterAll(() => rmSync(output, { recursive: true }))

/** Type-checks what must run anywhere, without Node's types, and writes its declarations. */
const check = () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const project = join(root, 'test/architecture/tsconfig.portable.json')
  return spawnSync(process.execPath, [tsc, '-p', project, '--outDir', output], { encoding: 'utf8' })
}

describe('core, noble provider and x509', () => {
  let result: ReturnType<typeof check>
  beforeAll(() => {
    result = check()
  }, 120_000)

  it("type-check without Node's types", () => {
    expect(result.stdout).toBe('')
    expect(result.status).toBe(0)
  })

  it('have no other package in their declarations', () => {
    const files = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'))
    expect(files.length).toBeGreaterThan(50)
    const foreign = files.flatMap((path) => {
      const imports = importsOf({ path, text: readFileSync(join(output, path), 'utf8') })
      return imports
        .filter(({ specifier }) => !specifier.startsWith('.'))
        .map(({ specifier }) => `${path}: ${specifier}`)
    })
    expect(foreign).toEqual([])
  })
})
