import type { CertificateRefusal } from '../crypto/environment.js'

/** What exactly is wrong with bytes that should be a certificate, a revocation list or a part of one: one word per rule. */
export type CertificateFault =
  // the encoding
  | 'too_large'
  | 'too_deep'
  | 'too_many_elements'
  | 'truncated'
  | 'trailing_bytes'
  | 'indefinite_length'
  | 'length_not_minimal'
  | 'high_tag_number'
  | 'unknown_tag'
  | 'wrong_form'
  | 'wrong_tag'
  | 'missing_element'
  | 'extra_element'
  | 'bad_boolean'
  | 'bad_integer'
  | 'bad_null'
  | 'bad_object_identifier'
  | 'bad_bit_string'
  | 'bad_string'
  | 'bad_time'
  | 'set_not_sorted'
  | 'default_encoded'
  | 'empty_sequence'
  // the rules of a certificate
  | 'bad_version'
  | 'bad_algorithm'
  | 'algorithm_mismatch'
  | 'unexpected_extensions'
  | 'unexpected_unique_identifier'
  | 'duplicate_extension'
  | 'bad_name'
  | 'bad_general_name'
  | 'bad_name_constraint'
  | 'bad_extension'

/** Bytes that are not what they should be. `rule` cites the section that they break; the message holds no peer text. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
  readonly reason: Extract<CertificateRefusal, 'bad_certificate' | 'unsupported_certificate'>
  readonly fault: CertificateFault
  readonly rule: string

  constructor(
    fault: CertificateFault,
    rule: string,
    message: string,
    reason: 'bad_certificate' | 'unsupported_certificate' = 'bad_certificate',
  ) {
    super(`${message} (${rule})`)
    this.reason = reason
    this.fault = fault
    this.rule = rule
  }
}
