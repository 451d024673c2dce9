import type { Span } from '../codec/dissect.js'
import { keyBlockLength } from '../crypto/connection-keys.js'
import { quoteBytes } from '../messages/fields.js'
import { HANDSHAKE_HEADER_LENGTH } from '../messages/handshake.js'
import { AlertDescription } from '../registry/alert-description.js'
import { AlertLevel } from '../registry/alert-level.js'
import { nameOf } from '../registry/registry.js'
import { localStep } from './describe-checks.js'
import { messageBytes } from './describe-message.js'
import { replacesFact } from './describe-sessions.js'
import { directionFrom, type Fact, fact, type StepBytes, type UnnumberedStep } from './described-step.js'
import type { Story } from './story.js'
import { otherSide, type Side, type TraceEntry } from './trace.js'
import { plural } from './words.js'

const LONGEST_QUOTED = 200

/** Both sides come to the same keys. What they are stays where it is. */
export function describeKeys(story: Story, seenOn: readonly Side[]): UnnumberedStep {
  const { suite, extendedMasterSecret, keysExchanged } = story
  const exchanged = extendedMasterSecret
    ? 'from the pre-master secret and the hash of the handshake so far (extended master secret, RFC 7627)'
    : 'from the pre-master secret and both randoms'
  const source = keysExchanged ? exchanged : 'that of the session which is resumed: nothing was exchanged for it now'
  const facts: Fact[] = [fact('master secret', `48 bytes, ${source}`)]
  if (!keysExchanged) facts.push(fact('new', 'the keys all the same: the randoms of both hellos go into them'))
  if (suite !== undefined) {
    const length = keyBlockLength(suite.bulk)
    facts.push(
      fact(
        'keys',
        `${plural(length, 'byte')} for ${suite.bulk.cipher}, half for each direction, by the PRF with ${suite.prfHash}`,
      ),
    )
  }
  facts.push(...replacesFact(story))
  facts.push(fact('seen', `on the side of the ${seenOn.join(' and the ')}; neither secret nor keys are shown`))
  return localStep('Both derive the keys', 'both', facts)
}

/** How the receiver's check of a Finished is known. */
export type FinishedCheck = 'matched' | 'not seen' | 'not made'

const checkTexts = (receiver: Side): Readonly<Record<FinishedCheck, string>> => ({
  matched: `the ${receiver} computed the same: keys and handshake agree`,
  'not seen': `the ${receiver} checks it on its side`,
  'not made': `not accepted by the ${receiver}`,
})

/** ChangeCipherSpec, where it came, and Finished under the new keys. `story` is what was known before Finished. */
export function describeFinished(
  { sender, raw }: { readonly sender: Side; readonly raw: Uint8Array },
  changed: boolean,
  check: FinishedCheck,
  story: Story,
): UnnumberedStep {
  const of = sender === 'client' ? "Client's" : "Server's"
  return {
    title: changed ? `${of} change cipher spec and finished` : `${of} finished`,
    direction: directionFrom(sender),
    message: changed ? 'change_cipher_spec, finished' : 'finished',
    size: raw.length + (changed ? 1 : 0),
    facts: [
      fact('protection', `Finished is the first message under the ${sender}'s new keys`),
      fact(
        'verify data',
        `${plural(raw.length - HANDSHAKE_HEADER_LENGTH, 'byte')} over all ${story.messages} messages so far`,
      ),
      fact('check', checkTexts(otherSide(sender))[check]),
    ],
    ...(changed
      ? { note: 'ChangeCipherSpec is no handshake message, and is itself still sent under the old state' }
      : {}),
    bytes: [...(changed ? [changeCipherSpec] : []), messageBytes({ name: 'finished', raw }, story)],
  }
}

const leaf = (label: string, typeName: string, start: number, value: number, meaning: string): Span => ({
  ...{ label, typeName, start, end: start + 1, value, meaning, children: [] },
})

/** Its one value (RFC 5246 §7.1). */
const changeCipherSpec: StepBytes = {
  name: 'change_cipher_spec',
  raw: Uint8Array.of(1),
  hint: {},
  span: {
    ...{ label: 'ChangeCipherSpec', typeName: 'ChangeCipherSpec', start: 0, end: 1 },
    children: [leaf('type', 'uint8', 0, 1, '0x01 change_cipher_spec')],
  },
}

/** RFC 5246 §7.2. */
const alertSpan = (level: number, description: number): Span => ({
  ...{ label: 'Alert', typeName: 'Alert', start: 0, end: 2 },
  children: [
    leaf('level', 'AlertLevel', 0, level, nameOf(AlertLevel, level)),
    leaf('description', 'AlertDescription', 1, description, nameOf(AlertDescription, description)),
  ],
})

/** A ChangeCipherSpec that no Finished followed. */
export const describeLoneChange = (sender: Side): UnnumberedStep => ({
  title: 'Change cipher spec',
  direction: directionFrom(sender),
  message: 'change_cipher_spec',
  size: 1,
  facts: [],
  bytes: [changeCipherSpec],
})

export type DataEntry = Extract<TraceEntry, { type: 'application_data' }>

/** Application data in one direction, until something else happens. */
export function describeData(sender: Side, entries: readonly DataEntry[], { suite }: Story): UnnumberedStep {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0)
  const facts = [fact('protection', `${suite?.bulk.cipher ?? 'encrypted'} under the ${sender}'s keys`)]
  const bytes = entries.flatMap(({ data }) =>
    data === undefined ? [] : [{ name: 'application_data', raw: data, hint: {} }],
  )
  if (entries.length > 1) facts.push(fact('pieces', String(entries.length)))
  const [only] = bytes
  if (bytes.length === 1 && only !== undefined && only.raw.length <= LONGEST_QUOTED) {
    facts.push(fact('text', quoteBytes(only.raw)))
  }
  const title = `Application data from the ${sender}`
  return { title, direction: directionFrom(sender), message: 'application_data', size, facts, bytes }
}

function meaningOf(description: number, sender: Side): Fact[] {
  if (description === AlertDescription.close_notify) {
    return [fact('means', `nothing of the ${sender}'s is missing: it sends no more`)]
  }
  if (description === AlertDescription.no_renegotiation) {
    return [
      fact('means', `the ${sender} makes no other handshake now: as a warning it leaves the connection as it was`),
    ]
  }
  return []
}

export function describeAlert({ sender, level, description }: Extract<TraceEntry, { type: 'alert' }>): UnnumberedStep {
  const name = nameOf(AlertDescription, description)
  const closing = description === AlertDescription.close_notify
  return {
    title: closing ? `The ${sender} closes` : `Alert from the ${sender}`,
    direction: directionFrom(sender),
    message: 'alert',
    size: 2,
    facts: [fact('alert', `${name} (${nameOf(AlertLevel, level)})`), ...meaningOf(description, sender)],
    bytes: [{ name: 'alert', raw: Uint8Array.of(level, description), hint: {}, span: alertSpan(level, description) }],
  }
}

export const describeFailure = ({ by, fault }: Extract<TraceEntry, { type: 'failed' }>): UnnumberedStep =>
  localStep(`The ${by} gives up`, by, [
    fact('reason', `${fault.code}: ${fault.message}`),
    ...(fault.state === '' ? [] : [fact('state', fault.state)]),
  ])
