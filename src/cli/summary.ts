import type { VerifiedName } from '../crypto/environment.js'
import type { PeerProofKind } from '../handshake/evidence.js'
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

/** What the peer did with its key. */
const proofs: Readonly<Record<PeerProofKind, string>> = {
  'certificate and signature': 'its signature',
  'certificate and key transport': 'decrypting what was encrypted to its key',
  // with a certificate, as under RSA_PSK
  'pre-shared key': 'the key that both share and decrypting what was encrypted to its own',
  'resumed session': 'a session for which it proved its key when that was made',
  none: 'nothing',
}

/** Whom the peer's proof shows, in words that claim no more than was checked. */
export function peerText(summary: ConnectionSummary, whose: 'client' | 'server'): string {
  const { peer } = summary
  const certificate = peer.identity?.certificateChain[0]
  if (certificate === undefined) {
    return peer.pskIdentity === undefined
      ? `the ${whose} is not authenticated`
      : `the ${whose} is authenticated by the key that both share`
  }
  const how = proofs[peer.kind]
  const checks = peer.identity?.checked.join(', ') || 'nothing'
  const names = verifiedNames(summary)
  const who = names === undefined ? `which claims to be ${claimedSubject(certificate) ?? 'unreadable'}` : `as ${names}`
  return `the ${whose} is authenticated by ${how} (checked: ${checks}), key ${keyPin(certificate) ?? 'unreadable'}, ${who}`
}
