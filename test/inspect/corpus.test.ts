/** The captures of vectors/captures, between stacks none of which is ours: what each shows is found, and verifies. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import { AlertDescription } from '../../src/registry/alert-description.js'
import { nameOf } from '../../src/registry/registry.js'
import type { IndexEntry } from '../../vectors/index-entry.js'
import { checksOf, read } from './reading.js'

const folder = new URL('../../vectors/captures/', import.meta.url)
const index: readonly IndexEntry[] = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8'))

describe('captures between other stacks', () => {
  it.each(index.map((entry) => [entry.file, entry] as const))('%s', (file, entry) => {
    const { stories } = read(readFileSync(new URL(file, folder)))
    const handshakes = stories.filter((story) => story.handshakes.length > 0)
    expect(handshakes.length).toBeGreaterThan(0)
    for (const story of handshakes) {
      expect(story.tcp.missing).toBe(0)
      expect(checksOf(story).filter(({ verdict }) => verdict === 'wrong')).toEqual([])
      for (const item of story.entries) {
        if (item.type !== 'message') continue
        const message = decodeHandshakeBody(item.name, item.raw)
        expect(toHex(encodeHandshake(item.name, message as never))).toBe(toHex(item.raw)) // a name with its own message
      }
    }
    const finished = handshakes.map(
      (story) => checksOf(story).filter(({ what, verdict }) => what === 'Finished' && verdict === 'right').length,
    )
    if (entry.refusedWith === undefined) expect(Math.min(...finished)).toBeGreaterThanOrEqual(2)
    const alerts = handshakes.flatMap(({ entries }) => entries.flatMap((item) => (item.type === 'alert' ? [item] : [])))
    if (entry.refusedWith !== undefined)
      expect(alerts.map(({ alert }) => alert && nameOf(AlertDescription, alert.description))).toContain(
        entry.refusedWith,
      )
    if (entry.resumed !== undefined) expect(handshakes.length).toBeGreaterThanOrEqual(2)
  })
})
