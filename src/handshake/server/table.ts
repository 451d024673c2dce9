import { connectedRows, handshakeRows } from '../common-rows.js'
import { completeTable, machine, type Row, rowsOf } from '../machine.js'
import { begin, receiveClientHello, receiveHelloReview } from './client-hello.js'
import { receiveCertificateVerdict, receiveCertificateVerify, receiveSignatureVerdict } from './client-proof.js'
import type { ServerContext } from './context.js'
import { receiveChangeCipherSpec, receiveFinished, receiveSealingRefused, receiveTicket } from './finished.js'
import { receiveCredential, receiveKeyShare, receiveSignature } from './hello.js'
import {
  receiveAgreedKey,
  receiveCertificate,
  receiveClientKeyExchange,
  receiveDecryptedPreMaster,
  receiveDecryptionRefused,
  receivePsk,
} from './key-exchange.js'
import { serverRenegotiation } from './renegotiation.js'
import {
  giveUpSession,
  receiveOpenedTicket,
  receiveRenewal,
  receiveRenewalRefused,
  receiveResumingChangeCipherSpec,
  receiveResumingFinished,
  receiveReverification,
  receiveSession,
} from './resumption.js'
import type { ServerHandshakeEnd, ServerState } from './states.js'

const on = rowsOf<ServerContext, ServerHandshakeEnd>()

const expecting = [
  'ExpectClientHello',
  'ExpectClientCertificate',
  'ExpectClientKeyExchange',
  'ExpectCertificateVerify',
  'ExpectClientChangeCipherSpec',
  'ExpectClientFinished',
  'ExpectResumingChangeCipherSpec',
  'ExpectResumingFinished',
] as const

const awaiting = [
  'AwaitHelloReview',
  'AwaitTicketOpening',
  'AwaitSessionLookup',
  'AwaitSessionReverification',
  'AwaitTicketRenewal',
  'AwaitCredential',
  'AwaitKeyShare',
  'AwaitSignature',
  'AwaitPsk',
  'AwaitKeyAgreement',
  'AwaitPreMasterDecryption',
  'AwaitCertificateVerification',
  'AwaitSignatureVerification',
  'AwaitTicketSealing',
] as const

/** Whose refusal has a row of its own: the handshake goes on. */
const tolerant = [
  'AwaitTicketOpening',
  'AwaitSessionLookup',
  'AwaitSessionReverification',
  'AwaitTicketRenewal',
  'AwaitPreMasterDecryption',
  'AwaitTicketSealing',
] as const

/** Where a session that cannot be resumed leads. */
const full = ['AwaitCredential', 'AwaitKeyShare', 'ExpectClientKeyExchange'] as const

/** One handshake, the server's side of RFC 5246 figures 1 and 2, in the order of the two roads. */
// biome-ignore format: a table is read in columns
const handshake = [
  ...on('Start', 'start', ['ExpectClientHello'], '5246 §7.4.1.1', begin),
  ...on('ExpectClientHello', 'client_hello', ['AwaitHelloReview', 'AwaitTicketOpening', 'AwaitSessionLookup', ...full], '5246 §7.4.1.2', receiveClientHello),
  ...on('AwaitHelloReview', 'answer:reviewClientHello', ['AwaitTicketOpening', 'AwaitSessionLookup', ...full], '5246 §7.4.1.2', receiveHelloReview),
  ...on('AwaitCredential', 'answer:selectCredential', ['AwaitKeyShare', 'ExpectClientCertificate', 'ExpectClientKeyExchange'], '5246 §7.4.2', receiveCredential),
  ...on('AwaitKeyShare', 'answer:generateKeyShare', ['AwaitSignature', 'ExpectClientKeyExchange'], '5246 §7.4.3', receiveKeyShare),
  ...on('AwaitSignature', 'answer:sign', ['ExpectClientCertificate', 'ExpectClientKeyExchange'], '5246 §7.4.3', receiveSignature),
  ...on('ExpectClientCertificate', 'certificate', ['ExpectClientKeyExchange'], '5246 §7.4.6', receiveCertificate),
  ...on('ExpectClientKeyExchange', 'client_key_exchange', ['AwaitKeyAgreement', 'AwaitPreMasterDecryption', 'AwaitPsk'], '5246 §7.4.7', receiveClientKeyExchange),
  ...on('AwaitPsk', 'answer:selectPsk', ['AwaitKeyAgreement', 'AwaitPreMasterDecryption', 'ExpectClientChangeCipherSpec'], '4279 §2', receivePsk),
  ...on('AwaitKeyAgreement', 'answer:agreeKey', ['ExpectCertificateVerify', 'ExpectClientChangeCipherSpec'], '5246 §8.1.2', receiveAgreedKey),
  ...on('AwaitPreMasterDecryption', 'answer:decryptPreMaster', ['ExpectCertificateVerify', 'ExpectClientChangeCipherSpec'], '5246 §7.4.7.1', receiveDecryptedPreMaster),
  ...on('AwaitPreMasterDecryption', 'need_refused', ['ExpectCertificateVerify', 'ExpectClientChangeCipherSpec'], '5246 §7.4.7.1', receiveDecryptionRefused),
  ...on('ExpectCertificateVerify', 'certificate_verify', ['AwaitCertificateVerification'], '5246 §7.4.8', receiveCertificateVerify),
  ...on('AwaitCertificateVerification', 'answer:verifyCertificate', ['AwaitSignatureVerification'], '5246 §7.4.6', receiveCertificateVerdict),
  ...on('AwaitSignatureVerification', 'answer:verifySignature', ['ExpectClientChangeCipherSpec'], '5246 §7.4.8', receiveSignatureVerdict),
  ...on('ExpectClientChangeCipherSpec', 'change_cipher_spec', ['ExpectClientFinished'], '5246 §7.1', receiveChangeCipherSpec),
  ...on('ExpectClientFinished', 'finished', ['AwaitTicketSealing', 'Connected'], '5246 §7.4.9', receiveFinished),
  ...on('AwaitTicketSealing', 'answer:sealTicket', ['Connected'], '5077 §3.3', receiveTicket),
  ...on('AwaitTicketSealing', 'need_refused', ['Connected'], '5077 §3.3', receiveSealingRefused),
  // The abbreviated handshake: the server changes keys and is finished first (RFC 5246 §7.3).
  ...on('AwaitTicketOpening', 'answer:openTicket', ['AwaitSessionReverification', 'AwaitTicketRenewal', 'ExpectResumingChangeCipherSpec', ...full], '5077 §3.1', receiveOpenedTicket),
  ...on('AwaitSessionLookup', 'answer:resumeSession', ['AwaitSessionReverification', 'ExpectResumingChangeCipherSpec', ...full], '5246 §7.4.1.2', receiveSession),
  ...on('AwaitSessionReverification', 'answer:reverifySession', ['AwaitTicketRenewal', 'ExpectResumingChangeCipherSpec', ...full], '5246 §7.4.1.2', receiveReverification),
  ...on(['AwaitTicketOpening', 'AwaitSessionLookup', 'AwaitSessionReverification'], 'need_refused', full, '5246 §7.4.1.2', giveUpSession),
  ...on('AwaitTicketRenewal', 'answer:sealTicket', ['ExpectResumingChangeCipherSpec'], '5077 §3.3', receiveRenewal),
  ...on('AwaitTicketRenewal', 'need_refused', ['ExpectResumingChangeCipherSpec'], '5077 §3.3', receiveRenewalRefused),
  ...on('ExpectResumingChangeCipherSpec', 'change_cipher_spec', ['ExpectResumingFinished'], '5246 §7.1', receiveResumingChangeCipherSpec),
  ...on('ExpectResumingFinished', 'finished', ['Connected'], '5246 §7.4.9', receiveResumingFinished),
  ...handshakeRows<ServerContext, ServerHandshakeEnd, 'Start' | (typeof expecting)[number] | (typeof awaiting)[number]>(
    ['Start', ...expecting], awaiting, tolerant),
]

/** Every edge that moves a server. */
export const serverTable: readonly Row<ServerContext, ServerState>[] = completeTable<ServerContext, ServerState>()([
  ...handshake,
  ...connectedRows<ServerContext>('client_hello'),
  ...serverRenegotiation(handshake),
])

/** The server machine: total and pure. */
export const serverStep = machine<ServerContext, ServerState>(serverTable)
