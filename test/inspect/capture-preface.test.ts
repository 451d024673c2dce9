/** TLS that does not begin with the connection: other protocols ask for it, proxies pass it on, hellos have an older form. */
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/bytes/convert.js'
import { LONGEST_PREFACE } from '../../src/inspect/capture/connection-follower.js'
import { describeTransport } from '../../src/inspect/capture/describe-connection.js'
import { frames, pcap, type Said, tcp } from '../support/capture-builder.js'
import { recordings } from '../vectors/recording.js'
import { checksOf, notRightIn, read, remarksOf, saidIn } from './reading.js'

const found = recordings.find(({ name }) => name === 'ecdhe-rsa-chacha20-mutual')
if (found?.keyLog === undefined) throw new Error('a recording is missing')
const recording = found
const keyLog = found.keyLog
const text = (from: Said['from'], content: string): Said => ({ from, bytes: new TextEncoder().encode(content) })

const readBehind = (preface: readonly Said[], segmentSize = 1000) =>
  read(pcap(frames(tcp([...preface, ...recording.flow], { segmentSize }))), { keyLog })

const prefaces: readonly (readonly [name: string, request: RegExp | undefined, said: readonly Said[]])[] = [
  [
    'SMTP',
    /STARTTLS of SMTP/,
    [
      text('server', '220 mail.example ESMTP\r\n'),
      text('client', 'EHLO client.example\r\n'),
      text('server', '250-mail.example\r\n250 STARTTLS\r\n'),
      text('client', 'STARTTLS\r\n'),
      text('server', '220 go ahead\r\n'),
    ],
  ],
  [
    'IMAP',
    /STARTTLS of IMAP/,
    [text('server', '* OK IMAP4rev1\r\n'), text('client', 'a1 STARTTLS\r\n'), text('server', 'a1 OK begin\r\n')],
  ],
  [
    'a proxy',
    /CONNECT through an HTTP proxy/,
    [
      text(
        'client',
        'CONNECT server.example:443 HTTP/1.1\r\nHost: server.example\r\nProxy-Authorization: Basic c2VjcmV0\r\n\r\n',
      ),
      text('server', 'HTTP/1.1 200 Connection established\r\n\r\n'),
    ],
  ],
  ['PostgreSQL', /PostgreSQL/, [{ from: 'client', bytes: fromHex('0000000804d2162f') }, text('server', 'S')]],
  [
    'SOCKS',
    /SOCKS/,
    [
      { from: 'client', bytes: fromHex('050100') },
      { from: 'server', bytes: fromHex('0500') },
    ],
  ],
  ['a protocol of its own', undefined, [text('client', 'TLS please'), text('server', 'yes')]],
]

describe('TLS behind', () => {
  it.each(prefaces)('%s', (_name, request, said) => {
    const result = readBehind(said)
    const [story] = result.stories
    if (story === undefined) throw new Error('no story')
    expect(saidIn(result)).toEqual({ client: recording.clientData, server: recording.serverData })
    expect(notRightIn(story)).toEqual([])
    expect(remarksOf(story)).toEqual([])
    expect(story.client).toBe('192.0.2.1:50000')
    const octets = (from: Said['from']) =>
      said.reduce((sum, one) => sum + (one.from === from ? one.bytes.length : 0), 0)
    expect(story.preface).toMatchObject({ client: octets('client'), server: octets('server') })
    const told = describeTransport(story).join('; ')
    expect(told).toContain(`TLS begins behind ${octets('client')} byte`)
    if (request === undefined) expect(story.preface?.request).toBeUndefined()
    else expect(story.preface?.request).toMatch(request)
    expect(told).not.toContain('c2VjcmV0')
  })

  it.each([
    ['as text', new TextEncoder().encode('PROXY TCP4 192.0.2.9 198.51.100.7 4711 443\r\n')],
    ['in binary', fromHex('0d0a0d0a000d0a515549540a2111000cc0000209c6336407126701bb')],
  ])('the header of a load balancer in the same segment, %s', (_name, header) => {
    const [hello, ...rest] = recording.flow
    if (hello === undefined) throw new Error('no hello')
    const bytes = Uint8Array.from([...header, ...hello.bytes])
    const result = read(pcap(frames(tcp([{ from: 'client', bytes }, ...rest]))), { keyLog })
    expect(saidIn(result)).toEqual({ client: recording.clientData, server: recording.serverData })
    expect(result.stories[0]?.preface).toMatchObject({
      client: header.length,
      server: 0,
      request: expect.stringMatching('PROXY'),
    })
  })

  it('more than any protocol says is not looked for', () => {
    const talk = text('client', 'x'.repeat(LONGEST_PREFACE + 1))
    expect(readBehind([talk]).summary).toMatchObject({ connections: 0, otherConnections: 1 })
  })
})

describe('a ClientHello in the form of SSL 2.0', () => {
  it('is told, and what follows is read without it', () => {
    const [, ...rest] = recording.flow
    const body = `010303000600000010${'00c02f0000ff'}${'5a'.repeat(16)}`
    const hello = fromHex(`80${(body.length / 2).toString(16)}${body}`)
    for (const segmentSize of [1000, 20]) {
      const result = read(pcap(frames(tcp([{ from: 'client', bytes: hello }, ...rest], { segmentSize }))), { keyLog })
      const [story] = result.stories
      if (story === undefined) throw new Error('no story')
      expect(remarksOf(story)[0]).toMatch(/form of SSL 2\.0 from the client, 33 bytes/)
      expect(checksOf(story).filter(({ verdict }) => verdict === 'wrong')).toEqual([])
      const change = story.entries.find(({ type }) => type === 'change_cipher_spec')
      expect(change).toMatchObject({ unreadable: 'no ClientHello was read, so its random is not known' })
    }
  })
})
