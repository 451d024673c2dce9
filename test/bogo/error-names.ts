import type { MachineEvent } from '../../src/handshake/event.js'
import type { FaultCode, TlsFault } from '../../src/handshake/fault.js'

/** The event in which a fault came up, as far as names depend on it. */
export type LastEvent = MachineEvent['type'] | undefined

/** A name of the runner's, or what tells several apart that one of our codes covers. */
type Name = `:${string}:` | ((fault: TlsFault, event: LastEvent) => string)

/** BoringSSL has two names for alerts, by the protocol's version that brought them. */
function receivedAlert({ alert, state }: TlsFault): string {
  const name = alert?.toUpperCase() ?? 'UNKNOWN'
  const refusedAtOnce = state === 'ExpectServerHello' && alert === 'handshake_failure'
  return `:SSLV3_ALERT_${name}: :TLSV1_ALERT_${name}:${refusedAtOnce ? ' :HANDSHAKE_FAILURE_ON_CLIENT_HELLO:' : ''}`
}

/** Records are told from messages: data and ChangeCipherSpec too early, or a message where ChangeCipherSpec is due. */
function unexpected({ state }: TlsFault, event: LastEvent): string {
  if (event === 'application_data' || event === 'change_cipher_spec') return ':UNEXPECTED_RECORD:'
  if (state.endsWith('ChangeCipherSpec')) return ':UNEXPECTED_RECORD:'
  return state === 'Connected' ? ':BAD_HELLO_REQUEST:' : ':UNEXPECTED_MESSAGE:'
}

const malformedNames: Readonly<Record<string, string>> = {
  ExpectClientHello: ':CLIENTHELLO_PARSE_FAILED:',
  Connected: ':BAD_HELLO_REQUEST:',
}

/** What the shim itself is told not to answer. */
const refusedNames: Readonly<Record<string, string>> = {
  AwaitCredential: ':CERT_CB_ERROR:',
  AwaitHelloReview: ':INVALID_ALPN_PROTOCOL:',
}

/** BoringSSL's names for our faults: the one place where the two vocabularies meet. */
const names: Readonly<Record<FaultCode, Name>> = {
  certificate_no_verifier: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_bad_certificate: ':CANNOT_PARSE_LEAF_CERT:',
  certificate_unsupported_certificate: ':UNSUPPORTED_ALGORITHM:',
  certificate_expired: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_not_yet_valid: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_revoked: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_revocation_unknown: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_unknown_issuer: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_name_mismatch: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_wrong_purpose: ':KEY_USAGE_BIT_INCORRECT:',
  certificate_not_pinned: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_malformed: ':CANNOT_PARSE_LEAF_CERT:',
  certificate_application: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_denied: ':CERTIFICATE_VERIFY_FAILED:',
  certificate_bad_status_response: ':OCSP_CB_ERROR:',

  unexpected_message: unexpected,
  malformed_message: ({ state }) => malformedNames[state] ?? ':DECODE_ERROR:',
  message_too_long: ':EXCESSIVE_MESSAGE_SIZE:',
  excess_handshake_data: ':EXCESS_HANDSHAKE_DATA:',
  interleaved_message: ':UNEXPECTED_RECORD:',
  message_across_key_change: ':UNEXPECTED_RECORD:',
  unsupported_version: ':UNSUPPORTED_PROTOCOL:',
  inappropriate_fallback: ':INAPPROPRIATE_FALLBACK:',
  suite_not_offered: ':WRONG_CIPHER_RETURNED:',
  compression_not_offered: ':UNSUPPORTED_COMPRESSION_ALGORITHM:',
  null_compression_missing: ':INVALID_COMPRESSION_LIST:',
  extension_not_offered: ':UNEXPECTED_EXTENSION:',
  duplicate_extension: ':DUPLICATE_EXTENSION:',
  // BoringSSL says both of an ALPN list that cannot be read, the first of everything else.
  malformed_extension: () => ':ERROR_PARSING_EXTENSION: :PARSE_TLSEXT:',
  bad_extension: ':ERROR_PARSING_EXTENSION:',
  no_shared_suite: ':NO_SHARED_CIPHER:',
  no_shared_scheme: ':NO_COMMON_SIGNATURE_ALGORITHMS:',
  no_shared_key_curve: ':WRONG_CURVE:',
  no_shared_dh_group: ':NO_SHARED_CIPHER:',
  no_credential: ':NO_CERTIFICATE_SET:',
  unknown_psk_identity: ':PSK_IDENTITY_NOT_FOUND:',
  no_pre_shared_key: ':PSK_IDENTITY_NOT_FOUND:',
  unrecognized_name: ':UNRECOGNIZED_NAME:',
  hello_refused: ':CONNECTION_REJECTED:',
  no_shared_certificate_type: ':UNKNOWN_CERTIFICATE_TYPE:',
  certificate_type_not_offered: ':UNKNOWN_CERTIFICATE_TYPE:',
  no_application_protocol: ':NO_APPLICATION_PROTOCOL:',
  application_protocol_not_offered: ':INVALID_ALPN_PROTOCOL:',
  secure_renegotiation_missing: ':UNSAFE_LEGACY_RENEGOTIATION_DISABLED:',
  renegotiation_refused: ':NO_RENEGOTIATION:',
  extended_master_secret_changed: ':RENEGOTIATION_EMS_MISMATCH:',
  peer_certificate_changed: ':SERVER_CERT_CHANGED:',
  encrypt_then_mac_dropped: ':ENCRYPT_THEN_MAC_DROPPED:',
  server_name_changed: ':SERVER_NAME_CHANGED:',
  application_protocol_changed: ':APPLICATION_PROTOCOL_CHANGED:',
  renegotiation_info_mismatch: ':RENEGOTIATION_MISMATCH:',
  extended_master_secret_missing: ':RENEGOTIATION_EMS_MISMATCH:',
  resumed_suite_changed: ':OLD_SESSION_CIPHER_NOT_RETURNED:',
  resumed_extended_master_secret_missing: ':RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION:',
  resumed_extended_master_secret_unexpected: ':RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION:',
  group_not_offered: ':WRONG_CURVE:',
  bad_key_share: ':BAD_ECPOINT:',
  bad_dh_public: ':BAD_DH_P_LENGTH:',
  dh_group_refused: ':BAD_DH_P_LENGTH:',
  scheme_not_offered: ':WRONG_SIGNATURE_TYPE:',
  bad_signature: ':BAD_SIGNATURE:',
  bad_finished: ':DIGEST_CHECK_FAILED:',
  key_unfit_for_suite: ':WRONG_CERTIFICATE_TYPE:',
  key_curve_not_offered: ':BAD_ECC_CERT:',
  client_certificate_type_refused: ':UNKNOWN_CERTIFICATE_TYPE:',
  server_certificate_missing: ':DECODE_ERROR:',
  client_certificate_missing: ':PEER_DID_NOT_RETURN_A_CERTIFICATE:',

  bad_record_mac: ':DECRYPTION_FAILED_OR_BAD_RECORD_MAC:',
  record_overflow: ':ENCRYPTED_LENGTH_TOO_LONG:',
  plaintext_overflow: ':DATA_LENGTH_TOO_LONG:',
  unknown_content_type: ':UNEXPECTED_RECORD:',
  bad_record_version: ':WRONG_VERSION_NUMBER:',
  sslv2_record: ':WRONG_VERSION_NUMBER:',
  http_request: ':HTTP_REQUEST:',
  http_proxy_request: ':HTTPS_PROXY_REQUEST:',
  http_response: ':WRONG_VERSION_NUMBER:',
  empty_fragment: ':UNEXPECTED_RECORD:',
  sequence_exhausted: ':INTERNAL_ERROR:',
  keys_worn_out: ':INTERNAL_ERROR:',
  malformed_alert: ':BAD_ALERT:',
  bad_alert_level: ':UNKNOWN_ALERT_TYPE:',
  malformed_change_cipher_spec: ':BAD_CHANGE_CIPHER_SPEC:',
  too_many_warnings: ':TOO_MANY_WARNING_ALERTS:',
  too_many_empty_records: ':TOO_MANY_EMPTY_FRAGMENTS:',
  alert_received: receivedAlert,
  closed_during_handshake: ':CONNECTION_CLOSED:',
  truncated: ':HANDSHAKE_INTERRUPTED:',

  need_refused: ({ state }) => refusedNames[state] ?? ':NEED_REFUSED:',
  handshake_timeout: ':HANDSHAKE_TIMEOUT:',
  aborted: ':ABORTED:',
  internal_error: ':INTERNAL_ERROR:',
  keying_material_unavailable: ':KEYING_MATERIAL_UNAVAILABLE:',
  channel_binding_unavailable: ':CHANNEL_BINDING_UNAVAILABLE:',
  misuse: ':MISUSE:',
}

const causes = (error: unknown): string => (error instanceof Error ? ` ← ${error.message}${causes(error.cause)}` : '')

/** A fault as the runner and a person read it. */
export function describeFault(fault: TlsFault, event: LastEvent): string {
  const name = names[fault.code]
  const said = typeof name === 'string' ? name : name(fault, event)
  return `${said} ${fault.code} in ${fault.state}: ${fault.message}${causes(fault.cause)}`
}
