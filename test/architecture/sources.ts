/** The project's own files, and their syntax trees, for rules that look across all of them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A file by its path from the root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

function pathsUnder(path: string): string[] {
  const whole = join(root, path)
  const stats = statSync(whole, { throwIfNoEntry: false })
  if (stats === undefined) return []
  if (stats.isFile()) return [path]
  return readdirSync(whole).flatMap((name) => (name === 'node_modules' ? [] : pathsUnder(posix.join(path, name))))
}

/** Every file under `paths` whose name ends in one of `endings`. */
export const filesUnder = (paths: readonly string[], endings: readonly string[]): SourceFile[] =>
  paths
    .flatMap(pathsUnder)
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

export const typeScriptUnder = (...paths: readonly string[]): SourceFile[] => filesUnder(paths, ['.ts'])

/** Visits every node of a file's syntax tree, with the line that it begins on, counted from 1. */
export function visit(file: SourceFile, visitor: (node: ts.Node, line: number) => void): void {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  const walk = (node: ts.Node): void => {
    visitor(node, tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1)
    ts.forEachChild(node, walk)
  }
  walk(tree)
}

export interface Import {
  readonly specifier: string
  readonly line: number
}

/** Whatever a file imports: `import`, `import type`, `export … from`, `import()` as an expression or a type, `require`. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = []
  visit(file, (node, line) => {
    const specifier = specifierOf(node)
    if (specifier !== undefined) imports.push({ specifier, line })
  })
  return imports
}

function specifierOf(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
    return ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '(not a literal)'
  }
  if (ts.isImportTypeNode(node)) return node.argument.getText().slice(1, -1)
  if (!ts.isCallExpression(node)) return undefined
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require'
  if (!isImport && !isRequire) return undefined
  const [argument] = node.arguments
  return argument !== undefined && ts.isStringLiteralLike(argument) ? argument.text : '(not a literal)'
}

/** Line of an offset into a text, counted from 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
