import { bindingHashOf } from '../crypto/certificate-digest.js'
import type { KeySchedule } from '../crypto/key-schedule.js'
import type { Connected } from '../handshake/connected.js'
import { TlsFault } from '../handshake/fault.js'
import type { ConnectionSummary } from '../handshake/negotiated.js'
import { exportKeyingMaterial } from './exporter.js'

/** What an application protocol may bind its own authentication to, so that it cannot be relayed (RFC 5929, RFC 9266). */
export type ChannelBindingType = 'tls-unique' | 'tls-server-end-point' | 'tls-exporter'

const unavailable = (type: ChannelBindingType, why: string): never => {
  throw new TlsFault('channel_binding_unavailable', `${type} cannot be had here: ${why}`)
}

/** Whether this was an abbreviated handshake. */
const wasResumed = ({ resumed }: ConnectionSummary): boolean => resumed !== undefined

/**
 * The first Finished of the latest handshake: the client's in a full one, the server's in an abbreviated one
 * (RFC 5929 §3.1). A session that was resumed without an extended master secret may be shared with somebody in the middle,
 * who then sees the same on both sides (RFC 7627 §1): there it is refused.
 */
function tlsUnique(role: 'client' | 'server', { summary, ownVerifyData, peerFinished }: Connected): Uint8Array {
  const resumed = wasResumed(summary)
  if (resumed && !summary.negotiated.extendedMasterSecret) {
    unavailable('tls-unique', 'the session was resumed without extended_master_secret')
  }
  const first = resumed ? 'server' : 'client'
  return (role === first ? ownVerifyData : peerFinished.verifyData).slice()
}

/** A session keeps the peer's certificate, not one's own: after a resumption a client still knows the server's. */
function keptCertificate(role: 'client' | 'server', summary: ConnectionSummary): Uint8Array | undefined {
  const { negotiated, peer } = summary
  const keeps = role === 'client' && wasResumed(summary) && negotiated.serverCertificateType === 'X509'
  return keeps ? peer.identity?.certificateChain[0] : undefined
}

/** The hash of the server's certificate (RFC 5929 §4.1). */
function serverEndPoint(schedule: KeySchedule, role: 'client' | 'server', { summary }: Connected): Uint8Array {
  const certificate = summary.serverCertificate ?? keptCertificate(role, summary)
  if (certificate === undefined) {
    return unavailable('tls-server-end-point', 'the server showed no certificate in this handshake')
  }
  const hash = bindingHashOf(certificate)
  if (hash === undefined) {
    return unavailable('tls-server-end-point', "the certificate's signature algorithm has no hash of its own to use")
  }
  return schedule.hash(hash, certificate)
}

/** Keying material under a label of its own, which is unique only with an extended master secret (RFC 9266 §2). */
function tlsExporter(schedule: KeySchedule, state: Connected): Uint8Array {
  if (!state.summary.negotiated.extendedMasterSecret) {
    unavailable('tls-exporter', 'it is defined with extended_master_secret only')
  }
  return exportKeyingMaterial(schedule, state, 'EXPORTER-Channel-Binding', 32, new Uint8Array())
}

/** The bytes of a channel binding. Throws a `channel_binding_unavailable` fault where the RFC defines none. */
export function channelBinding(
  schedule: KeySchedule,
  role: 'client' | 'server',
  state: Connected,
  type: ChannelBindingType,
): Uint8Array {
  if (type === 'tls-unique') return tlsUnique(role, state)
  if (type === 'tls-server-end-point') return serverEndPoint(schedule, role, state)
  if (type === 'tls-exporter') return tlsExporter(schedule, state)
  throw new TlsFault('misuse', `there is no channel binding ${JSON.stringify(type)}`)
}
