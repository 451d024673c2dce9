import { join } from 'node:path'
import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'

const FILE = join(root, 'test/machine/mistakes.test-d.ts')
const ANNOUNCEMENT = /@ts-expect-error TS(\d+): (.*)/

/** Without this word the compiler reports the mistakes instead of expecting them. */
const disarm = (text: string): string => text.replaceAll('@ts-expect-error', '@mistake')

/** Type-checks the mistakes under the library's own settings; its errors, by line. */
function errorsByLine(): ReadonlyMap<number, readonly string[]> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const text = name.endsWith('mistakes.test-d.ts') ? ts.sys.readFile(name) : undefined
    if (text === undefined) return getSourceFile(name, languageVersion, ...rest)
    return ts.createSourceFile(name, disarm(text), languageVersion)
  }
  const program = ts.createProgram([FILE], { ...options, noEmit: true, rootDir: root }, host)
  const found = new Map<number, string[]>()
  for (const { file, start, code, messageText } of ts.getPreEmitDiagnostics(program, program.getSourceFile(FILE))) {
    const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
    const said = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    found.set(line, [...(found.get(line) ?? []), said])
  }
  return found
}

interface Mistake {
  /** The line that is announced: the one behind the announcement. */
  readonly line: number
  readonly code: string
  readonly what: string
}

const mistakes: readonly Mistake[] = (ts.sys.readFile(FILE) ?? '').split('\n').flatMap((text, at) => {
  const match = ANNOUNCEMENT.exec(text)
  return match === null ? [] : [{ line: at + 2, code: `TS${match[1]}`, what: match[2] ?? '' }]
})

describe('mistakes that must not compile', () => {
  let errors: ReturnType<typeof errorsByLine>
  beforeAll(() => {
    errors = errorsByLine()
  }, 120_000)

  test.each(mistakes)('$what ($code)', ({ line, code }) => {
    const found = errors.get(line) ?? []
    expect(
      found.map((error) => error.slice(0, error.indexOf(':'))),
      found.join('\n'),
    ).toEqual([code])
  })

  test('and nothing else in the file is wrong', () => {
    const announced = new Set(mistakes.map(({ line }) => line))
    expect([...errors].filter(([line]) => !announced.has(line))).toEqual([])
    expect(mistakes.length).toBeGreaterThan(20)
  })
})
