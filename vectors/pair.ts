/** A pair of stacks to be captured, and what is common to the tables of such pairs. */
import { fileURLToPath } from 'node:url'
import type { Resumption, Terms } from '../test/interop/peers/peer.js'
import type { Program } from '../test/interop/program.js'
import type { Claims, Said } from './index-entry.js'
import type { End } from './seen.js'

export interface Pair {
  readonly name: string
  readonly shows: string
  /** Names of peers. */
  readonly server: string
  readonly client: string
  /** The one suite that the server allows. */
  readonly suite: string
  readonly serverTerms?: Partial<Terms>
  readonly clientTerms?: Partial<Terms>
  readonly resume?: Resumption
  /** The alert that ends it; established where there is none. */
  readonly refusedWith?: string
  /** What else it is there to show. */
  readonly claims?: Omit<Claims, 'suite'>
  /** Where it is not what the peers usually say. */
  readonly said?: { readonly [from in End]?: Said }
  /** Private keys in vectors/, where arguments name them. */
  readonly keys?: { readonly server?: string; readonly client?: string }
  /** What is done to the programs while they run. */
  readonly meanwhile?: (server: Program, client: Program) => Promise<void>
  /** The client may say that something went wrong, although no alert ends it. */
  readonly mayFail?: boolean
}

/** What follows from the terms, and what is said besides. */
export function claimsOf({ suite, resume, refusedWith, serverTerms, clientTerms, claims }: Pair): Claims {
  const asks = serverTerms?.clientAuth !== undefined
  return {
    suite,
    ...(resume === undefined || resume === 'none' ? {} : { resumed: resume }),
    ...(refusedWith === undefined ? {} : { refusedWith }),
    ...(asks ? { clientCertificate: clientTerms?.kind ?? 'none' } : {}),
    ...(clientTerms?.ems === 'off' || serverTerms?.ems === 'off' ? { extendedMasterSecret: false } : {}),
    ...(clientTerms?.etm === 'off' || serverTerms?.etm === 'off' ? { encryptThenMac: false } : {}),
    ...claims,
  }
}

export const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
/** Both ends are authenticated, the client with a certificate of this kind. */
export const mutual = (kind: NonNullable<Terms['kind']>) =>
  ({ serverTerms: { clientAuth: 'require' }, clientTerms: { kind } }) as const

export const ECDHE_RSA = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
export const ECDHE_ECDSA = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
export const row = (server: string, client: string, shows: string, suite: string, more: Partial<Pair> = {}): Pair => ({
  name: `${server}-${client}-${shows}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
  ...{ server, client, shows, suite },
  ...more,
})
