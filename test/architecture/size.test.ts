import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, typeScriptUnder } from './sources.js'

const MOST_LINES = 350

describe('size', () => {
  it(`no file is longer than ${MOST_LINES} lines`, () => {
    const tooLong = typeScriptUnder('src', 'test', 'vectors', 'bench')
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > MOST_LINES)
    expect(tooLong).toEqual([])
  })

  it('files are named in kebab-case', () => {
    const names = typeScriptUnder('src').map(({ path }) => basename(path))
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name))).toEqual([])
  })

  it('the linter refuses functions of more than 40 lines in src, and nothing in src switches that off', () => {
    const settings = JSON.parse(readFileSync(join(root, 'biome.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, '')) as {
      files: { includes: string[] }
      linter: { rules: { complexity?: Record<string, unknown> } }
      overrides?: { includes: string[]; linter?: { rules?: { complexity?: Record<string, unknown> } } }[]
    }
    const rule = 'noExcessiveLinesPerFunction'
    expect(settings.files.includes).toContain('src/**')
    expect(settings.linter.rules.complexity?.[rule]).toMatchObject({ level: 'error', options: { maxLines: 40 } })
    const loosened = (settings.overrides ?? [])
      .filter(({ linter }) => linter?.rules?.complexity?.[rule] !== undefined)
      .flatMap(({ includes }) => includes)
      .filter((pattern) => !/^(test|bench|vectors|src\/cli)\//.test(pattern))
    expect(loosened).toEqual([])
    const suppressed = typeScriptUnder('src').filter(({ text }) => new RegExp(`biome-ignore.*${rule}`).test(text))
    expect(suppressed.map(({ path }) => path)).toEqual([])
  })
})
