import type { HashPrimitives } from '../../crypto/primitives.js'
import type { RecordCiphers } from '../../crypto/record-ciphers.js'
import type { Passwords } from './password.js'
import type { WorkBudget } from './work-budget.js'

/** What of a crypto provider keystores need; every `CryptoProvider` has it. */
export type KeystorePrimitives = HashPrimitives & Pick<RecordCiphers, 'blockCipher'>

/** What the reading of one keystore carries around. */
export interface KeystoreContext {
  readonly primitives: KeystorePrimitives
  readonly passwords: Passwords
  readonly budget: WorkBudget
}
