import type { Side } from '../trace.js'
import type { FragmentForm } from './record-anatomy.js'

/** One record as it was on the wire. */
export interface CapturedRecord {
  readonly sender: Side
  /** Header and fragment. */
  readonly raw: Uint8Array
  readonly form: FragmentForm
  /** What was decrypted, where nothing else tells it: application data, and what are no whole messages. */
  readonly data?: Uint8Array
}
