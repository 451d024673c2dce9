import { publicEqual } from '../../bytes/equal.js'
import type { Environment } from '../../crypto/environment.js'
import type { Credential } from '../../crypto/key-types.js'
import type { PreSharedKey } from '../../crypto/pre-shared-key.js'
import type { HashPrimitives } from '../../crypto/primitives.js'
import type { Session } from '../../crypto/session.js'

/** All by which a client may prove who it is. */
export interface Identity {
  readonly credentials?: readonly Credential[]
  readonly selectCredential?: Environment['selectCredential']
  readonly preSharedKeys?: readonly PreSharedKey[]
  readonly selectPsk?: Environment['selectPsk']
  readonly environment?: Partial<Environment>
}

/** What chooses in place of the lists, if anything does. */
export const selectors = ({ selectCredential, selectPsk, environment }: Identity) => ({
  credential: selectCredential ?? environment?.selectCredential,
  psk: selectPsk ?? environment?.selectPsk,
})

/** The SHA-256 of each certificate that could be shown. */
export const shownBy = (
  { hash }: Pick<HashPrimitives, 'hash'>,
  { credentials = [] }: Identity,
): readonly Uint8Array[] =>
  credentials.flatMap(({ certificateChain: [own] }) => (own === undefined ? [] : [hash('sha256', own)]))

/**
 * Whether a client could prove again what it proved when this session was made: to resume it is to be that one. Where a
 * function selects, it could be anyone, and whoever gives the session answers for it.
 */
export function couldBe(primitives: Pick<HashPrimitives, 'hash'>, identity: Identity, session: Session): boolean {
  const { ownCertificate, pskIdentity } = session
  const { credential, psk } = selectors(identity)
  const shows = (one: Uint8Array): boolean => shownBy(primitives, identity).some((own) => publicEqual(own, one))
  const shares = (name: Uint8Array): boolean =>
    (identity.preSharedKeys ?? []).some((key) => publicEqual(key.identity, name))
  return (
    (ownCertificate === undefined || credential !== undefined || shows(ownCertificate)) &&
    (pskIdentity === undefined || psk !== undefined || shares(pskIdentity))
  )
}
