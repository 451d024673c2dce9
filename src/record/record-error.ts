/**
 * Why a record was refused. All but `sequence_exhausted` and `keys_worn_out` are what the peer did, or what someone on the
 * way did to its bytes; the connection turns each into its alert.
 */
export type RecordErrorCode =
  | 'bad_record_mac'
  | 'record_overflow'
  | 'plaintext_overflow'
  | 'unknown_content_type'
  | 'bad_record_version'
  | 'sslv2_record'
  | 'http_request'
  | 'http_proxy_request'
  | 'http_response'
  | 'empty_fragment'
  | 'sequence_exhausted'
  | 'keys_worn_out'

/** A record that cannot be opened or sealed. The message is for a person and holds nothing secret. */
export class RecordError extends Error {
  override readonly name = 'RecordError'
  readonly code: RecordErrorCode

  constructor(code: RecordErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The one error of a record that does not authenticate. Padding, MAC, tag and a ciphertext of an impossible length all
 * give this very text: whoever could tell them apart would have an oracle (RFC 5246 §6.2.3.2, RFC 5246 §7.2.2).
 */
export const badRecordMac = (): RecordError =>
  new RecordError(
    'bad_record_mac',
    'a record failed its integrity check: it was altered, replayed or reordered, or it was protected with other keys',
  )
