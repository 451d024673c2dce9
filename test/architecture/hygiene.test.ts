import { describe, expect, it } from 'vitest'
import { evidenceViolations, exportedClasses, syntaxViolations, textViolations } from './hygiene.js'
import { filesUnder, typeScriptUnder } from './sources.js'

const EVIDENCE = 'src/handshake/evidence.ts'
const everything = () =>
  filesUnder(
    [
      'src',
      'test',
      'vectors',
      'bench',
      '.github',
      '.ci',
      'README.md',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
    ],
    ['.ts', '.md', '.json', '.yml', '/run'],
  )

const evidence = () => {
  const names = typeScriptUnder(EVIDENCE).map(exportedClasses)[0] ?? new Set<string>()
  expect([...names]).toEqual(
    expect.arrayContaining(['VerifiedIdentity', 'VerifiedSignature', 'AlignedRecords', 'VerifiedFinished']),
  )
  return names
}

describe('hygiene', () => {
  it('no path of a machine, no registry host, nothing that switches the type checker off', () => {
    expect(everything().flatMap(textViolations)).toEqual([])
  })

  it('no any and no non-null assertion; in src no expected type errors, and no console outside cli', () => {
    expect(typeScriptUnder('src', 'test', 'vectors', 'bench').flatMap(syntaxViolations)).toEqual([])
  }, 60_000)

  it('evidence comes from its checks alone', () => {
    const names = evidence()
    const files = typeScriptUnder('src').filter(({ path }) => path !== EVIDENCE)
    expect(files.flatMap((file) => evidenceViolations(file, names))).toEqual([])
  }, 60_000)
})

describe('the rules themselves', () => {
  const inSource = (text: string) => ({ path: 'src/record/a.ts', text })

  it.each([
    ['/', 'home/someone/project'],
    ['/', 'work/main'],
    ['"/', 'tmp/thing"'],
    ['https://registry', '.npmjs.org/left-pad'],
    ['registry', '.example.com'],
    ['// @ts-', 'ignore'],
    ['// @ts-', 'nocheck'],
  ])('refuse the text %s%s', (start, end) => {
    expect(textViolations(inSource(start + end)).length).toBe(1)
  })

  it.each(['../work/main', 'src/registry/registry.ts', 'a registry. Then'])('allow the text %s', (text) => {
    expect(textViolations(inSource(text))).toEqual([])
  })

  it.each([
    'const a = b as any',
    'const a: any = 1',
    'const a = b!',
    'const a = b!.c',
    'let a!: number',
    'class A { a!: number }',
    'console.log(1)',
    'globalThis.console.log(1)',
    `// @ts-${'expect'}-error\nconst a: number = ''`,
  ])('refuse the syntax of %j', (text) => {
    expect(syntaxViolations(inSource(text)).length).toBe(1)
  })

  it.each(['const a = b !== c', 'const a = !b', '// console.log and any', "const a = 'any'", 'const many: number = 1'])(
    'allow the syntax of %j',
    (text) => {
      expect(syntaxViolations(inSource(text))).toEqual([])
    },
  )

  it('allow console in cli', () => {
    expect(syntaxViolations({ path: 'src/cli/a.ts', text: 'console.log(1)' })).toEqual([])
  })

  it.each([
    'const a = b as VerifiedIdentity',
    'const a = b as unknown as VerifiedIdentity',
    'const a = b as { readonly peer: VerifiedIdentity }',
    'const a = <VerifiedIdentity>b',
    'const a = new VerifiedIdentity(b)',
    'const a = new evidence.VerifiedIdentity(b)',
    'const a = Object.create(VerifiedIdentity.prototype)',
    'class A extends VerifiedIdentity {}',
    'const is = (a: unknown): a is VerifiedIdentity => true',
  ])('refuse the evidence of %j', (text) => {
    expect(evidenceViolations(inSource(text), new Set(['VerifiedIdentity'])).length).toBeGreaterThan(0)
  })

  it.each(['const a = VerifiedIdentity.of(b, c)', 'const f = (a: VerifiedIdentity): VerifiedIdentity => a'])(
    'allow the evidence of %j',
    (text) => {
      expect(evidenceViolations(inSource(text), new Set(['VerifiedIdentity']))).toEqual([])
    },
  )
})
