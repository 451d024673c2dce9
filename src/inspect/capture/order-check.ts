import type { KeyExchange } from '../../crypto/suite-parameters.js'
import { clientTable } from '../../handshake/client/table.js'
import { isKeyTransport, showsCertificate, usesPsk } from '../../handshake/negotiation.js'
import { serverTable } from '../../handshake/server/table.js'
import { otherSide, type Side } from '../trace.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import type { HandshakeFacts } from './handshake-facts.js'
import { type OrderEvent, TableWalk } from './table-walk.js'

/** States in which an end is known not to be, by what was said: the walks see what an end received, not what it decided. */
type Rule = (facts: HandshakeFacts) => readonly string[]

const never: readonly string[] = []

const ruledOut: Readonly<Record<Side, readonly Rule[]>> = {
  server: [
    ({ helloDone }) => (helloDone ? ['ExpectResumingChangeCipherSpec', 'ExpectResumingFinished'] : never),
    ({ helloDone, certificateRequest }) =>
      helloDone && certificateRequest === undefined ? ['ExpectClientCertificate'] : never,
    ({ certificateRequest, chains }) =>
      certificateRequest !== undefined && chains.client === undefined ? ['ExpectClientKeyExchange'] : never,
    // Who shows a certificate proves its key, and who shows none does not (RFC 5246 §7.4.8).
    ({ chains, proved }) => (chains.client?.length && !proved ? ['ExpectClientChangeCipherSpec'] : never),
    ({ chains }) => (chains.client?.length ? never : ['ExpectCertificateVerify']),
  ],
  client: [
    // Behind its certificate a server goes on as its key exchange has it, as long as it has said nothing of that.
    ({ suite, serverKeyExchange }) => {
      if (suite === undefined || serverKeyExchange !== undefined) return never
      const next = afterCertificate(suite.keyExchange)
      return [...signing, ...decrypting, ...hinting].filter((state) => !next.includes(state))
    },
    ({ suite }) =>
      suite === undefined ? never : showsCertificate(suite.keyExchange) ? withoutCertificate : ['ExpectCertificate'],
  ],
}

const signing: readonly string[] = ['ExpectServerKeyExchange', 'ExpectCertificateStatusOrServerKeyExchange']
const decrypting: readonly string[] = ['ExpectCertificateRequest', 'ExpectCertificateStatusOrCertificateRequest']
const hinting: readonly string[] = ['ExpectPskHintOrCertificateRequest', 'ExpectCertificateStatusOrPskHint']
const withoutCertificate: readonly string[] = ['ExpectPskParams', 'ExpectPskHint']

const afterCertificate = (keyExchange: KeyExchange): readonly string[] =>
  usesPsk(keyExchange) ? hinting : isKeyTransport(keyExchange) ? decrypting : signing

/** Holds the order of messages against the transition tables of both ends: each judges what the other one sent. */
export class OrderCheck {
  readonly #walks: Readonly<Record<Side, TableWalk>> = {
    client: new TableWalk(clientTable),
    server: new TableWalk(serverTable),
  }
  #surprise = false
  /** What the tables have no row for, and so cannot judge. */
  #unknown: string | undefined

  /** A verdict where the message must not come now, and nothing otherwise. `facts`: what was said before it. */
  receive(sender: Side, event: OrderEvent, facts: HandshakeFacts): CaptureCheck[] {
    const receiver = otherSide(sender)
    const walk = this.#walks[receiver]
    const isRuledOut = (state: string): boolean => ruledOut[receiver].some((rule) => rule(facts).includes(state))
    if (!walk.knows(event)) {
      this.#unknown ??= event
      return []
    }
    const states = walk.states.filter((state) => !isRuledOut(state)).join(', ')
    if (this.#surprise || this.#unknown !== undefined || walk.receive(event, isRuledOut)) return []
    this.#surprise = true
    return [wrong('order', `the table of the ${receiver} has no ${event} in ${states}`)]
  }

  /** How it went, once at the end. */
  outcome(): CaptureCheck[] {
    if (this.#surprise) return []
    if (this.#unknown !== undefined) return [notChecked('order', `the tables do not have ${this.#unknown}`)]
    const connected = Object.values(this.#walks).every((walk) => walk.states.includes('Connected'))
    return connected ? [right('order', 'the tables of both ends lead to Connected')] : []
  }
}
