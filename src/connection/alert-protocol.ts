import { decode, encode } from '../codec/codec.js'
import { TlsFault } from '../handshake/fault.js'
import { Alert } from '../messages/alert.js'
import { AlertDescription } from '../registry/alert-description.js'
import { AlertLevel } from '../registry/alert-level.js'
import { ContentType } from '../registry/content-type.js'

/** What a peer may send in a row without saying anything: it costs it little and us a decryption each, so there is an end to it. */
export interface TrafficLimits {
  /** Alerts of level warning; 4 by default. */
  readonly warnings: number
  /** Records without content, which hide how much is said (RFC 5246 §6.2.1); 32 by default. */
  readonly emptyRecords: number
}

export const DEFAULT_TRAFFIC_LIMITS: TrafficLimits = { warnings: 4, emptyRecords: 32 }

const ALERT_LENGTH = 2

export const encodeAlert = (level: AlertLevel, description: AlertDescription): Uint8Array =>
  encode(Alert, { level, description })

/** Reads alerts from records (RFC 5246 §7.2), and counts warnings and empty records. */
export class AlertProtocol {
  readonly #limits: TrafficLimits
  #warnings = 0
  #emptyRecords = 0

  constructor(limits: TrafficLimits) {
    this.#limits = limits
  }

  /** Counts a record of any type. Neither an empty record nor an alert says anything: they must not buy a peer more of the other. */
  count(type: ContentType, length: number): TlsFault | undefined {
    if (type !== ContentType.alert && length > 0) {
      this.#warnings = 0
      this.#emptyRecords = 0
    }
    if (length > 0 || ++this.#emptyRecords <= this.#limits.emptyRecords) return undefined
    return new TlsFault('too_many_empty_records', `more than ${this.#limits.emptyRecords} empty records in a row`)
  }

  /** One record holds one alert: no known peer splits or packs them, and a split one could straddle a key change. */
  receive(fragment: Uint8Array): Alert {
    if (fragment.length !== ALERT_LENGTH) {
      throw new TlsFault('malformed_alert', `an alert record of ${fragment.length} bytes, it must have ${ALERT_LENGTH}`)
    }
    const alert = decode(Alert, fragment)
    const isWarning = alert.level === AlertLevel.warning && alert.description !== AlertDescription.close_notify
    if (isWarning && !(++this.#warnings <= this.#limits.warnings)) {
      throw new TlsFault('too_many_warnings', `more than ${this.#limits.warnings} warning alerts in a row`)
    }
    return alert
  }
}
