import { connectedRows, handshakeRows } from '../common-rows.js'
import { refuse } from '../fault.js'
import { completeTable, machine, type Outcome, type Row, rowsOf } from '../machine.js'
import { receiveAgreedKey, receiveEncryptedPreMaster, receiveKeyShare, receiveSignature } from './client-flight.js'
import type { ClientContext } from './context.js'
import { receiveChangeCipherSpec, receiveFinished, receiveNewSessionTicket } from './finished.js'
import { receiveServerHello } from './hello.js'
import { receivePsk } from './key-exchange.js'
import { receivePskParams, receiveServerHelloDone as receivePskServerHelloDone } from './psk-flight.js'
import { clientRenegotiation } from './renegotiation.js'
import { receiveRenewedTicket, receiveResumingChangeCipherSpec, receiveResumingFinished } from './resumption.js'
import {
  receiveCertificate,
  receiveCertificateRequest,
  receivePskHint,
  receiveServerHelloDone,
  receiveServerKeyExchange,
  receiveStatusBeforeCertificateRequest,
  receiveStatusBeforePskHint,
  receiveStatusBeforeServerKeyExchange,
} from './server-flight.js'
import { begin, receiveReverification, receiveReverificationRefused } from './session-offer.js'
import type { ClientHandshakeEnd, ClientState } from './states.js'
import { receiveCertificateVerdict, receiveCredential, receiveSignatureVerdict } from './trust.js'

const on = rowsOf<ClientContext, ClientHandshakeEnd>()

const expecting = [
  'ExpectServerHello',
  'ExpectCertificate',
  'ExpectCertificateStatusOrServerKeyExchange',
  'ExpectCertificateStatusOrCertificateRequest',
  'ExpectCertificateStatusOrPskHint',
  'ExpectServerKeyExchange',
  'ExpectPskHintOrCertificateRequest',
  'ExpectPskHint',
  'ExpectPskParams',
  'ExpectPskServerHelloDone',
  'ExpectCertificateRequest',
  'ExpectServerHelloDone',
  'ExpectNewSessionTicket',
  'ExpectServerChangeCipherSpec',
  'ExpectServerFinished',
  'ExpectRenewedTicket',
  'ExpectResumingChangeCipherSpec',
  'ExpectResumingFinished',
] as const

const awaiting = [
  'AwaitSessionReverification',
  'AwaitCertificateVerification',
  'AwaitSignatureVerification',
  'AwaitCredential',
  'AwaitPsk',
  'AwaitKeyShare',
  'AwaitKeyAgreement',
  'AwaitPreMasterEncryption',
  'AwaitSignature',
] as const

/** A client in mid-handshake passes over a wish to begin one; the message is no part of the transcript. */
function passOver<S>({ config }: ClientContext, state: S): Outcome<S> {
  if (config.strayHelloRequest === 'refuse') refuse('unexpected_message', 'a HelloRequest in mid-handshake')
  return { state, actions: [] }
}

/** One handshake, the client's side of RFC 5246 figures 1 and 2, in the order of the two roads. */
// biome-ignore format: a table is read in columns
const handshake = [
  ...on('Start', 'start', ['AwaitSessionReverification', 'ExpectServerHello'], '5246 §7.4.1.2', begin),
  ...on('AwaitSessionReverification', 'answer:reverifySession', ['ExpectServerHello'], '5246 §7.4.1.2', receiveReverification),
  ...on('AwaitSessionReverification', 'need_refused', ['ExpectServerHello'], '5246 §7.4.1.2', receiveReverificationRefused),
  ...on('ExpectServerHello', 'server_hello', ['ExpectCertificate', 'ExpectPskParams', 'ExpectPskHint', 'ExpectRenewedTicket', 'ExpectResumingChangeCipherSpec'], '5246 §7.4.1.3', receiveServerHello),
  ...on('ExpectCertificate', 'certificate',
    ['ExpectCertificateStatusOrServerKeyExchange', 'ExpectCertificateStatusOrCertificateRequest', 'ExpectCertificateStatusOrPskHint',
      'ExpectServerKeyExchange', 'ExpectCertificateRequest', 'ExpectPskHintOrCertificateRequest'],
    '5246 §7.4.2', receiveCertificate),
  ...on('ExpectCertificateStatusOrServerKeyExchange', 'certificate_status', ['ExpectServerKeyExchange'], '6066 §8', receiveStatusBeforeServerKeyExchange),
  ...on('ExpectCertificateStatusOrCertificateRequest', 'certificate_status', ['ExpectCertificateRequest'], '6066 §8', receiveStatusBeforeCertificateRequest),
  ...on('ExpectCertificateStatusOrPskHint', 'certificate_status', ['ExpectPskHintOrCertificateRequest'], '6066 §8', receiveStatusBeforePskHint),
  ...on(['ExpectServerKeyExchange', 'ExpectCertificateStatusOrServerKeyExchange'], 'server_key_exchange',
    ['ExpectCertificateRequest'], '5246 §7.4.3', receiveServerKeyExchange),
  ...on(['ExpectPskHintOrCertificateRequest', 'ExpectCertificateStatusOrPskHint'], 'server_key_exchange',
    ['ExpectCertificateRequest'], '4279 §4', receivePskHint),
  ...on(['ExpectCertificateRequest', 'ExpectCertificateStatusOrCertificateRequest', 'ExpectPskHintOrCertificateRequest', 'ExpectCertificateStatusOrPskHint'],
    'certificate_request', ['ExpectServerHelloDone'], '5246 §7.4.4', receiveCertificateRequest),
  ...on(['ExpectServerHelloDone', 'ExpectCertificateRequest', 'ExpectCertificateStatusOrCertificateRequest', 'ExpectPskHintOrCertificateRequest',
    'ExpectCertificateStatusOrPskHint'], 'server_hello_done', ['AwaitCertificateVerification'], '5246 §7.4.5', receiveServerHelloDone),
  // Without a certificate: a hint or a key share, if anything, and no one to judge before Finished.
  ...on(['ExpectPskParams', 'ExpectPskHint'], 'server_key_exchange', ['ExpectPskServerHelloDone'], '4279 §2', receivePskParams),
  ...on(['ExpectPskServerHelloDone', 'ExpectPskHint'], 'server_hello_done', ['AwaitPsk'], '4279 §2', receivePskServerHelloDone),
  ...on('AwaitCertificateVerification', 'answer:verifyCertificate',
    ['AwaitSignatureVerification', 'AwaitCredential', 'AwaitPreMasterEncryption', 'AwaitPsk'], '5246 §7.4.2', receiveCertificateVerdict),
  ...on('AwaitSignatureVerification', 'answer:verifySignature', ['AwaitCredential', 'AwaitKeyShare'], '5246 §7.4.3', receiveSignatureVerdict),
  ...on('AwaitCredential', 'answer:selectCredential', ['AwaitKeyShare', 'AwaitPreMasterEncryption', 'AwaitPsk'], '5246 §7.4.6', receiveCredential),
  ...on('AwaitPsk', 'answer:selectPsk', ['AwaitKeyShare', 'AwaitPreMasterEncryption', 'ExpectNewSessionTicket', 'ExpectServerChangeCipherSpec'], '4279 §2', receivePsk),
  ...on('AwaitKeyShare', 'answer:generateKeyShare', ['AwaitKeyAgreement'], '5246 §7.4.7.2', receiveKeyShare),
  ...on('AwaitKeyAgreement', 'answer:agreeKey', ['AwaitSignature', 'ExpectNewSessionTicket', 'ExpectServerChangeCipherSpec'], '5246 §8.1.2', receiveAgreedKey),
  ...on('AwaitPreMasterEncryption', 'answer:encryptPreMaster', ['AwaitSignature', 'ExpectNewSessionTicket', 'ExpectServerChangeCipherSpec'], '5246 §7.4.7.1', receiveEncryptedPreMaster),
  ...on('AwaitSignature', 'answer:sign', ['ExpectNewSessionTicket', 'ExpectServerChangeCipherSpec'], '5246 §7.4.8', receiveSignature),
  ...on('ExpectNewSessionTicket', 'new_session_ticket', ['ExpectServerChangeCipherSpec'], '5077 §3.3', receiveNewSessionTicket),
  ...on('ExpectServerChangeCipherSpec', 'change_cipher_spec', ['ExpectServerFinished'], '5246 §7.1', receiveChangeCipherSpec),
  ...on('ExpectServerFinished', 'finished', ['Connected'], '5246 §7.4.9', receiveFinished),
  // The abbreviated handshake: the server changes keys and is finished first (RFC 5246 §7.3).
  ...on('ExpectRenewedTicket', 'new_session_ticket', ['ExpectResumingChangeCipherSpec'], '5077 §3.3', receiveRenewedTicket),
  ...on('ExpectResumingChangeCipherSpec', 'change_cipher_spec', ['ExpectResumingFinished'], '5246 §7.1', receiveResumingChangeCipherSpec),
  ...on('ExpectResumingFinished', 'finished', ['Connected'], '5246 §7.4.9', receiveResumingFinished),
  ...[...expecting, ...awaiting].flatMap((name) => on(name, 'hello_request', [name], '5246 §7.4.1.1', passOver)),
  ...handshakeRows<ClientContext, ClientHandshakeEnd, 'Start' | (typeof expecting)[number] | (typeof awaiting)[number]>(
    ['Start', ...expecting], awaiting, ['AwaitSessionReverification']),
]

/** Every edge that moves a client. */
export const clientTable: readonly Row<ClientContext, ClientState>[] = completeTable<ClientContext, ClientState>()([
  ...handshake,
  ...connectedRows<ClientContext>('hello_request'),
  ...clientRenegotiation(handshake),
])

/** The client machine: total and pure. */
export const clientStep = machine<ClientContext, ClientState>(clientTable)
