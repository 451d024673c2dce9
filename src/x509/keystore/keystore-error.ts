/** Why a keystore, or a key in it, cannot be used. */
export type KeystoreErrorReason =
  /** Nothing in the file opens with this password. */
  | 'wrong_password'
  /** The file is cut short, was changed, or was never well-formed. */
  | 'damaged'
  /** A key has no certificate, or its chain ends before an issuer that was asked for. */
  | 'missing_chain'
  /** No private key is there where one is needed. */
  | 'missing_key'
  /** A key and the certificate beside it do not belong together. */
  | 'key_mismatch'
  /** An algorithm or a form that this library does not read, or a key that its provider cannot use. */
  | 'unsupported'
  /** Reading on would cost more than the limits allow. */
  | 'over_budget'

/** A keystore that cannot be used. The message says what to change; nothing of a secret or of a file's contents is in it. */
export class KeystoreError extends Error {
  override readonly name = 'KeystoreError'
  readonly reason: KeystoreErrorReason

  constructor(reason: KeystoreErrorReason, message: string) {
    super(message)
    this.reason = reason
  }
}

export const damaged = (what: string): KeystoreError => new KeystoreError('damaged', `the keystore is damaged: ${what}`)

export const unsupported = (what: string): KeystoreError => new KeystoreError('unsupported', what)

export const wrongPassword = (): KeystoreError =>
  new KeystoreError('wrong_password', 'the password is wrong: nothing that it protects opens with it')
