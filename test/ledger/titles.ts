import ts from 'typescript'
import { type SourceFile, visit } from '../architecture/sources.js'

const isText = (node: ts.Node | undefined): node is ts.StringLiteralLike =>
  node !== undefined && ts.isStringLiteralLike(node)

/** `test`, `it`, and what hangs on them: `test.each(…)`, `it.skipIf(…)`. */
function isTestCall(expression: ts.Expression): boolean {
  if (ts.isIdentifier(expression)) return expression.text === 'test' || expression.text === 'it'
  if (ts.isPropertyAccessExpression(expression)) return isTestCall(expression.expression)
  return ts.isCallExpression(expression) && isTestCall(expression.expression)
}

/** Names of the functions of this file that assert, directly or through another of them. */
function assertingFunctions(file: SourceFile): ReadonlySet<string> {
  const bodies = new Map<string, string>()
  visit(file, (node) => {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) bodies.set(node.name.text, node.getText())
    else if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      if (ts.isArrowFunction(node.initializer)) bodies.set(node.name.text, node.initializer.getText())
    }
  })
  const asserting = new Set<string>()
  for (let grown = true; grown; ) {
    const before = asserting.size
    for (const [name, body] of bodies) if (asserts(body, asserting)) asserting.add(name)
    grown = asserting.size > before
  }
  return asserting
}

const asserts = (text: string, known: ReadonlySet<string>): boolean =>
  /\b(?:expect\w*\s*[(.]|fc\.assert\()/.test(text) || [...known].some((name) => new RegExp(`\\b${name}\\(`).test(text))

/** The tests of a file by their titles as the source has them, each with whether it asserts anything. */
export function testsOf(file: SourceFile): ReadonlyMap<string, boolean> {
  const known = assertingFunctions(file)
  const tests = new Map<string, boolean>()
  visit(file, (node) => {
    if (!ts.isCallExpression(node) || !isTestCall(node.expression)) return
    const [title, ...rest] = node.arguments
    if (isText(title))
      tests.set(
        title.text,
        rest.some((argument) => asserts(argument.getText(), known)),
      )
  })
  return tests
}
