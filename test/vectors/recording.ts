/** Reads the captures of OpenSSL with itself as flows: all that one end sent before the other spoke. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromHex } from '../../src/bytes/convert.js'
import type { IndexEntry, Said } from '../../vectors/index-entry.js'
import { corpusIndex, pathIn } from '../support/corpus.js'
import { type Flow, readPcapng } from '../support/pcapng.js'

export type { End, Flow } from '../support/pcapng.js'

export interface Recording {
  readonly name: string
  readonly outcome: 'established' | 'refused'
  /** Lines of an NSS key log. */
  readonly keyLog?: string
  /** The line's two values; absent where there is none. */
  readonly logged?: { readonly clientRandom: Uint8Array; readonly masterSecret: Uint8Array }
  /** Paths in vectors/. */
  readonly serverKey: string
  readonly clientKey?: string
  /** Application data that each end was given to send, hexadecimal. */
  readonly clientData?: string
  readonly serverData?: string
  readonly flow: readonly Flow[]
}

export const vectorPath = (path: string): string => fileURLToPath(new URL(`../../vectors/${path}`, import.meta.url))

/** The client random and master secret of an NSS key log line. */
export function readKeyLogLine(line: string): { clientRandom: Uint8Array; masterSecret: Uint8Array } {
  const match = /^CLIENT_RANDOM ([0-9a-fA-F]{64}) ([0-9a-fA-F]{96})$/.exec(line.trim())
  if (match === null) throw new Error('not a CLIENT_RANDOM line')
  const [, random = '', master = ''] = match
  return { clientRandom: fromHex(random), masterSecret: fromHex(master) }
}

const written = (said: Said | undefined): string =>
  said !== undefined && 'text' in said ? Buffer.from(said.text.repeat(said.times ?? 1)).toString('hex') : ''

function load({ file, claims, keys, said }: IndexEntry): Recording {
  const { keyLog: lines, flow } = readPcapng(readFileSync(pathIn(file)))
  const keyLog = lines.trimEnd()
  return {
    name: file.replace(/^openssl\/|\.pcapng$/g, ''),
    outcome: claims.refusedWith === undefined ? 'established' : 'refused',
    ...(keyLog === '' ? {} : { keyLog, logged: readKeyLogLine(keyLog) }),
    serverKey: keys?.server ?? '',
    ...(keys?.client === undefined ? {} : { clientKey: keys.client }),
    ...(said === undefined ? {} : { clientData: written(said.client), serverData: written(said.server) }),
    flow,
  }
}

export const recordings: readonly Recording[] = corpusIndex.filter(({ file }) => file.startsWith('openssl/')).map(load)

/** The PKCS#8 DER of a key file in vectors/. */
export const privateKeyInfo = (file: string): Uint8Array =>
  new Uint8Array(Buffer.from(readFileSync(vectorPath(file), 'utf8').replace(/-----[^-]+-----/g, ''), 'base64'))
