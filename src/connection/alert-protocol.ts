import { decode, encode } from '../codec/codec.js'
import { TlsFault } from '../handshake/fault.js'
import { Alert } from '../messages/alert.js'
import { AlertDescription } from '../registry/alert-description.js'
import { AlertLevel } from '../registry/alert-level.js'

/** A peer may warn this many times in a row; a warning costs it little and us a decryption, so there is an end to it. */
const MAX_CONSECUTIVE_WARNINGS = 4

const ALERT_LENGTH = 2

export const encodeAlert = (level: AlertLevel, description: AlertDescription): Uint8Array =>
  encode(Alert, { level, description })

/** Reads alerts from records and counts warnings (RFC 5246 §7.2). */
export class AlertProtocol {
  #warnings = 0

  /** One record holds one alert: no known peer splits or packs them, and a split one could straddle a key change. */
  receive(fragment: Uint8Array): Alert {
    if (fragment.length !== ALERT_LENGTH) {
      throw new TlsFault('malformed_alert', `an alert record of ${fragment.length} bytes, it must have ${ALERT_LENGTH}`)
    }
    const alert = decode(Alert, fragment)
    const isWarning = alert.level === AlertLevel.warning && alert.description !== AlertDescription.close_notify
    if (isWarning && ++this.#warnings > MAX_CONSECUTIVE_WARNINGS) {
      throw new TlsFault('too_many_warnings', `more than ${MAX_CONSECUTIVE_WARNINGS} warning alerts in a row`)
    }
    return alert
  }

  /** Something else than an alert arrived. */
  reset(): void {
    this.#warnings = 0
  }
}
