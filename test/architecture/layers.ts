import { posix } from 'node:path'
import { importsOf, type SourceFile } from './sources.js'

/** The layers of `src`, lowest first. A file imports from its own folder or a lower layer. */
const layers: readonly (readonly string[])[] = [
  ['bytes', 'registry'],
  ['codec'],
  ['messages', 'crypto'],
  ['handshake', 'record'],
  ['connection'],
  ['providers', 'x509', 'inspect'],
  ['adapters'],
  ['cli', '(top)'],
]

const layerOf = (folder: string): number => layers.findIndex((folders) => folders.includes(folder))

/** The folder under `src` that a path lies in; files directly under `src` are entry points of the package. */
const folderOf = (path: string): string => {
  const [, first = '', second] = path.split('/')
  return second === undefined ? '(top)' : first
}

/** Folders inside one that are kept apart too. */
const separated: readonly (readonly [string, string])[] = [['src/handshake/client/', 'src/handshake/server/']]

/** Where `node:` modules may be used. */
const mayUseNode = (path: string): boolean =>
  /^src\/(providers\/node\/|adapters\/node|cli\/|node\.ts$|x509\/system-roots)/.test(path)

/** Which packages may be imported, by prefix, and from where. */
const packages: readonly (readonly [prefix: string, from: RegExp])[] = [
  ['@noble/', /^src\/providers\/noble\//],
  ['@peculiar/', /^src\/x509\//],
]

/** Every import of `files` that breaks a rule, in words; `exists` tells whether a path is a file. */
export function layerViolations(files: readonly SourceFile[], exists: (path: string) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap(({ specifier, line }) => {
      const reason = specifier.startsWith('.')
        ? relativeViolation(file.path, specifier, exists)
        : packageViolation(file.path, specifier)
      return reason === undefined ? [] : [`${file.path}:${line} imports ${specifier}: ${reason}`]
    }),
  )
}

function packageViolation(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return mayUseNode(path) ? undefined : 'node: modules have no place here'
  const known = packages.find(([prefix]) => specifier.startsWith(prefix))
  if (known === undefined) return 'not a package that src may import'
  return known[1].test(path) ? undefined : 'this package has no place here'
}

function relativeViolation(path: string, specifier: string, exists: (path: string) => boolean): string | undefined {
  if (!specifier.endsWith('.js')) return 'does not end in .js'
  const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
  if (!target.startsWith('src/')) return 'lies outside src'
  if (!exists(target)) return 'there is no such file'
  const [own, other] = [folderOf(path), folderOf(target)]
  const [ownLayer, otherLayer] = [layerOf(own), layerOf(other)]
  if (ownLayer < 0) return `src/${own} has no layer`
  if (otherLayer < 0) return `src/${other} has no layer`
  const isTop = ownLayer === layers.length - 1
  if (own !== other && otherLayer >= ownLayer && !isTop) {
    return otherLayer === ownLayer ? `${own} and ${other} never import each other` : `${other} lies above ${own}`
  }
  const apart = separated.some(
    ([left, right]) =>
      (path.startsWith(left) && target.startsWith(right)) || (path.startsWith(right) && target.startsWith(left)),
  )
  return apart ? 'the two roles never import each other' : undefined
}
