/** `tls12 explain`: captures of recorded handshakes, told as text and as JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { frames, pcap, pcapng, tcp } from '../support/capture-builder.js'
import { recordings, vectorPath } from '../vectors/recording.js'
import { runHere } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'tls12-explain-'))
afterAll(() => rmSync(folder, { recursive: true }))

const found = recordings.find(({ name }) => name === 'rsa-aes128gcm-server-only')
if (found?.keyLog === undefined) throw new Error('a recording is missing')
const recording = found
const keyLogLine = found.keyLog
const segments = tcp(recording.flow)

function file(name: string, contents: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}

const capture = file('handshake.pcap', pcap(frames(segments)))
const keyLog = file('keys.log', `${keyLogLine}\n`)
const text = Buffer.from(recording.clientData ?? '', 'hex')
  .toString()
  .trim()

interface Document {
  readonly connections: readonly {
    readonly steps: readonly {
      readonly title: string
      readonly message: string
      readonly bytes?: readonly { hex: string }[]
    }[]
    readonly handshakes: readonly {
      readonly cipherSuite: string
      readonly masterSecretFrom: string | null
      readonly replay: Readonly<Record<'client' | 'server', { readonly outcome: string; readonly reason?: string }>>
    }[]
    readonly checks: readonly { readonly what: string; readonly verdict: string }[]
  }[]
  readonly summary: { readonly connections: number }
}

const json = async (...argv: string[]): Promise<Document> => {
  const { code, out, err } = await runHere(['explain', '--json', ...argv])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as Document
}

describe('tls12 explain', () => {
  it('tells a connection without keys, and what it could not check', async () => {
    const { code, out, err } = await runHere(['explain', capture])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('Connection 1: 192.0.2.1:50000 → 198.51.100.7:443, 2023-11-14T22:13:20.000Z')
    expect(out).toContain('no key log and no key was given')
    expect(out).toContain('1 TLS connections; 0 others')
    expect(out).not.toContain(text)
    expect(out).toMatch(/client {3}server {2}Replay\n +not replayed +its master secret is not known/)
  })

  it.each([
    ['--keylog', keyLog, 'the key log'],
    ['--rsa-key', vectorPath('pki/server/rsa.key.pem'), 'the RSA key of the server'],
  ])('tells what was said with %s', async (option, path, source) => {
    const { out } = await runHere(['explain', capture, option, path])
    expect(out).toContain(text)
    expect(out.replace(/\s+/g, ' ')).toContain(`with the master secret from ${source}`)
    const { connections } = await json(capture, option, path)
    expect(connections[0]?.handshakes).toMatchObject([
      { road: 'full', cipherSuite: 'TLS_RSA_WITH_AES_128_GCM_SHA256', masterSecretFrom: source },
    ])
    expect(connections[0]?.handshakes[0]?.replay).toMatchObject({
      client: { outcome: 'connected' },
      server: { outcome: 'connected' },
    })
    expect(out.replace(/\s+/g, ' ')).toContain(
      'Our machine as the server outcome connected: every check that it had to make came out right says the same ' +
        'server_hello, certificate, server_hello_done, finished: byte for byte',
    )
    expect(connections[0]?.checks.filter(({ what }) => what === 'Finished').map(({ verdict }) => verdict)).toEqual([
      'right',
      'right',
    ])
    const data = connections[0]?.steps.filter(({ message }) => message === 'application_data')
    expect(data?.map(({ bytes }) => bytes?.[0]?.hex)).toEqual([recording.clientData, recording.serverData])
  })

  it('never shows a master secret', async () => {
    const secret = keyLogLine.split(' ')[2] ?? ''
    for (const more of [[], ['--json'], ['--bytes'], ['--json', '--bytes']]) {
      const { out } = await runHere(['explain', capture, '--keylog', keyLog, ...more])
      expect(out).not.toContain(secret)
      expect(out.replaceAll(' ', '')).not.toContain(secret.slice(0, 32))
    }
  })

  it('annotates bytes', async () => {
    const { out } = await runHere(['explain', capture, '--bytes'])
    expect(out).toMatch(/\| 0000 {2}01 +.*msgType: HandshakeType = 0x01 client_hello/)
    const { connections } = await json(capture, '--bytes')
    const hello = connections[0]?.steps[0]?.bytes?.[0]?.hex ?? ''
    expect(toHex(recording.flow[0]?.bytes ?? new Uint8Array())).toContain(hello)
    expect(hello.length).toBeGreaterThan(100)
  })

  it('reads gzip, and secrets inside of the capture', async () => {
    const { summary, connections } = await json(
      file('handshake.pcapng.gz', gzipSync(pcapng(frames(segments), { keyLog: keyLogLine }))),
    )
    expect(summary.connections).toBe(1)
    expect(connections[0]?.handshakes[0]?.masterSecretFrom).toBe('the key log')
  })

  it('gives a document for a capture without TLS too', async () => {
    expect((await json(file('nothing.pcap', pcap([])))).connections).toEqual([])
  })

  it('says what is wrong with a file', async () => {
    const empty = file('empty', '')
    for (const [argv, message, code] of [
      [[empty], 'the file is empty', 1],
      [[keyLog], 'begins like no pcap or pcapng capture', 1],
      [[join(folder, 'missing')], 'no such file', 1],
      [[], 'FILE is missing', 2],
      [[capture, '--keylog', join(folder, 'missing')], 'cannot be read', 2],
      [[capture, '--rsa-key', keyLog], 'it holds no PEM block', 2],
      [[capture, '--rsa-key', vectorPath('pki/server/ecdsaP256.key.pem')], 'of another kind', 2],
    ] as const) {
      const ran = await runHere(['explain', ...argv])
      expect(ran.err).toContain(message)
      expect(ran.code).toBe(code)
    }
  })

  it('has a help', async () => {
    const { out, code } = await runHere(['explain', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('--rsa-key FILE')
  })
})
