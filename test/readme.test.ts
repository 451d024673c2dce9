import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { entryPoints, typeErrors } from './support/readme-blocks.js'
import { readmeSections, sectionOf } from './support/readme-sections.js'

const root = new URL('../', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const folder = new URL('test/.readme-blocks/', root)

/** Each TypeScript block of the README, with the output that the block after it promises. */
const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(
  ([, source = '', output = '']) => ({
    title: source.split('\n').find((line) => line.includes('tls12')) ?? '',
    source,
    output,
  }),
)

const resolveImports = (source: string): string =>
  source.replace(/from '(tls12[^']*)'/g, (_, name: string) => {
    const file = entryPoints[name]
    if (file === undefined) throw new Error(`the README imports ${name}, which is no entry point`)
    return `from '${fileURLToPath(new URL(file, root))}'`
  })

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('README', () => {
  test('every TypeScript block is followed by its output', () => {
    expect(programs.length).toBe([...readme.matchAll(/```ts\n/g)].length)
    expect(programs.length).toBeGreaterThanOrEqual(5)
  })

  test.each(Object.keys(readmeSections))('the %s is the one that the table prints (npm run readme)', (name) => {
    expect(sectionOf(readme, name)).toBe(readmeSections[name]?.())
  })

  test('every TypeScript block type-checks under the settings of the package, and a wrong one does not', () => {
    const wrong = "import { createClient } from 'tls12'\ncreateClient({ serverNam: 'x' })\n"
    const [error = '', ...others] = typeErrors([...programs.map(({ source }) => source), wrong])
    expect([...others, error]).toEqual([expect.stringMatching(`block ${programs.length}, line 2: .*serverNam`)])
  }, 60_000)

  test.each(programs)('program $# runs and prints what the README says: $title', async ({ source, output }) => {
    mkdirSync(folder, { recursive: true })
    const file = new URL(`block-${programs.findIndex((program) => program.source === source)}.ts`, folder)
    writeFileSync(file, resolveImports(source))
    const lines: string[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => void lines.push(parts.join(' ')))
    try {
      await import(/* @vite-ignore */ fileURLToPath(file))
    } finally {
      log.mockRestore()
    }
    expect(lines.join('\n')).toBe(output.trimEnd())
  })
})
