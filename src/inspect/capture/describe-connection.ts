import { quoteBytes } from '../../messages/fields.js'
import { HANDSHAKE_HEADER_LENGTH } from '../../messages/handshake.js'
import { ContentType } from '../../registry/content-type.js'
import { nameOf } from '../../registry/registry.js'
import { localStep } from '../describe-checks.js'
import { describeAlert, describeData, describeLoneChange } from '../describe-end.js'
import { describeMessage } from '../describe-message.js'
import { type DescribedStep, directionFrom, type Fact, fact, type UnnumberedStep } from '../described-step.js'
import { beginning, follow, type Story, storyOf } from '../story.js'
import { plural, visible } from '../words.js'
import type { CaptureCheck } from './check.js'
import type { ConnectionStory, Preface, StoryEntry } from './connection-story.js'
import { recordSpan } from './record-anatomy.js'

/** A step of a captured connection, with the moment in which it was captured: seconds since 1970. */
export interface CapturedStep extends DescribedStep {
  readonly time: number
}

export interface DescribeConnectionOptions {
  /** Facts of a DER certificate besides the kind of its key. Whatever text of the peer's they hold must be escaped. */
  readonly describeCertificate?: Story['describeCertificate']
}

type Entry<T extends StoryEntry['type']> = Extract<StoryEntry, { type: T }>

const LONGEST_QUOTED = 200

const verdictNames: Readonly<Record<CaptureCheck['verdict'], string>> = {
  right: 'checked',
  wrong: 'WRONG',
  'not checked': 'not checked',
}

const checkFacts = (checks: readonly CaptureCheck[]): Fact[] =>
  checks.map(({ what, verdict, detail }) => fact(verdictNames[verdict], visible(`${what}: ${detail}`)))

const possessive = (sender: 'client' | 'server'): string => (sender === 'client' ? "Client's" : "Server's")

function finished({ sender, raw, checks }: Entry<'message'>, story: Story, step: UnnumberedStep): UnnumberedStep {
  const length = plural(raw.length - HANDSHAKE_HEADER_LENGTH, 'byte')
  const covered = fact('verify data', `${length} over all ${story.messages} messages so far`)
  return { ...step, title: `${possessive(sender)} finished`, facts: [covered, ...checkFacts(checks)] }
}

function message(entry: Entry<'message'>, story: Story): UnnumberedStep {
  const { type, sender, name, raw, checks, isProtected } = entry
  const step = describeMessage({ type, sender, name, raw }, story)
  if (name === 'finished') return finished(entry, story, step)
  const chain = fact('not checked', 'the chain: a capture does not say whom its ends trust')
  return {
    ...step,
    facts: [
      ...step.facts,
      ...(isProtected ? [fact('protection', 'it came encrypted, under the keys of the handshake before')] : []),
      ...checkFacts(checks),
      ...(name === 'certificate' ? [chain] : []),
    ],
  }
}

function change({ sender, checks, unreadable }: Entry<'change_cipher_spec'>): UnnumberedStep {
  const step = describeLoneChange(sender)
  const next =
    unreadable === undefined
      ? fact(
          'means',
          `what the ${sender} says from here on is under the new keys, for which a master secret is at hand`,
        )
      : fact('not read', `what the ${sender} says from here on: ${unreadable}`)
  return { ...step, facts: [next, ...checkFacts(checks)] }
}

function alert({ sender, alert: content, size = 0 }: Entry<'alert'>): UnnumberedStep {
  if (content !== undefined) return describeAlert({ type: 'alert', sender, ...content })
  return unreadable(sender, 'Alert', 'alert', size)
}

/** What is encrypted and stays so. */
const unreadable = (sender: 'client' | 'server', what: string, name: string, size: number): UnnumberedStep => ({
  title: `${what} from the ${sender}`,
  direction: directionFrom(sender),
  message: name,
  size,
  facts: [fact('not read', 'it is encrypted')],
  bytes: [],
})

function applicationData(entry: Entry<'application_data'>, story: Story): UnnumberedStep {
  const { type, sender, size, records, data } = entry
  const inRecords = fact('records', String(records))
  if (data === undefined) {
    const step = unreadable(sender, 'Application data', 'application_data', size)
    return { ...step, facts: [...step.facts, inRecords] }
  }
  const step = describeData(sender, [{ type, sender, size, data }], story)
  const begins = data.length > LONGEST_QUOTED ? [fact('begins', quoteBytes(data.subarray(0, LONGEST_QUOTED)))] : []
  const kept = data.length < size ? [fact('kept', `its first ${plural(data.length, 'byte')}`)] : []
  return { ...step, facts: [...step.facts, inRecords, ...begins, ...kept] }
}

function describeEntry(entry: StoryEntry, story: Story): UnnumberedStep {
  switch (entry.type) {
    case 'message':
      return message(entry, story)
    case 'change_cipher_spec':
      return change(entry)
    case 'alert':
      return alert(entry)
    case 'application_data':
      return applicationData(entry, story)
    case 'unreadable': {
      const name = nameOf(ContentType, entry.contentType)
      return unreadable(entry.sender, `A record of type ${name}`, name, entry.size)
    }
    case 'remark':
      return {
        ...localStep('Seen on the way', 'both', [fact('remark', visible(entry.text))]),
        ...(entry.sender === undefined ? {} : { direction: directionFrom(entry.sender) }),
        ...(entry.raw === undefined ? {} : { bytes: [{ name: 'unfinished', raw: entry.raw, hint: {} }] }),
      }
  }
}

/** The records before what they told. Application data stands behind the record that it came in, and not once more. */
function withRecords({ type, wire }: StoryEntry, { bytes }: UnnumberedStep): Pick<UnnumberedStep, 'bytes'> | undefined {
  if (wire === undefined) return undefined
  const records = wire.flatMap(({ raw, form, data }) => {
    const span = recordSpan(raw, form)
    const record = { name: 'record', raw: raw.subarray(0, span.end), hint: {}, span }
    return data === undefined ? [record] : [record, { name: 'decrypted', raw: data, hint: {} }]
  })
  return { bytes: type === 'application_data' ? records : [...records, ...bytes] }
}

/** A captured connection as numbered steps, in the words that `narrate` has for handshakes of this library. */
export function describeConnection(
  { entries }: ConnectionStory,
  { describeCertificate }: DescribeConnectionOptions = {},
): CapturedStep[] {
  let story = beginning(describeCertificate)
  return entries.map((entry, i) => {
    if (entry.type === 'message') story = storyOf(story, entry)
    const described = describeEntry(entry, story)
    const step = { number: i + 1, time: entry.time, ...described, ...withRecords(entry, described) }
    if (entry.type === 'message') story = follow(story, entry)
    return step
  })
}

const beganTexts: Readonly<Record<ConnectionStory['began'], string>> = {
  opened: 'seen from its beginning',
  'in mid-stream': 'its opening is not in the capture',
}

const endTexts: Readonly<Record<ConnectionStory['ended'], string>> = {
  finished: 'closed by both sides',
  reset: 'reset',
  reused: 'followed by another one between the same ports',
  'end of capture': 'still open where the capture ends',
  'too many connections': 'followed to here: too many others are open',
}

const prefaceText = ({ client, server, request }: Preface): string => {
  const asked = request === undefined ? '' : `, by ${request}`
  return `TLS begins behind ${plural(client, 'byte')} of the client's and ${server} of the server's${asked}`
}

/** What there is to say of the connection itself. */
export function describeTransport({ began, ended, preface, tcp, leftOut }: ConnectionStory): readonly string[] {
  const before = preface === undefined ? [] : [prefaceText(preface)]
  const counts: readonly (readonly [count: number, text: string])[] = [
    [tcp.repeated, `${plural(tcp.repeated, 'byte')} came again`],
    [tcp.reordered, `${plural(tcp.reordered, 'segment')} came out of order`],
    [tcp.missing, `${plural(tcp.missing, 'byte')} are missing`],
    [tcp.contradicting, `${plural(tcp.contradicting, 'segment')} came again with other contents`],
    [leftOut, `${plural(leftOut, 'more thing')} happened than are told here`],
  ]
  return [
    beganTexts[began],
    ...before,
    endTexts[ended],
    ...counts.flatMap(([count, text]) => (count === 0 ? [] : [text])),
  ]
}
