import { HandshakeType } from '../registry/handshake-type.js'
import {
  clientKeyExchangeNote,
  describeCertificate,
  describeCertificateRequest,
  describeCertificateVerify,
  describeClientKeyExchange,
  describeOther,
  describeServerKeyExchange,
} from './describe-flights.js'
import { describeClientHello, describeServerHello, isTakenUp, listsVersions } from './describe-hellos.js'
import { describeTicket, resumptionNote, ticketNote } from './describe-sessions.js'
import { directionFrom, type Fact, fact, type StepBytes, type UnnumberedStep } from './described-step.js'
import { type Story, tryDecode } from './story.js'
import type { TraceEntry } from './trace.js'

type Message = Extract<TraceEntry, { type: 'message' }>

interface Told {
  readonly title: string
  /** `undefined`: the bytes are no message of this name. */
  readonly facts: readonly Fact[] | undefined
  readonly note?: string
}

const ifDecoded = <T>(decoded: T | undefined, describe: (value: T) => Fact[]): Fact[] | undefined =>
  decoded === undefined ? undefined : describe(decoded)

function certificate({ sender, raw }: Message, story: Story): Told {
  const facts = ifDecoded(tryDecode('certificate', raw), (message) => describeCertificate(message, story))
  if (sender === 'client') {
    return {
      title: "Client's certificate",
      facts,
      note: 'comes before the key exchange (RFC 5246 §7.3); many descriptions have it the other way round',
    }
  }
  return story.suite?.keyExchange === 'RSA'
    ? {
        title: "Server's certificate",
        facts,
        note: 'no key exchange of the server follows: the client encrypts to this key',
      }
    : { title: "Server's certificate", facts }
}

function serverHello(raw: Uint8Array, story: Story): Told {
  const hello = tryDecode('server_hello', raw)
  const facts = ifDecoded(hello, (message) => describeServerHello(message, story))
  const resumes = hello !== undefined && isTakenUp(hello, story)
  return { title: 'Server hello', facts, ...(resumes ? { note: resumptionNote } : {}) }
}

const versionNote = 'names one version, the highest; the list of versions that some descriptions show came with TLS 1.3'

function clientHello(raw: Uint8Array, story: Story): Told {
  const hello = tryDecode('client_hello', raw)
  return {
    title: story.askedBy === undefined ? 'Client hello' : 'Client hello, for another handshake',
    facts: ifDecoded(hello, (decoded) => describeClientHello(decoded, story)),
    ...(hello !== undefined && listsVersions(hello) ? {} : { note: versionNote }),
  }
}

/** What is told of each message, with the story up to it. */
function tell(message: Message, story: Story): Told {
  const { name, raw } = message
  switch (name) {
    case 'client_hello':
      return clientHello(raw, story)
    case 'server_hello':
      return serverHello(raw, story)
    case 'hello_request':
      return {
        title: 'Hello request',
        facts: [fact('means', 'the server would like another handshake on this connection; the client may decline')],
        note: 'no part of the handshake that it asks for: no Finished covers it (RFC 5246 §7.4.1.1)',
      }
    case 'new_session_ticket':
      return { title: 'New session ticket', facts: ifDecoded(tryDecode(name, raw), describeTicket), note: ticketNote }
    case 'certificate':
      return certificate(message, story)
    case 'server_key_exchange':
      return {
        title: "Server's key exchange",
        facts: ifDecoded(tryDecode(name, raw), (body) => describeServerKeyExchange(body, story)),
      }
    case 'certificate_request':
      return {
        title: "Server's certificate request",
        facts: ifDecoded(tryDecode(name, raw), describeCertificateRequest),
      }
    case 'server_hello_done':
      return { title: 'Server hello done', facts: [fact('means', 'the server has said everything and waits')] }
    case 'client_key_exchange':
      return {
        title: "Client's key exchange",
        facts: ifDecoded(tryDecode(name, raw), (body) => describeClientKeyExchange(body, story)),
        note: clientKeyExchangeNote(story),
      }
    case 'certificate_verify':
      return {
        title: 'Certificate verify',
        facts: ifDecoded(tryDecode(name, raw), (body) => describeCertificateVerify(body, story)),
      }
    default:
      return { title: name.replaceAll('_', ' '), facts: describeOther(raw) }
  }
}

/** A message with what `dissect` needs to read it. */
export const messageBytes = ({ name, raw }: Pick<Message, 'name' | 'raw'>, { suite }: Story): StepBytes => ({
  name,
  raw,
  hint: suite === undefined ? {} : { keyExchange: suite.keyExchange },
})

/** Describes one handshake message. `story` is what was known before it. */
export function describeMessage(message: Message, story: Story): UnnumberedStep {
  const { sender, name, raw } = message
  const { title, facts, note } = tell(message, story)
  return {
    title,
    direction: directionFrom(sender),
    message: name,
    size: raw.length,
    facts: facts ?? [fact('malformed', `not a ${name} (type ${HandshakeType[name]}) that can be decoded`)],
    ...(note === undefined ? {} : { note }),
    bytes: [messageBytes(message, story)],
  }
}
