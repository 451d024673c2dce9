import { clientTable } from '../../handshake/client/table.js'
import { serverTable } from '../../handshake/server/table.js'
import { otherSide, type Side } from '../trace.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import { type OrderEvent, TableWalk } from './table-walk.js'

/** Holds the order of messages against the transition tables of both ends: each judges what the other one sent. */
export class OrderCheck {
  readonly #walks: Readonly<Record<Side, TableWalk>> = {
    client: new TableWalk(clientTable),
    server: new TableWalk(serverTable),
  }
  #surprise = false
  #withoutCertificate = false
  /** What the tables have no row for, and so cannot judge. */
  #unknown: string | undefined

  /** The suite's key exchange can go without a certificate, or is not known. */
  allowNoCertificate(): void {
    this.#withoutCertificate = true
  }

  /** A verdict where the message must not come now, and nothing otherwise. */
  receive(sender: Side, event: OrderEvent): CaptureCheck[] {
    const receiver = otherSide(sender)
    const walk = this.#walks[receiver]
    if (!walk.knows(event)) {
      this.#unknown ??= event
      return []
    }
    const states = walk.states.join(', ')
    if (this.#surprise || this.#unknown !== undefined || walk.receive(event)) return []
    if (walk.states.includes('ExpectCertificate')) {
      // Where the tables go on to the certificate alone, what need not have one is beyond them.
      if (event === 'change_cipher_spec') this.#unknown = 'abbreviated handshakes'
      else if (this.#withoutCertificate) this.#unknown = 'key exchanges without a certificate'
      if (this.#unknown !== undefined) return []
    }
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
