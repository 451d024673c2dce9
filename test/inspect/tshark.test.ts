/**
 * Wireshark's own reading of the corpus and of the published captures agrees with ours: order of messages, suites,
 * extensions, decrypted data, and of the corpus alerts, certificates and signatures too.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'
import { byTshark, unknownToTshark } from '../../vectors/tshark.js'
import { corpusIndex, pathIn } from '../support/corpus.js'
import { program, shared } from '../support/outside.js'
import { read } from './reading.js'
import { seenIn, seenInClear } from './seen.js'

const crypto = nodeProvider()
const tshark = program('tshark', '--version')
const folder = shared('conformance/captures')
const scratch = mkdtempSync(join(tmpdir(), 'tls12-tshark-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const names = (folder === undefined ? [] : readdirSync(folder)).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name))

interface Hello {
  readonly type: number
  readonly suites: readonly number[]
  readonly extensions: readonly number[]
}

/** What is compared of one connection. */
interface Seen {
  readonly messages: readonly number[]
  readonly hellos: readonly Hello[]
}

const numbers = (text: string): number[] => (text === '' ? [] : text.split(',').map(Number))

/** What tshark says of each connection, by the client's address and port. */
function bySharks(file: string, keyLog: string | undefined): Map<string, Seen> {
  const fields = [
    'tcp.stream',
    'tcp.srcport',
    'tls.handshake.type',
    'tls.handshake.ciphersuite',
    'tls.handshake.extension.type',
    'tls.handshake.cipherspec',
  ]
  const options = keyLog === undefined ? [] : ['-o', `tls.keylog_file:${keyLog}`]
  const argv = ['-r', file, '-2', ...options, '-Y', 'tls', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]
  const output = execFileSync(tshark ?? 'tshark', argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e8,
  })
  const found = new Map<string, { port: string; seen: { messages: number[]; hellos: Hello[] } }>()
  for (const line of output.split('\n').filter((one) => one !== '')) {
    const [stream = '', port = '', types = '', suites = '', extensions = '', version2 = ''] = line.split('\t')
    const entry = found.get(stream) ?? { port, seen: { messages: [], hellos: [] } }
    found.set(stream, entry)
    if (version2 !== '') continue // a ClientHello in the form of SSL 2.0, which is told as a remark
    const messages = numbers(types)
    entry.seen.messages.push(...messages)
    const hello = messages.find((type) => type === 1 || type === 2)
    if (hello !== undefined)
      entry.seen.hellos.push({ type: hello, suites: numbers(suites), extensions: numbers(extensions) })
  }
  return new Map([...found.values()].map(({ port, seen }) => [port, seen]))
}

/**
 * Messages that tshark 4.0 does not show: a Certificate in hundreds of records. (Where records are compressed, or the suite
 * is none of ours, it is our reader that has no Finished.)
 */
const notReassembled: Readonly<Record<string, readonly number[]>> = {
  'zeek-tls-fragmented-handshake.pcap.gz': [HandshakeType.certificate],
}

const portOf = (endpoint: string): string => endpoint.slice(endpoint.lastIndexOf(':') + 1)

function bySelf({ entries }: ConnectionStory): Seen {
  const messages = entries.filter((entry) => entry.type === 'message')
  const hellos = messages.flatMap(({ name, raw }): Hello[] => {
    if (name !== 'client_hello' && name !== 'server_hello') return []
    const hello = decodeHandshakeBody(name, raw)
    const suites = 'cipherSuites' in hello ? hello.cipherSuites : [hello.cipherSuite]
    const extensions = (hello.extensions ?? []).map(({ extensionType }) => extensionType)
    return [{ type: HandshakeType[name], suites, extensions }]
  })
  return { messages: messages.map(({ name }) => HandshakeType[name]), hellos }
}

/** Decrypted data of each of the first connections as tshark follows it, both directions as they come. */
function followed(file: string, keyLog: string | undefined, streams: number): readonly string[] {
  const options = keyLog === undefined ? [] : ['-o', `tls.keylog_file:${keyLog}`]
  const follow = Array.from({ length: streams }, (_, stream) => ['-z', `follow,tls,raw,${stream}`])
  const output = execFileSync(tshark ?? 'tshark', ['-r', file, ...options, '-q', ...follow.flat()], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e8,
  })
  const dataOf = (part: string): string => (part.match(/^\t?[0-9a-f]+$/gm) ?? []).map((line) => line.trim()).join('')
  return output.split('Follow: tls,raw').map(dataOf)
}

describe.skipIf(tshark === undefined || program('mergecap', '--version') === undefined)(
  'tshark agrees on the corpus',
  () => {
    it('in every connection of every capture', () => {
      const paths = corpusIndex.map(({ file }) => pathIn(file))
      const merged = join(scratch, 'corpus.pcapng')
      // one after the other, each with its keys
      execFileSync('mergecap', ['-a', '-w', merged, ...paths], { stdio: 'ignore' })
      const theirs = byTshark(merged)
      const ours = corpusIndex.flatMap(({ file, claims }) => {
        const result = read(readFileSync(pathIn(file)), { crypto })
        return (unknownToTshark.has(claims.suite) ? seenInClear : seenIn)(result).map((seen) => ({ file, seen }))
      })
      expect(theirs.length).toBe(ours.length)
      for (const [at, { file, seen }] of ours.entries()) expect(seen, file).toEqual(theirs[at])
    }, 120_000)
  },
)

describe.skipIf(tshark === undefined || folder === undefined)('tshark agrees', () => {
  it.each(names)('on %s', (name) => {
    const path = join(folder ?? '', name)
    const contents = name.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)
    const plain = join(scratch, name.replace(/\.gz$/, ''))
    writeFileSync(plain, contents)
    const keyLogPath = path.replace(/\.pcap(ng)?(\.gz)?$/, '.keylog')
    const keyLog = existsSync(keyLogPath) ? keyLogPath : undefined
    const result = read(contents, keyLog === undefined ? {} : { keyLog: readFileSync(keyLog, 'utf8') })
    const theirs = bySharks(plain, keyLog)
    let compared = 0
    for (const story of result.stories) {
      const seen = theirs.get(portOf(story.client)) ?? theirs.get(portOf(story.server))
      const ours = bySelf(story)
      const hidden = story.entries.some((entry) => entry.type === 'unreadable') ? [HandshakeType.finished] : []
      const left = [...hidden, ...(notReassembled[name] ?? [])]
      const without = (messages: readonly number[] = []) => messages.filter((type) => !left.includes(type))
      expect(without(seen?.messages), story.client).toEqual(without(ours.messages))
      expect(seen?.hellos, story.client).toEqual(ours.hellos)
      compared++
    }
    expect(compared).toBeGreaterThan(0)
  })

  it.each([
    ['illustrated-tls12.pcap', 1],
    ['ws-tls12-dsb.pcapng', 2],
    ['ws-tls12-chacha20poly1305.pcap', 3],
    ['scapy-tls_tcp_frag_withnss.pcap.gz', 1],
    ['zeek-tls-1.2-stream-keylog.pcap', 1],
  ])('on the decrypted data of %s', (name, count) => {
    const path = join(folder ?? '', name)
    const contents = name.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)
    const plain = join(scratch, name.replace(/\.gz$/, ''))
    writeFileSync(plain, contents)
    const keyLogPath = path.replace(/\.pcap(ng)?(\.gz)?$/, '.keylog')
    const keyLog = existsSync(keyLogPath) ? keyLogPath : undefined
    let ours = ''
    const clients: string[] = []
    read(contents, {
      ...(keyLog === undefined ? {} : { keyLog: readFileSync(keyLog, 'utf8') }),
      onApplicationData: ({ client, data }) => {
        if (!clients.includes(client)) clients.push(client)
        if (clients.length === 1) ours += Buffer.from(data).toString('hex')
      },
    })
    expect(clients.length).toBeGreaterThanOrEqual(count)
    const streams = followed(plain, keyLog, clients.length + 4)
    expect(ours.length).toBeGreaterThan(0)
    expect(streams).toContain(ours)
  })
})
