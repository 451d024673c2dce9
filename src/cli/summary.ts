import type { ConnectionSummary } from '../handshake/negotiated.js'
import { claimedSubject, keyPin } from './certificate-facts.js'

/** Whom the peer's proof shows, in words that claim no more than was checked. */
export function peerText({ peer }: ConnectionSummary, whose: 'client' | 'server'): string {
  const certificate = peer.identity?.certificateChain[0]
  if (certificate === undefined) return `the ${whose} is not authenticated`
  const how = peer.kind === 'certificate and signature' ? 'its signature' : 'decrypting what was encrypted to its key'
  const checks = peer.identity?.checked.join(', ') || 'nothing'
  return (
    `the ${whose} is authenticated by ${how} (checked: ${checks}), ` +
    `key ${keyPin(certificate) ?? 'unreadable'}, which claims to be ${claimedSubject(certificate) ?? 'unreadable'}`
  )
}
