/** The shape of captures/index.json. */
import type { ConnectionFacts, Kind } from './captured-facts.js'
import type { End } from './seen.js'

/** What was said under keys: a text, so many times over, or what others than this script chose includes it. */
export type Said =
  | { readonly text: string; readonly times?: number }
  | { readonly includes: string; readonly times?: number }

/** What a capture was made to show; `unmet` of claims.ts says whether it does. */
export interface Claims {
  readonly suite: string
  /** How the last connection came by its keys; `refused`: it tried to resume and went through a full handshake. */
  readonly resumed?: 'id' | 'ticket' | 'refused'
  /** The fatal alert that ended the last connection; established where there is none. */
  readonly refusedWith?: string
  readonly refusedBy?: End
  /** Further alerts that occur: `client warning no_renegotiation`. */
  readonly alerts?: readonly string[]
  /** The certificate that a client which was asked showed, `none` where it had none; it was not asked where this is absent. */
  readonly clientCertificate?: Kind | 'none'
  readonly extendedMasterSecret?: boolean
  readonly encryptThenMac?: boolean
  readonly stapled?: boolean
  /** Handshakes on the same connection after the first. */
  readonly renegotiations?: number
  /** Extensions that the server's last hello has. */
  readonly answers?: readonly string[]
  /** Extensions that the first hello has. */
  readonly offers?: readonly string[]
  /** What does not verify in it, for one end would not take it either; all else does. */
  readonly faults?: readonly ('form' | 'signature' | 'record')[]
  /** Whether both ends said that nothing more comes, before the connection closed. */
  readonly closed?: 'by both' | 'by one' | 'by none'
}

/** One capture. */
export interface IndexEntry {
  /** In this folder. */
  readonly file: string
  readonly shows: string
  /** Versions. */
  readonly server: string
  readonly client: string
  readonly claims: Claims
  /** Where the keys are: in the file, or `none` where nobody got that far. */
  readonly secrets: 'in the file' | 'none'
  /** Private keys in vectors/. */
  readonly keys?: { readonly server?: string; readonly client?: string }
  /** Application data, of all connections together; absent where the keys are not known or there is none. */
  readonly said?: { readonly [from in End]?: Said }
  /** What ran, in vectors/, where both ends are programs of OpenSSL; PORT and KEYLOG stand for what the script chose. */
  readonly commands?: { readonly server: string; readonly client: string }
  /** What tshark saw in it, connection by connection. */
  readonly connections: readonly ConnectionFacts[]
}
