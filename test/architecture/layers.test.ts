import { describe, expect, it } from 'vitest'
import { layerViolations } from './layers.js'
import { typeScriptUnder } from './sources.js'

describe('layers', () => {
  it('every import in src goes down, or stays in its folder', () => {
    const files = typeScriptUnder('src')
    const paths = new Set(files.map(({ path }) => path))
    expect(files.length).toBeGreaterThan(50)
    expect(layerViolations(files, (path) => paths.has(path))).toEqual([])
  }, 60_000)

  const judge = (path: string, text: string): string[] => layerViolations([{ path, text }], () => true)

  it.each([
    ['src/record/a.ts', "import { x } from '../handshake/b.js'"],
    ['src/handshake/a.ts', "import type { X } from '../record/b.js'"],
    ['src/handshake/a.ts', "export * from '../connection/b.js'"],
    ['src/handshake/a.ts', "export { x } from '../record/b.js'"],
    ['src/handshake/client/a.ts', "import { x } from '../server/b.js'"],
    ['src/handshake/a.ts', "type X = import('../connection/b.js').X"],
    ['src/x509/a.ts', "const x = await import('../providers/noble/b.js')"],
    ['src/bytes/a.ts', "import { x } from '../registry/b.js'"],
    ['src/record/a.ts', "import { x } from '../../test/b.js'"],
    ['src/record/a.ts', "import { x } from './b'"],
    ['src/record/a.ts', "import { x } from '../somewhere/b.js'"],
    ['src/record/a.ts', "import { x } from '../index.js'"],
    ['src/adapters/a.ts', "import { x } from '../cli/b.js'"],
    ['src/record/a.ts', "import { createHash } from 'node:crypto'"],
    ['src/providers/noble/a.ts', "import { createHash } from 'node:crypto'"],
    ['src/record/a.ts', "import { createHash } from 'crypto'"],
    ['src/record/a.ts', "import { sha256 } from '@noble/hashes/sha2.js'"],
    ['src/cli/a.ts', "import { x } from 'left-pad'"],
    ['src/cli/a.ts', "const x = require('left-pad')"],
  ])('refuses in %s: %s', (path, text) => {
    expect(judge(path, text).length).toBe(1)
  })

  it.each([
    ['src/record/a.ts', "import { x } from './b.js'"],
    ['src/record/a.ts', "import { x } from '../crypto/b.js'"],
    ['src/handshake/client/a.ts', "import { x } from '../b.js'"],
    ['src/connection/a.ts', "import { x } from '../handshake/b.js'"],
    ['src/index.ts', "import { x } from './cli/b.js'"],
    ['src/cli/a.ts', "import { x } from '../index.js'"],
    ['src/providers/node/a.ts', "import { x } from 'node:crypto'"],
    ['src/adapters/node-duplex.ts', "import { x } from 'node:stream'"],
    ['src/x509/system-roots.ts', "import { x } from 'node:tls'"],
    ['src/providers/noble/a.ts', "import { x } from '@noble/curves/nist.js'"],
    ['src/x509/a.ts', "import { x } from '@peculiar/asn1-x509'"],
  ])('allows in %s: %s', (path, text) => {
    expect(judge(path, text)).toEqual([])
  })
})
