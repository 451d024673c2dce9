import { describe, expect, test } from 'vitest'
import { type Importer, importers, type Size, sizeOf } from '../../bench/size.js'

/** Bytes, minified and gzipped: a tenth above what was measured when this was last looked at. */
const limits: Readonly<Record<keyof typeof importers, number>> = {
  client: 35_000,
  server: 33_000,
  both: 43_000,
  provider: 50_000,
  createClient: 99_000,
}

const measured = new Map<Importer, Promise<Size>>()
const measure = (importer: Importer): Promise<Size> => {
  const size = measured.get(importer) ?? sizeOf(importer)
  measured.set(importer, size)
  return size
}

describe('what an importer pays', { timeout: 60_000 }, () => {
  test.each(Object.entries(limits))('%s: at most %i bytes, minified and gzipped', async (name, limit) => {
    const { gzipped } = await measure(importers[name as keyof typeof importers]) // the keys of `limits`
    expect(gzipped).toBeLessThanOrEqual(limit)
  })

  test('the handshake comes without provider, validator, adapter or anything from outside', async () => {
    const { files } = await measure(importers.both)
    const core = /^src\/(?:bytes|codec|connection|crypto|handshake|messages|record|registry|core\.ts)/
    expect(files).toContain('src/handshake/machine.ts')
    expect(files.filter((file) => !core.test(file))).toEqual([])
  })

  test('a client comes without the server, and a server without the client', async () => {
    const client = (await measure(importers.client)).files
    const server = (await measure(importers.server)).files
    expect(client).toContain('src/handshake/client/table.ts')
    expect(client.filter((file) => file.startsWith('src/handshake/server/'))).toEqual([])
    expect(server).toContain('src/handshake/server/table.ts')
    expect(server.filter((file) => file.startsWith('src/handshake/client/'))).toEqual([])
  })

  test('the noble provider comes without validator and machine, and with no package but noble', async () => {
    const { files } = await measure(importers.provider)
    const own = /^src\/(?:bytes|codec|crypto|providers\/noble|registry)\//
    const noble = /^node_modules\/@noble\/(?:ciphers|curves|hashes)\//
    expect(files).toContain('src/providers/noble/index.ts')
    expect(files.filter((file) => !own.test(file) && !noble.test(file))).toEqual([])
  })
})
