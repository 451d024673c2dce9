/** What the live matrix tries with each peer: suites, ways to authenticate, ways to resume. */
import type { SuiteParameters } from '../../../src/crypto/suite-parameters.js'
import { kindFor } from '../../support/endpoints.js'
import type { PkiKind } from '../../support/pki.js'
import type { Peer, Resumption, Role } from '../peers/peer.js'

export interface Case {
  readonly peer: string
  /** The peer's. */
  readonly role: Role
  readonly panel: 'suite' | 'authentication' | 'resumption'
  readonly suite: SuiteParameters
  /** The server's certificate; none under suites of a shared key that have no other authentication. */
  readonly serverKind: PkiKind | undefined
  /** The client's certificate, where the server requires one. */
  readonly clientKind: PkiKind | undefined
  readonly resume: Resumption
}

const isPsk = ({ keyExchange }: SuiteParameters): boolean => keyExchange.endsWith('PSK')

const serverKindFor = (suite: SuiteParameters): PkiKind | undefined =>
  isPsk(suite) && suite.keyExchange !== 'RSA_PSK' ? undefined : kindFor(suite.keyExchange)

/** A suite with forward secrecy that fits a kind of key. */
const suiteFor = (peer: Peer, kind: PkiKind): SuiteParameters | undefined =>
  peer.suites.find(({ keyExchange }) => keyExchange === (kind.startsWith('rsa') ? 'ECDHE_RSA' : 'ECDHE_ECDSA'))

/** The kinds of suites that resumption is tried with: an AEAD, CBC with RSA key exchange, and SHA-384. */
const resumed = /^TLS_(ECDHE_RSA_WITH_AES_128_GCM_SHA256|ECDHE_ECDSA_WITH_AES_256_GCM_SHA384|RSA_WITH_AES_128_CBC_SHA)$/

export function casesOf(peer: Peer, role: Role): readonly Case[] {
  const side = peer[role]
  if (side === undefined) return []
  const base = { peer: peer.name, role, clientKind: undefined, resume: 'none' } as const
  const suites = peer.suites.flatMap((suite): Case[] => {
    const alone: Case = { ...base, panel: 'suite', suite, serverKind: serverKindFor(suite) }
    return side.clientCertificates && !isPsk(suite)
      ? [alone, { ...alone, clientKind: kindFor(suite.keyExchange) }]
      : [alone]
  })
  const kinds = peer.kinds.flatMap((kind): Case[] => {
    const suite = suiteFor(peer, kind)
    if (suite === undefined) return []
    const alone: Case = { ...base, panel: 'authentication', suite, serverKind: kind }
    const rsa = suiteFor(peer, 'rsa') ?? suite
    const client: Case = { ...base, panel: 'authentication', suite: rsa, serverKind: 'rsa', clientKind: kind }
    return side.clientCertificates ? [alone, client] : [alone]
  })
  const resumptions = peer.suites
    .filter(({ name }) => resumed.test(name))
    .flatMap((suite) =>
      side.resumes.flatMap((resume): Case[] => {
        const alone: Case = { ...base, panel: 'resumption', suite, serverKind: serverKindFor(suite), resume }
        return side.clientCertificates ? [alone, { ...alone, clientKind: kindFor(suite.keyExchange) }] : [alone]
      }),
    )
  return [...suites, ...kinds, ...resumptions]
}

export const nameOf = ({ peer, role, suite, serverKind, clientKind, resume }: Case): string =>
  [
    peer,
    role,
    suite.name,
    `server ${serverKind ?? 'shared key'}`,
    `client ${clientKind ?? 'none'}`,
    ...(resume === 'none' ? [] : [`resumed by ${resume}`]),
  ].join(', ')
