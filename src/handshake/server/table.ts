import { connectedRows, handshakeRows } from '../common-rows.js'
import { completeTable, machine, type Row, rowsOf } from '../machine.js'
import { begin, receiveClientHello, receiveHelloReview } from './client-hello.js'
import { receiveCertificateVerdict, receiveCertificateVerify, receiveSignatureVerdict } from './client-proof.js'
import type { ServerContext } from './context.js'
import { receiveChangeCipherSpec, receiveFinished } from './finished.js'
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
import type { ServerHandshakeEnd, ServerState } from './states.js'

const on = rowsOf<ServerContext, ServerHandshakeEnd>()

const expecting = [
  'ExpectClientHello',
  'ExpectClientCertificate',
  'ExpectClientKeyExchange',
  'ExpectCertificateVerify',
  'ExpectClientChangeCipherSpec',
  'ExpectClientFinished',
] as const

const awaiting = [
  'AwaitHelloReview',
  'AwaitCredential',
  'AwaitKeyShare',
  'AwaitSignature',
  'AwaitPsk',
  'AwaitKeyAgreement',
  'AwaitPreMasterDecryption',
  'AwaitCertificateVerification',
  'AwaitSignatureVerification',
] as const

/** One handshake, the server's side of RFC 5246 figure 1, in its order. */
// biome-ignore format: a table is read in columns
const handshake = [
  ...on('Start', 'start', ['ExpectClientHello'], '5246 §7.4.1.1', begin),
  ...on('ExpectClientHello', 'client_hello', ['AwaitHelloReview', 'AwaitCredential', 'AwaitKeyShare', 'ExpectClientKeyExchange'], '5246 §7.4.1.2', receiveClientHello),
  ...on('AwaitHelloReview', 'answer:reviewClientHello', ['AwaitCredential', 'AwaitKeyShare', 'ExpectClientKeyExchange'], '5246 §7.4.1.2', receiveHelloReview),
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
  ...on('ExpectClientFinished', 'finished', ['Connected'], '5246 §7.4.9', receiveFinished),
  ...handshakeRows<ServerContext, ServerHandshakeEnd, 'Start' | (typeof expecting)[number] | (typeof awaiting)[number]>(
    ['Start', ...expecting], awaiting, ['AwaitPreMasterDecryption']),
]

/** Every edge that moves a server. */
export const serverTable: readonly Row<ServerContext, ServerState>[] = completeTable<ServerContext, ServerState>()([
  ...handshake,
  ...connectedRows<ServerContext>('client_hello'),
  ...serverRenegotiation(handshake),
])

/** The server machine: total and pure. */
export const serverStep = machine<ServerContext, ServerState>(serverTable)
