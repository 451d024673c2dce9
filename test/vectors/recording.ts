/** Reads the recordings of vectors/openssl. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromHex } from '../../src/bytes/convert.js'

export type End = 'client' | 'server'

export interface Flow {
  readonly from: End
  readonly bytes: Uint8Array
}

/** What vectors/README.md describes. */
interface RecordingFile {
  readonly name: string
  readonly outcome: 'established' | 'refused'
  readonly keyLog?: string
  readonly serverKey: string
  readonly clientKey?: string
  readonly clientData?: string
  readonly serverData?: string
  readonly flow: readonly { readonly from: End; readonly data: string }[]
}

export interface Recording extends Omit<RecordingFile, 'flow'> {
  readonly flow: readonly Flow[]
  /** The key log's two values; absent where there is no line. */
  readonly logged?: { readonly clientRandom: Uint8Array; readonly masterSecret: Uint8Array }
}

export const vectorPath = (path: string): string => fileURLToPath(new URL(`../../vectors/${path}`, import.meta.url))

// the files are ours and their shape is described beside them; a wrong one fails the tests that use it
const json = <T>(path: string): T => JSON.parse(readFileSync(vectorPath(path), 'utf8')) as T

/** The client random and master secret of an NSS key log line. */
export function readKeyLogLine(line: string): { clientRandom: Uint8Array; masterSecret: Uint8Array } {
  const match = /^CLIENT_RANDOM ([0-9a-fA-F]{64}) ([0-9a-fA-F]{96})$/.exec(line.trim())
  if (match === null) throw new Error('not a CLIENT_RANDOM line')
  return { clientRandom: fromHex(match[1] ?? ''), masterSecret: fromHex(match[2] ?? '') }
}

function load(file: string): Recording {
  const recording = json<RecordingFile>(file)
  const flow = recording.flow.map(({ from, data }) => ({ from, bytes: fromHex(data) }))
  const logged = recording.keyLog === undefined ? {} : { logged: readKeyLogLine(recording.keyLog) }
  return { ...recording, flow, ...logged }
}

export const index: readonly { readonly name: string; readonly file: string }[] = json('index.json')

export const recordings: readonly Recording[] = index.map(({ file }) => load(file))

/** The PKCS#8 DER of a key file in vectors/. */
export const privateKeyInfo = (file: string): Uint8Array =>
  new Uint8Array(Buffer.from(readFileSync(vectorPath(file), 'utf8').replace(/-----[^-]+-----/g, ''), 'base64'))
