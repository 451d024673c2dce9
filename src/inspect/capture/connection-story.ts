import type { HandshakeTypeName } from '../../registry/handshake-type.js'
import type { Side } from '../trace.js'
import type { CapturedHandshake } from './captured-handshake.js'
import type { CapturedRecord } from './captured-record.js'
import type { CaptureCheck } from './check.js'
import type { TcpStatistics } from './tcp-stream.js'
import type { ConnectionEnd } from './tcp-table.js'

/** One thing in the story of a captured connection. Times are seconds since 1970. */
export type StoryEntry = Told & {
  /** The records that it came in, where records are kept: those of its sender since what it said before. */
  readonly wire?: readonly CapturedRecord[]
}

type Told =
  | {
      readonly type: 'message'
      readonly time: number
      readonly sender: Side
      readonly name: HandshakeTypeName
      /** The whole message, header included. */
      readonly raw: Uint8Array
      /** It came under keys, and was decrypted. */
      readonly isProtected: boolean
      readonly checks: readonly CaptureCheck[]
    }
  | {
      readonly type: 'change_cipher_spec'
      readonly time: number
      readonly sender: Side
      readonly checks: readonly CaptureCheck[]
      /** Why what follows cannot be read; absent where it can. */
      readonly unreadable?: string
    }
  | {
      readonly type: 'alert'
      readonly time: number
      readonly sender: Side
      /** Absent where it cannot be read. */
      readonly alert?: { readonly level: number; readonly description: number }
      /** Octets of the protected fragment, where it cannot be read. */
      readonly size?: number
    }
  | ApplicationDataEntry
  /** Handshake or other records that cannot be read. */
  | {
      readonly type: 'unreadable'
      readonly time: number
      readonly sender: Side
      readonly contentType: number
      readonly size: number
    }
  | {
      readonly type: 'remark'
      readonly time: number
      readonly text: string
      /** Whose bytes it is about, and those that nothing else tells, where bytes are kept. */
      readonly sender?: Side
      readonly raw?: Uint8Array
    }

/** Application data of one side, until something else happens. */
export interface ApplicationDataEntry {
  readonly type: 'application_data'
  readonly time: number
  readonly sender: Side
  readonly records: number
  /** Octets: of plaintext where it was decrypted, else of the protected fragments. */
  readonly size: number
  readonly isDecrypted: boolean
  /** The beginning of it, as much as is kept; absent where it was not decrypted. */
  readonly data?: Uint8Array
}

/** What was said on a connection before TLS began. */
export interface Preface {
  /** Octets of each side, those included that are not in the capture. */
  readonly client: number
  readonly server: number
  /** What asked for TLS, for people; absent where it is none of the usual. */
  readonly request?: string
}

/** One captured connection, told to its end. */
export interface ConnectionStory {
  /** From 1, in the order in which the connections ended. */
  readonly number: number
  /** Address and port. */
  readonly client: string
  readonly server: string
  /** When its first segment was captured. */
  readonly time: number
  /** Whether the capture has its beginning. */
  readonly began: 'opened' | 'in mid-stream'
  readonly ended: ConnectionEnd
  /** Absent where TLS begins with the connection. */
  readonly preface?: Preface
  readonly entries: readonly StoryEntry[]
  /** Entries beyond the bounds of what is kept. */
  readonly leftOut: number
  readonly handshakes: readonly CapturedHandshake[]
  /** Octets of application data and of records by sender, all told. */
  readonly totals: Readonly<Record<Side, { readonly records: number; readonly applicationData: number }>>
  readonly tcp: Readonly<TcpStatistics>
}
