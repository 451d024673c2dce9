/** What the live matrix tries with each peer: suites, ways to authenticate, ways to resume. */
import type { SuiteParameters } from '../../../src/crypto/suite-parameters.js'
import { kindFor } from '../../support/endpoints.js'
import type { PkiKind } from '../../support/pki.js'
import type { Peer, Resumption, Role } from '../peers/peer.js'

/** What is tried beside suites, certificates and resumption; by our side, so that it can be tried with every peer. */
export type Variation = 'no extended master secret' | 'MAC then encrypt' | 'application protocol' | 'renegotiation'

export interface Case {
  readonly peer: string
  /** The peer's. */
  readonly role: Role
  readonly panel: 'suite' | 'authentication' | 'resumption' | 'variation'
  readonly suite: SuiteParameters
  /** The server's certificate; none under suites of a shared key that have no other authentication. */
  readonly serverKind: PkiKind | undefined
  /** The client's certificate, where the server requires one. */
  readonly clientKind: PkiKind | undefined
  readonly resume: Resumption
  readonly variation?: Variation
}

const isPsk = ({ keyExchange }: SuiteParameters): boolean => keyExchange.endsWith('PSK')

const serverKindFor = (suite: SuiteParameters): PkiKind | undefined =>
  isPsk(suite) && suite.keyExchange !== 'RSA_PSK' ? undefined : kindFor(suite.keyExchange)

/** A suite with forward secrecy that fits a kind of key. */
const suiteFor = (peer: Peer, kind: PkiKind): SuiteParameters | undefined =>
  peer.suites.find(({ keyExchange }) => keyExchange === (kind.startsWith('rsa') ? 'ECDHE_RSA' : 'ECDHE_ECDSA'))

type Side = NonNullable<Peer[Role]>

/** The same without and with a certificate of the client, where it can show one. */
const alsoMutual = (side: Side, alone: Case): readonly Case[] =>
  side.clientCertificates && !isPsk(alone.suite)
    ? [alone, { ...alone, clientKind: kindFor(alone.suite.keyExchange) }]
    : [alone]

/** Each variation, the suites that it is tried with where the peer has them, and whether a peer can be asked for it. */
const variations: readonly (readonly [Variation, RegExp, (side: Side) => boolean])[] = [
  ['no extended master secret', /^TLS_(ECDHE_RSA_WITH_AES_128_GCM_SHA256|RSA_WITH_AES_128_CBC_SHA)$/, () => true],
  ['MAC then encrypt', /^TLS_ECDHE_(RSA|ECDSA)_WITH_AES_(128_CBC_SHA|128_CBC_SHA256|256_CBC_SHA384)$/, () => true],
  ['application protocol', /^TLS_ECDHE_(RSA_WITH_AES_128|ECDSA_WITH_AES_256)_GCM/, ({ alpn }) => alpn === true],
  [
    'renegotiation',
    /^TLS_ECDHE_RSA_WITH_AES_(128_GCM_SHA256|256_CBC_SHA)$/,
    ({ renegotiates }) => renegotiates === true,
  ],
]

export function casesOf(peer: Peer, role: Role): readonly Case[] {
  const side = peer[role]
  if (side === undefined) return []
  const { suites, name } = peer
  const of = (panel: Case['panel'], suite: SuiteParameters): Case => {
    return { peer: name, role, panel, suite, serverKind: serverKindFor(suite), clientKind: undefined, resume: 'none' }
  }
  const bySuite = suites.flatMap((suite) => alsoMutual(side, of('suite', suite)))
  const byKind = peer.kinds.flatMap((kind): readonly Case[] => {
    const suite = suiteFor(peer, kind)
    if (suite === undefined) return []
    const alone: Case = { ...of('authentication', suite), serverKind: kind }
    const client: Case = {
      ...of('authentication', suiteFor(peer, 'rsa') ?? suite),
      serverKind: 'rsa',
      clientKind: kind,
    }
    return side.clientCertificates ? [alone, client] : [alone]
  })
  const resumptions = side.resumes.flatMap((resume) =>
    suites
      .filter((suite) => side.resumable?.(suite) ?? true)
      .flatMap((suite) => alsoMutual(side, { ...of('resumption', suite), resume })),
  )
  const varied = variations.flatMap(([variation, pattern, can]) =>
    (can(side) ? suites : [])
      .filter((suite) => pattern.test(suite.name))
      .flatMap((suite) => alsoMutual(side, { ...of('variation', suite), variation })),
  )
  return [...bySuite, ...byKind, ...resumptions, ...varied]
}

export const nameOf = ({ peer, role, suite, serverKind, clientKind, resume, variation }: Case): string =>
  [
    peer,
    role,
    suite.name,
    `server ${serverKind ?? 'shared key'}`,
    `client ${clientKind ?? 'none'}`,
    ...(resume === 'none' ? [] : [`resumed by ${resume}`]),
    ...(variation === undefined ? [] : [variation]),
  ].join(', ')
