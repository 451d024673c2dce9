import type { CertificateRefusal } from '../crypto/environment.js'
import { AlertDescription, type AlertName } from '../registry/alert-description.js'

/** The alert that answers a fault and the section that says so; `null` where the connection ends without one of ours. */
interface AlertDecision {
  readonly alert: AlertName | null
  readonly cite: `RFC ${number} ${string}`
}

const decide = (alert: AlertName | null, cite: AlertDecision['cite']): AlertDecision => ({ alert, cite })

/** The code of a refused certificate. */
type CertificateFaultCode = `certificate_${CertificateRefusal}`

/** Refused certificates: one code for each reason that a verifier may give. */
const certificateFaults = {
  certificate_no_verifier: decide('certificate_unknown', 'RFC 5246 §7.2.2'),
  certificate_bad_certificate: decide('bad_certificate', 'RFC 5246 §7.2.2'),
  certificate_unsupported_certificate: decide('unsupported_certificate', 'RFC 5246 §7.2.2'),
  certificate_expired: decide('certificate_expired', 'RFC 5246 §7.2.2'),
  // The alert's definition covers both ends of the validity period.
  certificate_not_yet_valid: decide('certificate_expired', 'RFC 5246 §7.2.2'),
  certificate_revoked: decide('certificate_revoked', 'RFC 5246 §7.2.2'),
  certificate_revocation_unknown: decide('certificate_unknown', 'RFC 5246 §7.2.2'),
  certificate_unknown_issuer: decide('unknown_ca', 'RFC 5246 §7.2.2'),
  certificate_name_mismatch: decide('bad_certificate', 'RFC 5246 §7.2.2'),
  certificate_wrong_purpose: decide('unsupported_certificate', 'RFC 5246 §7.2.2'),
  certificate_not_pinned: decide('certificate_unknown', 'RFC 5246 §7.2.2'),
  certificate_malformed: decide('decode_error', 'RFC 5246 §7.2.2'),
  certificate_application: decide('handshake_failure', 'RFC 5246 §7.2.2'),
  certificate_denied: decide('access_denied', 'RFC 5246 §7.2.2'),
  certificate_bad_status_response: decide('bad_certificate_status_response', 'RFC 6066 §8'),
} as const satisfies Record<CertificateFaultCode, AlertDecision>

/** What a peer does wrong in the handshake. */
const handshakeFaults = {
  unexpected_message: decide('unexpected_message', 'RFC 5246 §7.4'),
  malformed_message: decide('decode_error', 'RFC 5246 §7.2.2'),
  message_too_long: decide('illegal_parameter', 'RFC 5246 §7.2.2'),
  /** More behind the message that ends the peer's flight, and so before our answer. */
  excess_handshake_data: decide('unexpected_message', 'RFC 5246 §7.3'),
  /** Where policy does not want what RFC 5246 §6.2.1 allows. */
  interleaved_message: decide('unexpected_message', 'RFC 8446 §5.1'),
  message_across_key_change: decide('unexpected_message', 'RFC 5246 §7.2.2'),
  unsupported_version: decide('protocol_version', 'RFC 5246 §7.2.2'),
  inappropriate_fallback: decide('inappropriate_fallback', 'RFC 7507 §3'),
  suite_not_offered: decide('illegal_parameter', 'RFC 5246 §7.4.1.3'),
  compression_not_offered: decide('illegal_parameter', 'RFC 5246 §7.4.1.3'),
  null_compression_missing: decide('illegal_parameter', 'RFC 5246 §7.4.1.2'),
  extension_not_offered: decide('unsupported_extension', 'RFC 5246 §7.4.1.4'),
  duplicate_extension: decide('decode_error', 'RFC 5246 §7.4.1.4'),
  malformed_extension: decide('decode_error', 'RFC 5246 §7.2.2'),
  bad_extension: decide('illegal_parameter', 'RFC 5246 §7.2.2'),
  no_shared_certificate_type: decide('unsupported_certificate', 'RFC 7250 §4.2'),
  certificate_type_not_offered: decide('unsupported_certificate', 'RFC 7250 §4.2'),
  no_shared_suite: decide('handshake_failure', 'RFC 5246 §7.4.1.3'),
  no_shared_scheme: decide('handshake_failure', 'RFC 5246 §7.4.1.4.1'),
  no_shared_key_curve: decide('handshake_failure', 'RFC 8422 §5.1'),
  no_shared_dh_group: decide('insufficient_security', 'RFC 7919 §4'),
  no_credential: decide('handshake_failure', 'RFC 5246 §7.2.2'),
  unrecognized_name: decide('unrecognized_name', 'RFC 6066 §3'),
  hello_refused: decide('handshake_failure', 'RFC 5246 §7.2.2'),
  no_application_protocol: decide('no_application_protocol', 'RFC 7301 §3.2'),
  application_protocol_not_offered: decide('illegal_parameter', 'RFC 7301 §3.1'),
  secure_renegotiation_missing: decide('handshake_failure', 'RFC 5746 §3.4'),
  renegotiation_info_mismatch: decide('handshake_failure', 'RFC 5746 §3.4'),
  extended_master_secret_missing: decide('handshake_failure', 'RFC 7627 §5.2'),
  renegotiation_refused: decide('no_renegotiation', 'RFC 5246 §7.2.2'),
  extended_master_secret_changed: decide('handshake_failure', 'RFC 7627 §5.2'),
  encrypt_then_mac_dropped: decide('handshake_failure', 'RFC 7366 §3.1'),
  server_name_changed: decide('handshake_failure', 'RFC 5746 §5'),
  application_protocol_changed: decide('handshake_failure', 'RFC 5746 §5'),
  peer_certificate_changed: decide('handshake_failure', 'RFC 5746 §5'),
  resumed_suite_changed: decide('illegal_parameter', 'RFC 5246 §7.4.1.3'),
  resumed_extended_master_secret_missing: decide('handshake_failure', 'RFC 7627 §5.3'),
  resumed_extended_master_secret_unexpected: decide('handshake_failure', 'RFC 7627 §5.3'),
  group_not_offered: decide('illegal_parameter', 'RFC 8422 §5.4'),
  bad_key_share: decide('illegal_parameter', 'RFC 8422 §5.11'),
  bad_dh_public: decide('handshake_failure', 'RFC 7919 §3'),
  dh_group_refused: decide('insufficient_security', 'RFC 7919 §3'),
  scheme_not_offered: decide('illegal_parameter', 'RFC 5246 §7.4.3'),
  bad_signature: decide('decrypt_error', 'RFC 5246 §7.2.2'),
  bad_finished: decide('decrypt_error', 'RFC 5246 §7.4.9'),
  key_unfit_for_suite: decide('unsupported_certificate', 'RFC 5246 §7.4.2'),
  key_curve_not_offered: decide('unsupported_certificate', 'RFC 8422 §5.3'),
  client_certificate_type_refused: decide('handshake_failure', 'RFC 5246 §7.4.6'),
  server_certificate_missing: decide('decode_error', 'RFC 5246 §7.4.2'),
  unknown_psk_identity: decide('unknown_psk_identity', 'RFC 4279 §2'),
  client_certificate_missing: decide('handshake_failure', 'RFC 5246 §7.4.6'),
} as const

/** What is wrong below the handshake: records and alerts. */
const carrierFaults = {
  bad_record_mac: decide('bad_record_mac', 'RFC 5246 §7.2.2'),
  record_overflow: decide('record_overflow', 'RFC 5246 §7.2.2'),
  /** The length on the wire was right, what came out of the record was not. */
  plaintext_overflow: decide('record_overflow', 'RFC 5246 §6.2.1'),
  unknown_content_type: decide('unexpected_message', 'RFC 5246 §6'),
  bad_record_version: decide('protocol_version', 'RFC 5246 §7.2.2'),
  sslv2_record: decide('protocol_version', 'RFC 6176 §3'),
  // No version of TLS begins with the words of plain HTTP.
  http_request: decide('protocol_version', 'RFC 5246 §7.2.2'),
  http_proxy_request: decide('protocol_version', 'RFC 5246 §7.2.2'),
  http_response: decide('protocol_version', 'RFC 5246 §7.2.2'),
  empty_fragment: decide('unexpected_message', 'RFC 5246 §6.2.1'),
  sequence_exhausted: decide('internal_error', 'RFC 5246 §6.1'),
  keys_worn_out: decide('internal_error', 'RFC 9325 §4.4'),
  malformed_alert: decide('decode_error', 'RFC 5246 §7.2.2'),
  bad_alert_level: decide('illegal_parameter', 'RFC 5246 §7.2.2'),
  malformed_change_cipher_spec: decide('illegal_parameter', 'RFC 5246 §7.1'),
  too_many_warnings: decide('unexpected_message', 'RFC 5246 §7.2.2'),
  too_many_empty_records: decide('unexpected_message', 'RFC 5246 §6.2.1'),
  alert_received: decide(null, 'RFC 5246 §7.2.2'),
  // A close_notify is answered with one, also where it comes too early.
  closed_during_handshake: decide('close_notify', 'RFC 5246 §7.2.1'),
  truncated: decide(null, 'RFC 5246 §7.2.1'),
} as const

/** What our own side does or cannot do. */
const localFaults = {
  no_pre_shared_key: decide('handshake_failure', 'RFC 5246 §7.2.2'),
  need_refused: decide('internal_error', 'RFC 5246 §7.2.2'),
  handshake_timeout: decide('user_canceled', 'RFC 5246 §7.2.2'),
  aborted: decide('user_canceled', 'RFC 5246 §7.2.2'),
  internal_error: decide('internal_error', 'RFC 5246 §7.2.2'),
  keying_material_unavailable: decide(null, 'RFC 7627 §5.4'),
  channel_binding_unavailable: decide(null, 'RFC 5929 §4.1'),
  misuse: decide(null, 'RFC 5246 §7.2.2'),
} as const

/** The one alert table: a code without a decision does not exist. Alerts are those of TLS 1.2 and its extensions only. */
export const alertFor = { ...certificateFaults, ...handshakeFaults, ...carrierFaults, ...localFaults } as const

/** Why a connection failed: a closed list, stable for programs to switch on. */
export type FaultCode = keyof typeof alertFor

/** Who is to blame: the peer's bytes, our own side (keys, trust, time, bugs), or the caller of this API. */
export type FaultOrigin = 'peer' | 'local' | 'misuse'

const localCodes: ReadonlySet<string> = new Set(Object.keys(localFaults))

const originOf = (code: FaultCode): FaultOrigin =>
  code === 'misuse' ? 'misuse' : localCodes.has(code) ? 'local' : 'peer'

/**
 * The one error type. `alert` is the alert that was sent to the peer, or the one that was received where `code` is
 * `alert_received`; `state` is the state of the machine in which it happened. Never holds a secret.
 */
export class TlsFault extends Error {
  override readonly name = 'TlsFault'
  readonly code: FaultCode
  readonly origin: FaultOrigin
  readonly alert: AlertName | null
  /** The state in which it happened; the machine fills it in. */
  readonly state: string

  constructor(code: FaultCode, message: string, details: { cause?: unknown; state?: string; alert?: AlertName } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.origin = originOf(code)
    this.alert = details.alert ?? alertFor[code].alert
    this.state = details.state ?? ''
  }

  /** The same fault, saying in which state it happened: `outer/inner` where one state holds another. */
  in(name: string): TlsFault {
    const state = this.state === '' ? name : `${name}/${this.state}`
    const details = { state, ...(this.alert === null ? {} : { alert: this.alert }) }
    return new TlsFault(this.code, this.message, this.cause === undefined ? details : { ...details, cause: this.cause })
  }
}

/** The number of the alert to send for a fault, or `undefined` where none is sent. */
export function alertToSend(fault: TlsFault): AlertDescription | undefined {
  // A review of the ClientHello may name the alert itself.
  const alert = fault.code === 'hello_refused' ? fault.alert : alertFor[fault.code].alert
  return alert === null ? undefined : AlertDescription[alert]
}

/** Throws a fault: handlers refuse with it, and `step` turns it into `Failed`. */
export function refuse(code: FaultCode, message: string): never {
  throw new TlsFault(code, message)
}
