/**
 * The order of messages in full and abbreviated handshakes, written down from RFC 5246 §7.3 (figures 1 and 2), RFC 5077
 * §3.1 (figures 1 to 4) and the sections on each message, without a look at the transition tables that it judges.
 */
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'

/** A message of the peer, as far as order is concerned: a Certificate with nothing in it is a case of its own. */
export type Said = string

interface Place {
  readonly message: Said
  /** `may`: what stands behind it may come in its place. */
  readonly presence: 'must' | 'may'
}

const must = (message: Said): readonly Place[] => [{ message, presence: 'must' }]
const may = (message: Said): readonly Place[] => [{ message, presence: 'may' }]
const nothing: readonly Place[] = []

export interface Circumstances {
  readonly keyExchange: KeyExchange
  /** The server answered the client's status_request in its hello: it may, but need not, send CertificateStatus (RFC 6066 §8). */
  readonly statusPromised: boolean
  readonly clientAuthentication: 'none' | 'request' | 'require'
  /** What sessions go by, where they are resumed at all. */
  readonly resumption?: 'session id' | 'ticket'
  /** The client has shown a session in its hello. Without one, a server that gives an id gives that of a new session. */
  readonly offered?: boolean
}

/** The server has put an empty SessionTicket extension into its hello. */
type Promised = 'ticket' | 'no ticket'

/** RFC 4279 §2 to RFC 4279 §4, RFC 5489 §2: no certificate with these. */
const withoutCertificate: readonly KeyExchange[] = ['PSK', 'DHE_PSK', 'ECDHE_PSK']

/**
 * ServerKeyExchange belongs to the ephemeral exchanges and is not legal for RSA (RFC 5246 §7.4.3); with a pre-shared key
 * it comes where there is a hint to give, and always where there is a key share (RFC 4279 §2, RFC 4279 §3).
 */
function serverKeyExchange(keyExchange: KeyExchange): readonly Place[] {
  if (keyExchange === 'RSA') return nothing
  return keyExchange === 'PSK' || keyExchange === 'RSA_PSK' ? may('server_key_exchange') : must('server_key_exchange')
}

/** A server that promised a ticket sends one, if need be with nothing in it (RFC 5077 §3.3). */
const tickets = (promised: Promised): readonly (readonly Place[])[] =>
  promised === 'ticket' ? [must('new_session_ticket'), must('empty new_session_ticket')] : [nothing]

/** What a server says. Whether to ask for a certificate is up to a server that has shown its own (RFC 5246 §7.4.4). */
const serverSays = (
  { keyExchange, statusPromised }: Circumstances,
  hello: Said,
  ticket: readonly Place[],
): readonly Place[] => [
  ...must(hello),
  ...(withoutCertificate.includes(keyExchange)
    ? serverKeyExchange(keyExchange)
    : [
        ...must('certificate'),
        ...(statusPromised ? may('certificate_status') : nothing),
        ...serverKeyExchange(keyExchange),
        ...may('certificate_request'),
      ]),
  ...must('server_hello_done'),
  // behind the client's Finished, before its own (RFC 5077 §3.3)
  ...ticket,
  ...must('change_cipher_spec'),
  ...must('finished'),
]

const fullRoads = (circumstances: Circumstances, hello: Said, promised: Promised): readonly (readonly Place[])[] =>
  tickets(promised).map((ticket) => serverSays(circumstances, hello, ticket))

/** RFC 5246 figure 2, RFC 5077 figure 2: the server, which has shown that it knows the session, goes first. */
const abbreviatedRoads = (hello: Said, promised: Promised): readonly (readonly Place[])[] =>
  tickets(promised).map((ticket) => [...must(hello), ...ticket, ...must('change_cipher_spec'), ...must('finished')])

/**
 * A server may take up what was shown, renew its ticket with that, or neither. A hello with an id that was not shown begins
 * a full handshake, whatever is in it.
 */
function serverRoads(circumstances: Circumstances): readonly (readonly Place[])[] {
  const { resumption, offered } = circumstances
  if (resumption === undefined) return fullRoads(circumstances, 'server_hello', 'no ticket')
  const byTicket = resumption === 'ticket'
  const roads = (hello: Said, promised: Promised): readonly (readonly Place[])[] =>
    offered ? abbreviatedRoads(hello, promised) : fullRoads(circumstances, hello, promised)
  return [
    ...fullRoads(circumstances, 'server_hello', byTicket ? 'ticket' : 'no ticket'),
    ...roads('resuming server_hello', 'no ticket'),
    ...(byTicket ? roads('renewing server_hello', 'ticket') : []),
  ]
}

/** What a client says; its Certificate is required where it was asked (RFC 5246 §7.4.6), and then may be empty. */
const clientSays = (asked: boolean, proves: boolean): readonly Place[] => [
  ...must('client_hello'),
  ...(asked ? must(proves ? 'certificate' : 'no certificate') : nothing),
  ...must('client_key_exchange'),
  // only after a certificate that can sign (RFC 5246 §7.4.8)
  ...(asked && proves ? must('certificate_verify') : nothing),
  ...must('change_cipher_spec'),
  ...must('finished'),
]

/** A client whose session was taken up has nothing left to show (RFC 5246 §7.3). */
const clientResumes: readonly Place[] = [
  ...must('resuming client_hello'),
  ...must('change_cipher_spec'),
  ...must('finished'),
]

/** Every road that the peer of this machine may take: a list of places, passed in order. */
export function roadsOf(machine: 'client' | 'server', circumstances: Circumstances): readonly (readonly Place[])[] {
  if (machine === 'client') return serverRoads(circumstances)
  const { clientAuthentication, keyExchange, resumption } = circumstances
  const resumed = resumption === undefined ? [] : [clientResumes]
  if (clientAuthentication === 'none' || withoutCertificate.includes(keyExchange)) {
    return [clientSays(false, false), ...resumed]
  }
  const proving = clientSays(true, true)
  return clientAuthentication === 'require' ? [proving] : [proving, clientSays(true, false)]
}

/** Where another handshake of the same connection stands. */
export interface Renegotiation {
  /** Who asked for it: the peer of this machine, or the machine. */
  readonly askedBy: 'peer' | 'machine'
  /** The peer proved an identity before: this library has it prove it again. */
  readonly proved: boolean
}

/** The peer's wish, if it is the peer's, and what is said then: a full handshake, for nobody shows a session here. */
function renegotiationRoads(
  machine: 'client' | 'server',
  circumstances: Circumstances,
  { askedBy, proved }: Renegotiation,
): readonly (readonly Place[])[] {
  const { resumption: _none, offered: _neither, ...full } = circumstances
  const clientAuthentication = proved && full.clientAuthentication === 'request' ? 'require' : full.clientAuthentication
  const roads = roadsOf(machine, { ...full, clientAuthentication })
  // A server wishes by HelloRequest (RFC 5246 §7.4.1.1); a client's ClientHello is its wish and the beginning (RFC 5746 §3.7).
  if (machine === 'server' || askedBy === 'machine') return roads
  return roads.map((road) => [...must('hello_request'), ...road])
}

/** Data may come until the peer changes keys, and not again before its Finished: it would be under keys that nobody confirmed. */
const dataInPlace = (said: readonly Said[]): boolean => {
  const changed = said.indexOf('change_cipher_spec')
  return changed < 0 || !said.slice(changed).includes('application_data')
}

/** Whether `said` is the beginning of another handshake on an open connection, data between its messages (RFC 5246 §7.4.1.1). */
export function isAgainInOrder(
  machine: 'client' | 'server',
  circumstances: Circumstances,
  renegotiation: Renegotiation,
  said: readonly Said[],
): boolean {
  const messages = said.filter((message) => message !== 'application_data')
  const [wish, ...rest] = messages
  // The first HelloRequest is the wish where the server asks; in mid-handshake it is passed over.
  const passes = (one: Said): boolean => machine === 'client' && one === 'hello_request'
  const isWish = machine === 'client' && renegotiation.askedBy === 'peer' && wish !== undefined
  const heard = isWish ? [wish, ...rest.filter((one) => !passes(one))] : messages.filter((one) => !passes(one))
  return (
    dataInPlace(said) && renegotiationRoads(machine, circumstances, renegotiation).some((road) => follows(road, heard))
  )
}

/** Whether `said` is the beginning of a road. A client in mid-handshake hears HelloRequest and passes on (RFC 5246 §7.4.1.1). */
export function isInOrder(machine: 'client' | 'server', circumstances: Circumstances, said: readonly Said[]): boolean {
  const heard = machine === 'client' ? said.filter((message) => message !== 'hello_request') : said
  return roadsOf(machine, circumstances).some((road) => follows(road, heard))
}

function follows(road: readonly Place[], [message, ...rest]: readonly Said[]): boolean {
  const [place, ...further] = road
  if (message === undefined) return true
  if (place === undefined) return false
  if (place.message === message) return follows(further, rest)
  return place.presence === 'may' && follows(further, [message, ...rest])
}

/** Whether a road ends with `said`. */
export const isWhole = (machine: 'client' | 'server', circumstances: Circumstances, said: readonly Said[]): boolean =>
  isInOrder(machine, circumstances, said) && said.at(-1) === 'finished'
