/** What the story says of connections that it cannot follow: they chose another version, or were open before. */
import { describe, expect, it } from 'vitest'
import { concat, fromHex } from '../../src/bytes/convert.js'
import { describeConnection } from '../../src/inspect/capture/describe-connection.js'
import { type End, frames, pcap, type Said, tcp } from '../support/capture-builder.js'
import { read } from './reading.js'

const hex = (from: End, ...parts: string[]): Said => ({ from, bytes: concat(...parts.map(fromHex)) })
const random = '11'.repeat(32)
const id = `20${'22'.repeat(32)}`

/** Hellos as RFC 8446 §4.1.2 and RFC 8446 §4.1.3 have them, with supported_versions alone. */
const clientHello = hex(
  'client',
  '160301003c',
  '010000380303',
  random,
  '00',
  '00021301',
  '0100',
  '000d',
  '002b0009080304030303020301',
)
const clientWithId = hex(
  'client',
  '160301005c',
  '010000580303',
  random,
  id,
  '00021301',
  '0100',
  '000d',
  '002b0009080304030303020301',
)
const serverHello = hex('server', '1603030052', '0200004e0303', '33'.repeat(32), id, '130100', '0006', '002b00020304')

const told = (flow: readonly Said[], options = {}): string => {
  const [story] = read(pcap(frames(tcp(flow, options)))).stories
  if (story === undefined) throw new Error('no connection was found')
  return JSON.stringify(describeConnection(story))
}

describe('a handshake of TLS 1.3', () => {
  it('is told by the versions in its list, and not as a resumption', () => {
    const text = told([clientWithId, serverHello])
    expect(text).toContain('TLS 1.3 (0x0304), TLS 1.2 (0x0303), TLS 1.1 (0x0302), TLS 1.0 (0x0301)')
    expect(text).toContain('for servers that do not read supported_versions')
    expect(text).toContain('the server chose TLS 1.3 (0x0304)')
    expect(text).not.toMatch(/highest that the client speaks|is resumed|abbreviated/)
  })

  it('is no promise where the server does not answer', () => {
    expect(told([clientHello])).not.toContain('highest')
  })
})

describe('a connection that was open before', () => {
  it('has alerts under keys, which are not told as if they were none', () => {
    const flow = [hex('client', '1703030010', '44'.repeat(16)), hex('server', '150303001a', '55'.repeat(26))]
    const segments = tcp(flow).filter(({ data }) => data.length > 0)
    const [story] = read(pcap(frames(segments))).stories
    expect(story?.entries.map((entry) => ('size' in entry ? [entry.type, entry.size] : [entry.type]))).toEqual([
      ['remark'], // who is the client is a guess
      ['application_data', 16],
      ['alert', 26],
    ])
  })
})
