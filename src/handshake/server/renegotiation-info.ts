import { concat } from '../../bytes/convert.js'
import { constantTimeEqual } from '../../bytes/equal.js'
import type { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import { refuse } from '../fault.js'
import type { RenegotiatedConnection } from '../negotiation.js'
import type { ClientOffer } from './offer.js'

/**
 * What the client says of the connection before, by the extension or by the signalling suite, and what our hello says to
 * that (RFC 5746 §3.6). In a renegotiation the extension must be there and hold the client's last Finished, and the suite,
 * which says "nothing before", must not (RFC 5746 §3.7): otherwise somebody else sent what came before, and the client
 * believes that this is its first handshake.
 */
export function readRenegotiationInfo(
  info: RenegotiationInfo | undefined,
  signalled: boolean,
  renegotiated: RenegotiatedConnection | undefined,
): Pick<ClientOffer, 'secureRenegotiation' | 'renegotiatedConnection'> {
  if (renegotiated !== undefined && (info === undefined || signalled)) {
    refuse('renegotiation_info_mismatch', 'the client takes this renegotiation for the first handshake of a connection')
  }
  const { clientVerifyData, serverVerifyData } = renegotiated ?? nothing
  if (info !== undefined && !constantTimeEqual(clientVerifyData, info.renegotiatedConnection)) {
    const what = renegotiated === undefined ? 'a new connection' : 'this connection'
    refuse('renegotiation_info_mismatch', `the client's renegotiation_info does not belong to ${what}`)
  }
  return {
    secureRenegotiation: info !== undefined || signalled,
    renegotiatedConnection: concat(clientVerifyData, serverVerifyData),
  }
}

const nothing: RenegotiatedConnection = { clientVerifyData: new Uint8Array(), serverVerifyData: new Uint8Array() }
