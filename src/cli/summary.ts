import type { VerifiedName } from '../crypto/environment.js'
import type { ConnectionSummary } from '../handshake/negotiated.js'
import { claimedSubject, keyPin } from './certificate-facts.js'
import { printable } from './terminal.js'

const nameText = ({ type, value }: VerifiedName): string =>
  printable(type === 'directoryName' ? value : `${type} ${value}`)

/** The names that a validator vouches for, in one line; `undefined` where nobody does: a pin says nothing about names. */
export function verifiedNames({ peer: { identity } }: ConnectionSummary): string | undefined {
  if (identity === undefined || !identity.checked.includes('chain')) return undefined
  return identity.identities.map(nameText).join(', ') || 'no name'
}

/** Whom the peer's proof shows, in words that claim no more than was checked. */
export function peerText(summary: ConnectionSummary, whose: 'client' | 'server'): string {
  const { peer } = summary
  const certificate = peer.identity?.certificateChain[0]
  if (certificate === undefined) return `the ${whose} is not authenticated`
  const how = peer.kind === 'certificate and signature' ? 'its signature' : 'decrypting what was encrypted to its key'
  const checks = peer.identity?.checked.join(', ') || 'nothing'
  const names = verifiedNames(summary)
  const who = names === undefined ? `which claims to be ${claimedSubject(certificate) ?? 'unreadable'}` : `as ${names}`
  return `the ${whose} is authenticated by ${how} (checked: ${checks}), key ${keyPin(certificate) ?? 'unreadable'}, ${who}`
}
