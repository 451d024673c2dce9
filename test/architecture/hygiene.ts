import ts from 'typescript'
import { lineAt, type SourceFile, visit } from './sources.js'

/** Places of one machine and hosts of package registries: nothing that is true only where it was written. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.$}*-])\/(?:home|root|Users|work|workspace|mnt|tmp|private\/var)\/[\w.-]+/g, 'a path of one machine'],
  [/\b[A-Z]:\\\\?(?:Users|Windows|Temp)\b/g, 'a path of one machine'],
  [/\bregistry\.(?:[\w-]+\.)+[a-z]{2,}|"resolved":\s*"http/g, 'the host of a package registry'],
]

/** Ways around the type checker, in parts so that this file does not hold them. */
const ESCAPES: readonly (readonly [RegExp, string])[] = [[/@ts-(?:ignore|nocheck)\b/g, 'switches the type checker off']]

export function textViolations(file: SourceFile): string[] {
  const rules = file.path.endsWith('.ts') ? [...PLACES, ...ESCAPES] : PLACES
  return rules.flatMap(([pattern, what]) =>
    [...file.text.matchAll(pattern)].map(
      (match) => `${file.path}:${lineAt(file.text, match.index)} ${what}: ${match[0]}`,
    ),
  )
}

const mentions = (type: ts.Node, names: ReadonlySet<string>): boolean => {
  if (ts.isIdentifier(type) && names.has(type.text)) return true
  return ts.forEachChild(type, (child) => mentions(child, names)) ?? false
}

const isAny = (type: ts.Node): boolean => type.kind === ts.SyntaxKind.AnyKeyword

/** `any`, non-null assertions, `@ts-expect-error` in src, and unneeded consoles, as the syntax tree has them. */
export function syntaxViolations(file: SourceFile): string[] {
  const violations: string[] = []
  const inSource = file.path.startsWith('src/')
  const mayPrint = !inSource || file.path.startsWith('src/cli/')
  visit(file, (node, line) => {
    const report = (what: string): void => {
      violations.push(`${file.path}:${line} ${what}`)
    }
    if (ts.isNonNullExpression(node)) report('non-null assertion')
    if ('exclamationToken' in node && node.exclamationToken !== undefined) report('definite assignment assertion')
    if (isAny(node)) report('the type any')
    if (ts.isIdentifier(node) && node.text === 'console' && !mayPrint) report('console')
  })
  if (inSource && file.text.includes('@ts-expect-error')) violations.push(`${file.path} expects a type error`)
  return violations
}

/** The names of the classes that a file exports. */
export function exportedClasses(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  visit(file, (node) => {
    const isExported =
      ts.isClassDeclaration(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    if (isExported && node.name !== undefined) names.add(node.name.text)
  })
  return names
}

/** Evidence made anywhere but by its own check: a cast to it, `new`, or an object given its prototype. */
export function evidenceViolations(file: SourceFile, evidence: ReadonlySet<string>): string[] {
  const violations: string[] = []
  visit(file, (node, line) => {
    const report = (what: string): void => {
      violations.push(`${file.path}:${line} ${what}: ${node.getText().slice(0, 60)}`)
    }
    const isCast = ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)
    if (isCast && mentions(node.type, evidence)) report('casts to evidence')
    if (ts.isNewExpression(node) && mentions(node.expression, evidence)) report('constructs evidence')
    const isPrototype = ts.isPropertyAccessExpression(node) && node.name.text === 'prototype'
    if (isPrototype && mentions(node.expression, evidence)) report("takes evidence's prototype")
    if (ts.isHeritageClause(node) && mentions(node, evidence)) report('extends evidence')
    const isPredicate = ts.isTypePredicateNode(node) && node.type !== undefined && mentions(node.type, evidence)
    if (isPredicate) report('claims evidence by a predicate')
  })
  return violations
}
