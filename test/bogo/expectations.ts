import { toHex } from '../../src/bytes/convert.js'
import { publicEqual } from '../../src/bytes/equal.js'
import type { Negotiated } from '../../src/handshake/negotiated.js'
import type { ConversationParts } from './conversation.js'
import { certificatesFrom } from './credentials.js'

type Parts = Pick<ConversationParts, 'settings' | 'observations' | 'endpoint' | 'isResumption' | 'shared'>
type Facts = Parts & { readonly negotiated: Negotiated; readonly resumed: boolean; readonly identified: boolean }

/** A check of what was negotiated: true where the connection is as the test wants it, or the test says nothing. */
type Expectation = readonly [what: string, isMet: (facts: Facts) => boolean]

/** Whether a flag's value, if it is given, is `actual`. */
const matches = <T>(expected: T | undefined, actual: T | undefined): boolean =>
  expected === undefined || expected === actual

const sameBytes = (expected: Uint8Array | undefined, actual: Uint8Array | undefined): boolean =>
  expected === undefined || (actual !== undefined && publicEqual(expected, actual))

function samePeerChain({ settings, observations }: Facts): boolean {
  const path = settings.text('-expect-peer-cert-file')
  if (path === undefined) return true
  const [expected, actual] = [certificatesFrom(path), observations.verified?.certificateChain ?? []]
  return expected.length === actual.length && expected.every((certificate, at) => sameBytes(certificate, actual[at]))
}

const sameNumbers = (expected: readonly number[] | undefined, actual: readonly number[] = []): boolean =>
  expected === undefined || (expected.length === actual.length && expected.every((number, at) => number === actual[at]))

const authoritiesOf = ({ observations }: Facts): string | undefined =>
  observations.certificateRequest?.certificateAuthorities.map(toHex).join(',')

/** A client gets a session of a full handshake, and of an abbreviated one where its ticket is renewed. */
function clientGetsSession({ settings, resumed, observations }: Facts): boolean {
  const expected = !settings.has('-expect-no-session') && (!resumed || settings.has('-expect-ticket-renewal'))
  return settings.has('-server') || expected === observations.gotSession
}

/** Whether the server keeps the session itself, as it does for clients without tickets. */
function serverKeepsSession({ settings, isResumption, observations: { gotSession } }: Facts): boolean {
  if (isResumption) return true
  return (gotSession || !settings.has('-expect-session-id')) && !(gotSession && settings.has('-expect-no-session-id'))
}

/** A server shows a certificate unless both have a key; a client does where it is required. */
const showsAsMuch = ({ settings, identified }: Facts): boolean => {
  if (settings.has('-psk')) return !identified
  return identified || (settings.has('-server') && !settings.has('-require-any-client-certificate'))
}

const expectations: readonly Expectation[] = [
  ['early data, of which TLS 1.2 has none', ({ settings }) => !settings.has('-expect-accept-early-data')],
  ['certificate of the peer', showsAsMuch],
  [
    'judged certificate',
    ({ settings, identified, observations }) =>
      !settings.has('-expect-verify-result') || !identified || observations.verified !== undefined,
  ],
  [
    'resumption',
    ({ settings, resumed, isResumption }) => resumed === (isResumption && !settings.has('-expect-session-miss')),
  ],
  ['session of a client', clientGetsSession],
  ['session of a server', serverKeepsSession],

  [
    "peer's signature algorithms",
    ({ settings, observations: { certificateRequest, clientHello } }) =>
      sameNumbers(
        settings.numbers('-expect-peer-verify-pref'),
        certificateRequest?.supportedSignatureAlgorithms ?? clientHello?.signatureSchemes,
      ),
  ],
  ['authorities', (facts) => matches(facts.settings.text('-expect-client-ca-list'), authoritiesOf(facts))],
  [
    'timestamps',
    ({ settings, negotiated, observations }) =>
      sameBytes(
        settings.bytes('-expect-signed-cert-timestamps'),
        observations.timestamps ?? negotiated.signedCertificateTimestamps,
      ),
  ],

  [
    'OCSP response',
    ({ settings, observations }) =>
      sameBytes(settings.bytes('-expect-ocsp-response'), observations.verified?.ocspResponse),
  ],
  ['peer certificate', samePeerChain],
  [
    'application protocol',
    ({ settings, negotiated }) =>
      settings.text(settings.has('-server') ? '-select-alpn' : '-expect-alpn') === negotiated.applicationProtocol,
  ],
  ['server name', ({ settings, negotiated }) => matches(settings.text('-expect-server-name'), negotiated.serverName)],
  [
    'extended master secret',
    ({ settings, negotiated }) => !settings.has('-expect-extended-master-secret') || negotiated.extendedMasterSecret,
  ],
  [
    'secure renegotiation',
    ({ settings, negotiated }) => !settings.has('-expect-secure-renegotiation') || negotiated.secureRenegotiation,
  ],
  [
    'no secure renegotiation',
    ({ settings, negotiated }) => !settings.has('-expect-no-secure-renegotiation') || !negotiated.secureRenegotiation,
  ],
  [
    'peer signature algorithm',
    ({ settings, observations }) =>
      matches(settings.number('-expect-peer-signature-algorithm'), observations.peerScheme),
  ],
  ['group', ({ settings, observations }) => matches(settings.number('-expect-curve-id'), observations.group)],
]

/** The first expectation that a connection does not meet as its handshake completes. */
export function unmetAfterHandshake(parts: Parts): string | undefined {
  const { summary } = parts.endpoint.connection
  if (summary === undefined) return 'there is no summary after the handshake'
  const resumed = summary.resumed !== undefined
  if (!resumed) {
    parts.observations.timestamps = summary.negotiated.signedCertificateTimestamps
    parts.shared.full = parts.observations
  }
  // What the peer showed in the full handshake still holds.
  const observations = resumed ? parts.observations.resuming(parts.shared.full) : parts.observations
  const identified = summary.peer.identity !== undefined
  const facts = { ...parts, observations, resumed, identified, negotiated: summary.negotiated }
  const unmet = expectations.find(([, isMet]) => !isMet(facts))
  return unmet && `not as expected: ${unmet[0]}`
}

/** The first expectation that a connection does not meet at its end. */
export function unmetAfterEnd({ settings, observations }: Parts, renegotiations: number): string | undefined {
  const expected = settings.number('-expect-total-renegotiations') ?? 0
  if (renegotiations !== expected) return `${renegotiations} renegotiations, not ${expected}`
  const messages = settings.text('-expect-msg-callback')
  if (messages !== undefined && messages !== observations.messages) {
    return `messages were:\n${observations.messages}and not:\n${messages}`
  }
  return undefined
}
