/** `tls12 explain`: captures of recorded handshakes, told as text and as JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { sharedKey } from '../interop/peers/peer.js'
import { frames, pcap, pcapng, tcp } from '../support/capture-builder.js'
import { recordings, vectorPath } from '../vectors/recording.js'
import { main, runHere, start } from './run.js'

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
    expect(out).toContain('1 TLS connection; 0 others')
    expect(out).not.toContain(text)
    // nonce, two octets, tag
    expect(out).toMatch(/Alert from the client +alert, 26 bytes/)
    expect(out).toMatch(/client {3}server {2}Replay\n +not replayed +its master secret is not known/)
  })

  it('says when no connection names the pre-shared key that was given', async () => {
    const { out } = await runHere(['explain', capture, '--psk', file('other.psk', 'nobody:00112233\n')])
    expect(out).toContain('no connection could be opened with a pre-shared key: none names one that was given')
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
      {
        ...{ road: 'full', version: 'TLSv1_2', cipherSuite: 'TLS_RSA_WITH_AES_128_GCM_SHA256' },
        ...{ serverName: null, applicationProtocol: null, extendedMasterSecret: true, encryptThenMac: false },
        masterSecretFrom: source,
      },
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
    expect(out).toMatch(/\| 0000 {2}16 +.*type: ContentType = 0x16 handshake/)
    expect(out).toMatch(/\| 0000 {2}01 +.*msgType: HandshakeType = 0x01 client_hello/)
    expect(out).not.toContain(' more ...')
    const { connections } = await json(capture, '--bytes')
    const [record, message] = connections[0]?.steps[0]?.bytes ?? []
    const hello = `${record?.hex}${message?.hex}`
    expect(record?.hex.length).toBe(10)
    expect(toHex(recording.flow[0]?.bytes ?? new Uint8Array())).toContain(hello)
    expect(hello.length).toBeGreaterThan(100)
  })

  it('opens the plain PSK exchange with the key that both ends share', async () => {
    const path = vectorPath('captures/openssl-mbed-tls-psk-key-exchange.pcapng')
    const keys = file('psk.txt', `# as psktool writes them\n${sharedKey.identity}:${sharedKey.hex}\n`)
    const { connections } = await json('--psk', keys, path)
    expect(connections[0]?.handshakes[0]?.masterSecretFrom).toBe('the pre-shared key')
    const wrong = file('wrong.txt', `${sharedKey.identity}\n`)
    const { code, err } = await runHere(['explain', '--psk', wrong, path])
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('identity:hexadecimal') })
    const other = await runHere(['explain', '--psk', keys, capture])
    expect(other.out).toContain('no connection could be opened with a pre-shared key')
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

  it('gives a line for each connection, and one for the summary', async () => {
    const { code, out } = await runHere(['explain', '--jsonl', capture, '--keylog', keyLog])
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(code).toBe(0)
    expect(lines).toMatchObject([{ connection: { number: 1 } }, { summary: { connections: 1, givenKeyLogLines: 1 } }])
  })

  it('reads files that follow each other as one capture', async () => {
    const halves = [segments.slice(0, 5), segments.slice(5)]
    const paths = halves.map((half, at) => file(`part${at}.pcap`, pcap(frames(half))))
    const { connections, summary } = await json(...paths, '--keylog', keyLog)
    expect(summary.connections).toBe(1)
    expect(connections[0]?.checks.filter(({ verdict }) => verdict === 'wrong')).toEqual([])
  })

  it('tells what is before the place where a file is broken, and ends with 1', async () => {
    const whole = pcap(frames(segments))
    const broken = file('broken.pcap', Buffer.concat([whole, Buffer.alloc(400, 0xff)]))
    const text = await runHere(['explain', broken])
    expect(text).toMatchObject({
      code: 1,
      err: expect.stringMatching(/at most 262144 occur \(at byte \d+ of the file\)/),
    })
    expect(text.out).toContain('Client hello')
    expect(text.out).toContain('nothing is read behind the place where the file is broken')
    const document = await runHere(['explain', '--json', broken])
    expect(JSON.parse(document.out)).toMatchObject({ summary: { broken: { offset: whole.length } } })
    const packed = gzipSync(whole)
    const cut = await runHere(['explain', file('cut.pcap.gz', packed.subarray(0, packed.length - 100))])
    expect(cut).toMatchObject({ code: 1, err: expect.stringContaining('the gzip file is cut off') })
  })

  it('tells what is before the place where a file is cut off within a frame, and ends with 1', async () => {
    const whole = pcap(frames(segments))
    for (const octets of [1, 20]) {
      const cut = file(`cut${octets}.pcap`, whole.subarray(0, whole.length - octets))
      const { code, out, err } = await runHere(['explain', cut])
      expect({ code, err }).toEqual({ code: 1, err: 'tls12 explain: a file ends in the middle of a frame\n' })
      expect(out).toContain('Client hello')
      expect(out).toMatch(/the file ends in the middle of a frame, \d+ bytes are left over/)
      const document = await runHere(['explain', '--json', cut])
      expect(document.code).toBe(1)
      expect(JSON.parse(document.out)).toMatchObject({ connections: [{}], summary: { connections: 1 } })
      // A later file does not make it whole.
      expect((await runHere(['explain', cut, capture])).code).toBe(1)
    }
  })

  it('says that keys opened nothing', async () => {
    const others = file('other.log', `CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}\n`)
    const tls13 = file('tls13.log', `CLIENT_TRAFFIC_SECRET_0 ${'ab'.repeat(32)} ${'cd'.repeat(32)}\n`)
    const impostor = vectorPath('pki/impostor/server/rsa.key.pem')
    expect((await runHere(['explain', capture, '--keylog', others])).out).toContain('(1 line) names none of these')
    expect((await runHere(['explain', capture, '--keylog', tls13])).out).toContain('has no line for TLS 1.2')
    expect((await runHere(['explain', capture, '--rsa-key', impostor])).out).toContain(
      'could be opened with the RSA key',
    )
    expect((await runHere(['explain', capture, '--keylog', others, '--keylog', keyLog])).out).toContain(text)
  })

  it('shows on a terminal how far it is, and leaves nothing of that behind', async () => {
    const large = file(
      'large.pcap',
      Buffer.concat([
        pcap(frames(segments)),
        ...Array<Uint8Array>(60_000).fill(pcap(frames(segments.slice(0, 1))).subarray(24)),
      ]),
    )
    const { err } = await runHere(['explain', large], { tty: true })
    expect(err.replaceAll('\u001b[K', 'cleared')).toMatch(/^(\r\d+ MB read, \d+ % )*(\rcleared)?$/)
  })

  it('stops where nobody reads any more', async () => {
    const whole = pcap(frames(segments))
    const large = file('many.pcap', Buffer.concat([whole, ...Array<Uint8Array>(400).fill(whole.subarray(24))]))
    const started = start(process.execPath, ['--import', 'tsx', main, 'explain', large])
    started.child.stdout?.once('data', () => started.child.stdout?.destroy())
    expect({ code: await started.ended, err: started.err() }).toEqual({ code: 0, err: '' })
  })

  it('says what is wrong with a file', async () => {
    const empty = file('empty', '')
    const encrypted = vectorPath('keystore/pkcs8-aes256-sha384.pem')
    for (const [argv, message, code] of [
      [[capture, '--rsa-key', encrypted], 'is encrypted: --key-password-file names', 2],
      [[capture, '--json', '--jsonl'], 'exclude each other', 2],
      [[capture, '--key-password-file', keyLog], 'needs --rsa-key', 2],
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
