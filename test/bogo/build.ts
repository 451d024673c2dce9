import { chmodSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Bundles the shim into one file that can be started as it is. Returns its path. */
export async function buildShim(): Promise<string> {
  const outfile = here('../../node_modules/.cache/tls12-bogo/shim.mjs')
  await build({
    entryPoints: [here('main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  })
  chmodSync(outfile, 0o755)
  return outfile
}
