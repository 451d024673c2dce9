import type { HandshakeMessages } from '../../messages/handshake.js'
import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import type { Side } from '../trace.js'
import type { CaptureCheck } from './check.js'
import type { Examine, Examined } from './examined.js'
import { checkEncryptThenMac, checkExtensions } from './extension-checks.js'
import { checkChoices, checkDowngrade, checkOffer } from './hello-checks.js'
import {
  checkCertificateKey,
  checkClientValue,
  checkGroup,
  checkServerValue,
  checkUnsigned,
} from './key-exchange-checks.js'
import { checkClientRenegotiation, checkServerRenegotiation } from './renegotiation-checks.js'
import { checkMissingTicket, checkNewSession, checkStatus, checkTicket } from './session-checks.js'
import { checkProof, checkShareSignature } from './signature-checks.js'

/** What each message gives its receiver to check, besides form, order, the master secret and Finished. */
const examinations: { readonly [N in HandshakeTypeName]?: readonly Examine<N>[] } = {
  client_hello: [checkOffer, checkClientRenegotiation],
  server_hello: [checkChoices, checkExtensions, checkEncryptThenMac, checkServerRenegotiation, checkDowngrade],
  certificate: [checkCertificateKey],
  certificate_status: [checkStatus],
  server_key_exchange: [checkGroup, checkServerValue, checkShareSignature],
  server_hello_done: [checkNewSession, checkUnsigned],
  client_key_exchange: [checkClientValue],
  certificate_verify: [checkProof],
  new_session_ticket: [checkTicket],
  finished: [checkMissingTicket],
}

/** Throws `MalformedError` for a message whose parts do not decode. */
export const examine = <N extends HandshakeTypeName>(
  examined: Examined,
  name: N,
  message: HandshakeMessages[N],
  sender: Side,
): CaptureCheck[] => (examinations[name] ?? []).flatMap((check) => check(examined, message, sender) ?? [])
