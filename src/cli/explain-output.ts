import {
  type CaptureSummary,
  type ConnectionStory,
  connectionJson,
  describeConnection,
  describeReplays,
  describeTransport,
  formatSteps,
  replayConnection,
} from '../inspect/index.js'
import { certificateFacts } from './certificate-facts.js'
import { provider } from './provider.js'

/** How stories are written: each as it comes, and the summary behind the last. */
export interface Output {
  story(story: ConnectionStory): string
  summary(summary: CaptureSummary): string
}

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`

/** What was given and opened nothing is a mistake more often than not. */
function unusedKeys(
  { connections, givenKeyLogLines, opened }: CaptureSummary,
  { keyLogs, rsaKeys, preSharedKeys }: GivenKeys,
): readonly string[] {
  const unused: string[] = []
  if (connections === 0) return unused
  if (keyLogs > 0 && givenKeyLogLines === 0)
    unused.push('the key log has no line for TLS 1.2 (CLIENT_RANDOM, PMS_CLIENT_RANDOM or RSA)')
  else if (keyLogs > 0 && opened['the key log'] === 0) {
    unused.push(`the key log (${count(givenKeyLogLines, 'line')}) names none of these connections`)
  }
  if (rsaKeys > 0 && opened['the RSA key of the server'] === 0) {
    unused.push('no connection could be opened with the RSA key: none uses RSA key exchange with its certificate')
  }
  if (preSharedKeys > 0 && opened['the pre-shared key'] === 0) {
    unused.push(
      'no connection could be opened with a pre-shared key: none names one that was given where nothing else is needed',
    )
  }
  return unused
}

function plainSummary(summary: CaptureSummary, unused: readonly string[]): string {
  const { connections, otherConnections, frames, passedOver, reassembledPackets, cutOff, broken } = summary
  const others = Object.entries(passedOver).flatMap(([why, number]) => (number === 0 ? [] : [`${number} ${why}`]))
  const parts = [
    count(connections, 'TLS connection'),
    count(otherConnections, 'other', 'others'),
    count(frames, 'frame'),
    ...(others.length === 0 ? [] : [`passed over: ${others.join(', ')}`]),
    ...(reassembledPackets === 0 ? [] : [`${count(reassembledPackets, 'IP packet')} put together from fragments`]),
    ...(cutOff === 0 ? [] : [`the file ends in the middle of a frame, ${count(cutOff, 'byte')} are left over`]),
    ...(broken === undefined ? [] : ['nothing is read behind the place where the file is broken']),
    ...unused,
  ]
  return `${parts.join('; ')}.\n`
}

/** How many of each kind were given. */
export interface GivenKeys {
  readonly keyLogs: number
  readonly rsaKeys: number
  readonly preSharedKeys: number
}

export interface OutputOptions {
  readonly bytes: boolean
  readonly colour: boolean
  readonly keys: GivenKeys
}

export function textOutput({ bytes, colour, keys }: OutputOptions): Output {
  return {
    story: (story) => {
      const steps = describeConnection(story, { describeCertificate: certificateFacts })
      const replays = describeReplays(replayConnection(story.handshakes, provider))
      const all = [...steps, ...replays.map((step, i) => ({ number: steps.length + i + 1, ...step }))]
      const head = `Connection ${story.number}: ${story.client} → ${story.server}, ${new Date(story.time * 1000).toISOString()}`
      const told = formatSteps(all, { bytes: bytes ? 'all' : false, colour })
      return `${head}\n(${describeTransport(story).join('; ')})\n\n${told}\n\n`
    },
    summary: (summary) => plainSummary(summary, unusedKeys(summary, keys)),
  }
}

function told(story: ConnectionStory, bytes: boolean): string {
  const replays = replayConnection(story.handshakes, provider)
  return JSON.stringify(connectionJson(story, { bytes, replays, describeCertificate: certificateFacts }))
}

/** One document (`CaptureJson`), each connection in a line of it. */
export function jsonOutput(bytes: boolean): Output {
  return {
    story: (story) => `${story.number === 1 ? '{"connections":[\n' : ',\n'}${told(story, bytes)}`,
    summary: (summary) =>
      `${summary.connections === 0 ? '{"connections":[' : ''}\n],"summary":${JSON.stringify(summary)}}\n`,
  }
}

/** A document in each line (`CaptureLineJson`), for what cannot hold all of a large capture. */
export function jsonLinesOutput(bytes: boolean): Output {
  return {
    story: (story) => `{"connection":${told(story, bytes)}}\n`,
    summary: (summary) => `{"summary":${JSON.stringify(summary)}}\n`,
  }
}
