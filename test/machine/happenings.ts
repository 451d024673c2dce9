/** Events other than messages: the environment's answers, alerts, faults, closing and the rest. */
import { Secret } from '../../src/bytes/secret.js'
import type { Environment } from '../../src/crypto/environment.js'
import type { Session } from '../../src/crypto/session.js'
import { AlignedRecords } from '../../src/handshake/evidence.js'
import { TlsFault } from '../../src/handshake/fault.js'
import type { Need, NeedType } from '../../src/handshake/need.js'
import { AlertDescription } from '../../src/registry/alert-description.js'
import { AlertLevel } from '../../src/registry/alert-level.js'
import { answerTo, markedSecret, unaskedAnswers, type Variant } from './subject.js'

const alert = (level: number, description: number) => ({ type: 'alert', alert: { level, description } }) as const

/** Needs without whose answer a handshake goes on: with a substitute, or in full. */
const goesOn: ReadonlySet<NeedType> = new Set([
  ...(['decryptPreMaster', 'openTicket', 'resumeSession', 'reverifySession', 'sealTicket'] as const),
])

/** `handshaking`: the state lies before `Connected`, where a close_notify is no orderly end. */
const plain = (entropyRandom: Uint8Array, openNeed: NeedType | undefined, handshaking: boolean): readonly Variant[] => [
  {
    label: 'start',
    event: {
      type: 'start',
      entropy: {
        random: entropyRandom,
        sessionId: new Uint8Array(32).fill(0x1d),
        substitutePreMaster: markedSecret(46),
      },
    },
  },
  {
    label: 'renegotiate',
    event: {
      type: 'renegotiate',
      entropy: {
        random: entropyRandom,
        sessionId: new Uint8Array(32).fill(0x1d),
        substitutePreMaster: markedSecret(46),
      },
      wish: {},
    },
  },
  { label: 'ChangeCipherSpec', event: { type: 'change_cipher_spec', aligned: AlignedRecords.of(0) } },
  { label: 'warning alert', event: alert(AlertLevel.warning, AlertDescription.user_canceled) },
  {
    label: 'close_notify',
    event: alert(AlertLevel.warning, AlertDescription.close_notify),
    ...(handshaking ? { fault: 'closed_during_handshake' } : {}),
  },
  { label: 'no_renegotiation', event: alert(AlertLevel.warning, AlertDescription.no_renegotiation) },
  {
    label: 'fatal alert',
    event: alert(AlertLevel.fatal, AlertDescription.handshake_failure),
    fault: 'alert_received',
  },
  { label: 'unknown fatal alert', event: alert(AlertLevel.fatal, 199), fault: 'alert_received' },
  { label: 'alert of no level', event: alert(3, AlertDescription.handshake_failure), fault: 'bad_alert_level' },
  { label: 'application data', event: { type: 'application_data', data: Uint8Array.of(1, 2, 3) } },
  {
    label: 'fault of the records',
    event: { type: 'fault', fault: new TlsFault('bad_record_mac', 'a record failed its integrity check') },
    fault: 'bad_record_mac',
  },
  { label: 'close', event: { type: 'close' } },
  { label: 'end of transport', event: { type: 'transport_end' }, fault: 'truncated' },
  {
    label: 'refused need',
    event: { type: 'need_refused', need: openNeed ?? 'sign', cause: new Error('the device is gone') },
    ...(openNeed !== undefined && goesOn.has(openNeed) ? {} : { fault: 'need_refused' }),
  },
]

const refusals = (role: 'client' | 'server', ephemeral: 'dh' | 'ecdh'): Partial<Record<NeedType, Variant>> => ({
  reviewClientHello: {
    label: 'refused ClientHello',
    event: {
      type: 'answer:reviewClientHello',
      answer: { accepted: false, alert: 'access_denied', message: 'this client may not come in' },
    },
    fault: 'hello_refused',
  },
  selectCredential: {
    label: 'no credential',
    event: { type: 'answer:selectCredential', answer: undefined },
    ...(role === 'server' ? { fault: 'no_credential' } : {}),
  },
  selectPsk: {
    label: 'no pre-shared key',
    event: { type: 'answer:selectPsk', answer: undefined },
    // a server goes on with a random key, and fails where a wrong one fails
    ...(role === 'client' ? { fault: 'no_pre_shared_key' } : {}),
  },
  verifyCertificate: {
    label: 'refused certificate',
    event: {
      type: 'answer:verifyCertificate',
      answer: { accepted: false, reason: 'expired', message: 'it ended yesterday' },
    },
    fault: 'certificate_expired',
  },
  verifySignature: {
    label: 'bad signature',
    event: { type: 'answer:verifySignature', answer: false },
    fault: 'bad_signature',
  },
  generateKeyShare: {
    label: 'no key share',
    event: { type: 'answer:generateKeyShare', answer: undefined },
    fault: role === 'client' && ephemeral === 'dh' ? 'dh_group_refused' : 'internal_error',
  },
  agreeKey: {
    label: 'no agreement',
    event: { type: 'answer:agreeKey', answer: undefined },
    fault: ephemeral === 'dh' ? 'bad_dh_public' : 'bad_key_share',
  },
  decryptPreMaster: {
    label: 'pre-master secret of a wrong length',
    event: { type: 'answer:decryptPreMaster', answer: new Secret(Uint8Array.of(3, 3, 1)) },
  },
})

/** Answers that lead elsewhere, and are no fault of anybody. */
const otherAnswers = (session: () => Session): Partial<Record<NeedType, readonly Variant[]>> => ({
  openTicket: [
    { label: 'no ticket of ours', event: { type: 'answer:openTicket', answer: undefined } },
    {
      label: 'a ticket to renew',
      event: { type: 'answer:openTicket', answer: { session: session(), renew: true } },
    },
    {
      label: 'a ticket of a client that showed no certificate',
      event: { type: 'answer:openTicket', answer: { session: { ...session(), peer: { type: 'none' } }, renew: false } },
    },
    {
      label: 'a ticket to renew, of a client that showed no certificate',
      event: { type: 'answer:openTicket', answer: { session: { ...session(), peer: { type: 'none' } }, renew: true } },
    },
  ],
  resumeSession: [
    { label: 'no session of this id', event: { type: 'answer:resumeSession', answer: undefined } },
    {
      label: 'the session of a client that showed no certificate',
      event: { type: 'answer:resumeSession', answer: { ...session(), peer: { type: 'none' } } },
    },
  ],
  reverifySession: [
    {
      label: 'a certificate refused by now',
      event: {
        type: 'answer:reverifySession',
        answer: { accepted: false, reason: 'expired', message: 'it ended yesterday' },
      },
    },
  ],
  sealTicket: [{ label: 'no ticket', event: { type: 'answer:sealTicket', answer: undefined } }],
})

function answers(environment: Environment, need: Need | undefined): readonly Variant[] {
  return Object.entries(unaskedAnswers).map(([type, make]) => ({
    label: `answer to ${type}`,
    event: need?.type === type ? answerTo(environment, need) : make(),
  }))
}

/** One variant or more of every event that is no handshake message. */
export function happenings(
  role: 'client' | 'server',
  state: { readonly name: string },
  environment: Environment,
  need: Need | undefined,
  ephemeral: 'dh' | 'ecdh',
  session: () => Session,
): readonly Variant[] {
  const handshaking = !['Connected', 'Renegotiating', 'Closing', 'PeerClosed'].includes(state.name)
  const refusal = need === undefined ? undefined : refusals(role, ephemeral)[need.type]
  return [
    ...plain(new Uint8Array(32).fill(role === 'client' ? 0xc1 : 0x5e), need?.type, handshaking).map((variant) =>
      // where either side has said that it is done, the end of the transport does no harm
      (state.name === 'Closing' || state.name === 'PeerClosed') && variant.event.type === 'transport_end'
        ? { label: variant.label, event: variant.event }
        : variant,
    ),
    ...answers(environment, need),
    ...(refusal === undefined ? [] : [refusal]),
    ...(need === undefined ? [] : (otherAnswers(session)[need.type] ?? [])),
  ]
}
