/** `npm run size`: what an importer pays, minified and gzipped, for what is imported and nothing else. */
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Something that people import, as the statement that imports it; paths are from the checkout's root. */
export interface Importer {
  readonly title: string
  readonly statement: string
}

export const importers = {
  client: {
    title: '`clientConnection` of `tls12/core`: the client, no provider',
    statement: "export { clientConnection } from './src/core.js'",
  },
  server: {
    title: '`serverConnection` of `tls12/core`: the server, no provider',
    statement: "export { serverConnection } from './src/core.js'",
  },
  both: {
    title: '`clientConnection` and `serverConnection`',
    statement: "export { clientConnection, serverConnection } from './src/core.js'",
  },
  provider: {
    title: '`nobleProvider` of `tls12/providers/noble`',
    statement: "export { nobleProvider } from './src/providers/noble/index.js'",
  },
  createClient: {
    title: '`createClient` and `pinned` of `tls12`: a client on the noble provider',
    statement: "export { createClient, pinned } from './src/index.js'",
  },
} as const satisfies Readonly<Record<string, Importer>>

export interface Size {
  /** Bytes after minification. */
  readonly minified: number
  /** Bytes after minification and gzip at its highest level. */
  readonly gzipped: number
  /** The files of which at least a byte is left, from the checkout's root. */
  readonly files: readonly string[]
}

/** Bundles what one importer imports, for any ECMAScript platform. */
export async function sizeOf({ statement }: Importer): Promise<Size> {
  const root = new URL('..', import.meta.url)
  const { outputFiles, metafile } = await build({
    stdin: { contents: statement, resolveDir: decodeURIComponent(root.pathname), loader: 'ts' },
    absWorkingDir: decodeURIComponent(root.pathname),
    ...{ bundle: true, minify: true, write: false, metafile: true, logLevel: 'silent' },
    ...{ format: 'esm', platform: 'neutral', target: 'es2022', mainFields: ['module', 'main'] },
  })
  const [bundle] = outputFiles
  const [output] = Object.values(metafile.outputs)
  if (bundle === undefined || output === undefined) throw new Error('esbuild gave no bundle')
  const files = Object.entries(output.inputs).filter(
    ([path, { bytesInOutput }]) => bytesInOutput > 0 && path !== '<stdin>',
  )
  return {
    minified: bundle.contents.length,
    gzipped: gzipSync(bundle.contents, { level: 9 }).length,
    files: files.map(([path]) => path),
  }
}

const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`

/** The table of the README, in Markdown. */
export async function sizeTable(): Promise<string> {
  const rows = Object.values(importers).map(async (importer) => {
    const { minified, gzipped } = await sizeOf(importer)
    return `| ${importer.title} | ${kilobytes(minified)} | ${kilobytes(gzipped)} |`
  })
  return ['| imported | minified | and gzipped |', '|---|--:|--:|', ...(await Promise.all(rows))].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await sizeTable())
