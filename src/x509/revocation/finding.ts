import type { EntryReason } from './crl-entry-extensions.js'

/** What one source, or all of them, say about a certificate. */
export type Finding =
  | { readonly status: 'good'; readonly by: string }
  | {
      readonly status: 'revoked'
      readonly by: string
      /** Milliseconds since the epoch. */
      readonly since: number
      readonly reason?: EntryReason
    }
  /** `why` has one phrase for each source that could have said something and may not be believed. */
  | { readonly status: 'unknown'; readonly why: readonly string[] }

export const unknown = (...why: readonly string[]): Finding => ({ status: 'unknown', why })

export const isoTime = (time: number): string => new Date(time).toISOString().replace('.000', '')
