import { type Codec, struct, uint8 } from '../codec/codec.js'
import { registered } from '../codec/numbers.js'
import { AlertDescription } from '../registry/alert-description.js'
import { AlertLevel } from '../registry/alert-level.js'

/**
 * Alert (RFC 5246 §7.2). Unknown levels and descriptions are decoded; what to make of them is not a matter of grammar.
 *
 *     +-------+-------------+
 *     | level | description |
 *     |   1   |      1      |
 *     +-------+-------------+
 */
export interface Alert {
  readonly level: number
  readonly description: number
}

export const Alert: Codec<Alert> = struct<Alert>('Alert', {
  level: registered('AlertLevel', uint8, AlertLevel),
  description: registered('AlertDescription', uint8, AlertDescription),
})
