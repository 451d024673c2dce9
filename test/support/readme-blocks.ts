/** The TypeScript blocks of the README as programs: by what name they import, and whether their types are right. */
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The README imports the package by its name; here that is the source. */
export const entryPoints: Readonly<Record<string, string>> = {
  tls12: 'src/index.ts',
  'tls12/core': 'src/core.ts',
  'tls12/node': 'src/node.ts',
  'tls12/web': 'src/web.ts',
  'tls12/x509': 'src/x509/index.ts',
  'tls12/inspect': 'src/inspect/index.ts',
  'tls12/providers/noble': 'src/providers/noble/index.ts',
  'tls12/providers/webcrypto': 'src/providers/webcrypto/index.ts',
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = `${root}test/.readme-blocks/`

/** The settings of the package, with its own name leading to the source. */
function settings(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const paths = Object.fromEntries(Object.entries(entryPoints).map(([name, file]) => [name, [`${root}${file}`]]))
  return { ...options, noEmit: true, declaration: false, declarationMap: false, sourceMap: false, rootDir: root, paths }
}

/** What is wrong with the types of these programs, each in a file of its own that is in no folder but the compiler's mind. */
export function typeErrors(sources: readonly string[]): readonly string[] {
  const options = settings()
  const files = new Map(sources.map((source, i) => [`${folder}block-${i}.ts`, source]))
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists } = host
  host.readFile = (name) => files.get(name) ?? readFile(name)
  host.fileExists = (name) => files.has(name) || fileExists(name)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (name, language, ...rest) => {
    const source = files.get(name)
    return source === undefined ? getSourceFile(name, language, ...rest) : ts.createSourceFile(name, source, language)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  // only the blocks are asked about, so that of the library no more is checked than they use
  return [...files.keys()].flatMap((name, i) => {
    const file = program.getSourceFile(name)
    if (file === undefined) throw new Error(`${name} is no part of its own program`)
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start = 0, messageText }) =>
        `block ${i}, line ${file.getLineAndCharacterOfPosition(start).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
  })
}
