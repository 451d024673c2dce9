/**
 * Captures that others published, with their keys: every check that the keys allow comes out right, and what cannot be
 * checked says why. A directory with an index of its own can be added to `sources`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import { shared } from '../support/outside.js'
import { checksOf, read } from './reading.js'

const folder = shared('conformance/captures')

interface Published {
  readonly name: string
  readonly file: string
  readonly keyLog: string | undefined
}

const published: readonly Published[] = (folder === undefined ? [] : readdirSync(folder))
  .filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name))
  .map((name) => {
    const keyLog = join(folder ?? '', name.replace(/\.pcap(ng)?(\.gz)?$/, '.keylog'))
    return { name, file: join(folder ?? '', name), keyLog: existsSync(keyLog) ? keyLog : undefined }
  })

/** Finished messages that tshark decrypts with the keys beside the capture, or in it: without these nothing would be shown. */
const finishedSeen: Readonly<Record<string, number>> = {
  'illustrated-tls12.pcap': 2,
  'scapy-tls_tcp_frag_withnss.pcap.gz': 2,
  'ws-http2-brotli.pcapng': 2,
  'ws-http2-data-reassembly.pcap': 2,
  'ws-tls12-chacha20poly1305.pcap': 14,
  'ws-tls12-dsb.pcapng': 4,
  'zeek-tls-1.2-stream-keylog.pcap': 2,
}

const contents = ({ file }: Published): Uint8Array =>
  file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)

describe.skipIf(folder === undefined)('published captures (skipped without ../shared/conformance)', () => {
  it.each(published.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const keyLog = one.keyLog === undefined ? {} : { keyLog: readFileSync(one.keyLog, 'utf8') }
    const { stories } = read(contents(one), keyLog)
    expect(stories.length).toBeGreaterThan(0)
    let verified = 0
    for (const story of stories) {
      expect(checksOf(story).filter(({ verdict }) => verdict === 'wrong')).toEqual([])
      expect(story.tcp.missing).toBe(0)
      for (const entry of story.entries) {
        if (entry.type !== 'message') continue
        const message = decodeHandshakeBody(entry.name, entry.raw)
        expect(toHex(encodeHandshake(entry.name, message as never))).toBe(toHex(entry.raw)) // a name with its own message
      }
      // What can be read was checked to its end: both Finished match.
      const changes = story.entries.filter((entry) => entry.type === 'change_cipher_spec')
      const finished = checksOf(story).filter(({ what, verdict }) => what === 'Finished' && verdict === 'right')
      const readable = changes.filter((entry) => !('unreadable' in entry))
      expect(finished.length).toBe(readable.length)
      verified += finished.length
    }
    expect(verified).toBeGreaterThanOrEqual(finishedSeen[one.name] ?? 0)
  })
})
