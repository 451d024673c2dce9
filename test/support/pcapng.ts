/** Reads a pcapng capture of one TCP connection on loopback, as editcap writes it; the reader under test has no part in it. */

export type End = 'client' | 'server'

/** All that one end sent before the other spoke. */
export interface Flow {
  readonly from: End
  readonly bytes: Uint8Array
}

const ENHANCED_PACKET = 6
const DECRYPTION_SECRETS = 10
const ETHERNET = 14
const SYN = 2

interface Segment {
  readonly from: number
  readonly isSyn: boolean
  readonly sequence: number
  readonly data: Uint8Array
}

function segmentOf(frame: Buffer): Segment {
  const ip = frame.subarray(ETHERNET)
  const tcp = ip.subarray((ip.readUInt8(0) & 15) * 4, ip.readUInt16BE(2))
  if (ip.readUInt8(0) >> 4 !== 4 || ip.readUInt8(9) !== 6) throw new Error('not TCP over IPv4')
  const isSyn = (tcp.readUInt8(13) & SYN) !== 0
  return {
    from: tcp.readUInt16BE(0),
    isSyn,
    sequence: tcp.readUInt32BE(4) + (isSyn ? 1 : 0),
    data: new Uint8Array(tcp.subarray((tcp.readUInt8(12) >> 4) * 4)),
  }
}

/** Type and body of each block, in little-endian order as on the machines that capture. */
function* blocks(file: Buffer): Generator<{ readonly type: number; readonly body: Buffer }> {
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    yield { type: file.readUInt32LE(at), body: file.subarray(at + 8, at + file.readUInt32LE(at + 4) - 4) }
  }
}

/** The text of the key logs inside. */
export function keyLogIn(file: Uint8Array): string {
  const secrets = [...blocks(Buffer.from(file))].filter(({ type }) => type === DECRYPTION_SECRETS)
  return secrets.map(({ body }) => body.toString('latin1', 8, 8 + body.readUInt32LE(4))).join('')
}

/** The key log inside, and what passed. The end that opens the connection is the client; what is sent again counts once. */
export function readPcapng(file: Uint8Array): { readonly keyLog: string; readonly flow: readonly Flow[] } {
  const segments: Segment[] = []
  for (const { type, body } of blocks(Buffer.from(file))) {
    if (type === ENHANCED_PACKET) segments.push(segmentOf(body.subarray(20, 20 + body.readUInt32LE(12))))
  }
  const client = segments[0]?.from
  const next = new Map<number, number>()
  const flow: { from: End; parts: Uint8Array[] }[] = []
  for (const { from, isSyn, sequence, data } of segments) {
    if (isSyn) next.set(from, sequence >>> 0)
    if (data.length === 0 || sequence !== next.get(from)) continue
    next.set(from, (sequence + data.length) >>> 0)
    const end = from === client ? 'client' : 'server'
    const last = flow.at(-1)
    if (last?.from === end) last.parts.push(data)
    else flow.push({ from: end, parts: [data] })
  }
  return {
    keyLog: keyLogIn(file),
    flow: flow.map(({ from, parts }) => ({ from, bytes: new Uint8Array(Buffer.concat(parts)) })),
  }
}
