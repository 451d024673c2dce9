/** Whether a capture shows what its entry in the index claims. */
import { CipherSuite } from '../src/registry/cipher-suite.js'
import type { ConnectionFacts, HandshakeFacts } from './captured-facts.js'
import type { Claims, Said } from './index-entry.js'
import type { End } from './seen.js'
import { unknownToTshark } from './tshark.js'

const asked = (one: HandshakeFacts): boolean => one.messages.includes('<certificate_request')

/** What the client showed in the last handshake that asked it to. */
function clientCertificate(handshakes: readonly HandshakeFacts[]): string | undefined {
  const last = handshakes.findLast(asked)
  return last === undefined ? undefined : (last.chains.client?.[0] ?? 'none')
}

function closing({ alerts }: ConnectionFacts): NonNullable<Claims['closed']> {
  const senders = new Set(alerts.filter((alert) => alert.endsWith(' close_notify')))
  return senders.size === 2 ? 'by both' : senders.size === 1 ? 'by one' : 'by none'
}

/** Claims that can be seen without verifying anything. */
type Seeable = Exclude<keyof Claims, 'faults'>

/** What the facts say where a claim can be put beside it. */
function shown(connections: readonly ConnectionFacts[]): { [K in Seeable]-?: Claims[K] | undefined } {
  const last = connections.at(-1)
  const handshakes = connections.flatMap((one) => one.handshakes)
  const final = last?.handshakes.at(-1)
  const fatal = last?.alerts.find((alert) => / fatal |user_canceled$/.test(alert))?.split(' ')
  const refused = final?.passedOver !== undefined && connections.length > 1 ? 'refused' : undefined
  return {
    suite: final?.chosen?.suite ?? '',
    resumed: final?.resumed ?? refused,
    refusedWith: fatal?.[2],
    refusedBy: fatal?.[0] as End | undefined, // alerts are written that way
    alerts: connections.flatMap((one) => one.alerts),
    clientCertificate: clientCertificate(handshakes) as Claims['clientCertificate'], // kinds of others equal no claim
    extendedMasterSecret: final?.extendedMasterSecret,
    encryptThenMac: final?.encryptThenMac,
    stapled: handshakes.some((one) => one.stapled),
    renegotiations: Math.max(0, ...connections.map((one) => one.handshakes.length - 1)),
    answers: final?.chosen?.extensions ?? [],
    offers: handshakes[0]?.offered.extensions ?? [],
    closed: last === undefined ? undefined : closing(last),
  }
}

/** Of suites that are none of ours, or not tshark's, not both readers see the Finished. */
export const opensForBoth = (suite: string): boolean => suite in CipherSuite && !unknownToTshark.has(suite)

const includesAll = (whole: readonly string[], part: readonly string[]): boolean =>
  part.every((one) => whole.includes(one))

/** Claims that hold for every capture, said or not: who was asked showed what, nothing resumed or refused by surprise. */
const implied = { resumed: undefined, refusedWith: undefined, clientCertificate: undefined, renegotiations: 0 }

/** Each claim that a capture does not bear out, in words; none where it shows all that it is there for. */
export function unmet(claims: Claims, connections: readonly ConnectionFacts[]): readonly string[] {
  const found = shown(connections)
  const faults: string[] = []
  const { faults: _, ...seeable } = claims
  const all = { ...implied, ...seeable } as Claims // undefined stands for a claim that something is not there
  for (const [name, claim] of Object.entries(all)) {
    const value = found[name as Seeable] // the names are those of the claims
    const holds = Array.isArray(claim) ? Array.isArray(value) && includesAll(value, claim) : value === claim
    // where the server refused the hello, no suite was chosen
    if (!holds && !(name === 'suite' && claims.refusedWith !== undefined && value === ''))
      faults.push(`${name} is ${JSON.stringify(value)}, and should be ${JSON.stringify(claim)}`)
  }
  // tcpdump may lose a frame on a busy machine
  if (connections.some(({ handshakes }) => handshakes.length === 0)) faults.push('a ClientHello is not in the capture')
  if (claims.refusedWith !== undefined || !opensForBoth(claims.suite)) return faults
  const isDeclined = claims.alerts?.some((alert) => alert.endsWith('no_renegotiation')) === true
  for (const [at, { handshakes }] of connections.entries())
    for (const { messages } of handshakes.slice(0, isDeclined ? 1 : undefined))
      if (messages.split(`finished`).length !== 3) faults.push(`connection ${at + 1} is not established: ${messages}`)
  return faults
}

/** Whether application data, hexadecimal, is what was to be said. */
export function isSaid(said: Said, hex: string): boolean {
  const text = Buffer.from(hex, 'hex').toString('latin1')
  return 'includes' in said
    ? text.includes(said.includes.repeat(said.times ?? 1))
    : text === said.text.repeat(said.times ?? 1)
}
