/** Reads captures for tests. */
import { concat, toHex } from '../../src/bytes/convert.js'
import {
  CaptureReader,
  type CaptureReaderOptions,
  type CaptureSummary,
} from '../../src/inspect/capture/capture-reader.js'
import type { CaptureCheck } from '../../src/inspect/capture/check.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { nobleProvider } from '../../src/providers/noble/index.js'

const crypto = nobleProvider()

export interface Read {
  readonly stories: readonly ConnectionStory[]
  readonly summary: CaptureSummary
  /** Decrypted application data by client, server and sender. */
  readonly data: ReadonlyMap<string, Uint8Array>
}

/** Reads a whole capture, in pieces of `chunk` bytes. */
export function read(file: Uint8Array, options: Partial<CaptureReaderOptions> = {}, chunk = 4096): Read {
  const stories: ConnectionStory[] = []
  const data = new Map<string, Uint8Array>()
  const reader = new CaptureReader({
    crypto,
    onConnection: (story) => stories.push(story),
    onApplicationData: ({ client, server, sender, data: piece }) => {
      const key = `${client} ${server} ${sender}`
      data.set(key, concat(data.get(key) ?? new Uint8Array(0), piece))
    },
    ...options,
  })
  for (let at = 0; at < file.length; at += chunk) reader.push(file.subarray(at, at + chunk))
  return { stories, summary: reader.finish(), data }
}

export const checksOf = (story: ConnectionStory): readonly CaptureCheck[] =>
  story.entries.flatMap((entry) => ('checks' in entry ? entry.checks : []))

export const remarksOf = (story: ConnectionStory): readonly string[] =>
  story.entries.flatMap((entry) => (entry.type === 'remark' ? [entry.text] : []))

/** Application data as hexadecimal text, both directions. */
export const saidIn = ({ data }: Read): { readonly client: string; readonly server: string } => {
  const of = (sender: string): string => {
    const found = [...data].filter(([key]) => key.endsWith(sender)).map(([, bytes]) => bytes)
    return toHex(concat(...found))
  }
  return { client: of('client'), server: of('server') }
}

/** Checks that did not come out right, but for the one that nobody can make who has a key log and no private key. */
export const notRightIn = (story: ConnectionStory): readonly CaptureCheck[] =>
  checksOf(story).filter(
    ({ what, verdict }) => verdict === 'wrong' || (verdict === 'not checked' && what !== 'master secret'),
  )
