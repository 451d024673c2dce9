import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { endsSession } from '../adapters/sessions/session-keeper.js'
import { decodeKeptSession, type KeptSession } from '../crypto/session.js'
import { TlsFault } from '../handshake/fault.js'
import type { ConnectionSummary } from '../handshake/negotiated.js'
import { UsageError } from './arguments.js'
import { systemReason } from './files.js'

/** A session between two calls of the command. Whoever reads the file reads and speaks for its connections. */
export interface SessionFile {
  /** What to offer; `undefined` where there is none, or its time is over. */
  readonly session: KeptSession | undefined
  /** Keeps what the server gave in place of what there was. */
  readonly keep: (session: Uint8Array) => void
  /** A session of which a connection ended with a fatal alert is over (RFC 5246 §7.2.2). */
  readonly forgetAfter: (error: Error) => void
  /** In one line, what became of the session. */
  readonly say: (summary: ConnectionSummary) => string
}

/** RFC 5246 Appendix F.1.4 suggests no longer. */
const DAY = 86_400_000

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

function read(path: string): KeptSession | undefined {
  const where = `--session ${JSON.stringify(path)}`
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw new UsageError(`${where} cannot be read: ${systemReason(error)}`)
  }
  try {
    return decodeKeptSession(bytes)
  } catch {
    throw new UsageError(`${where} holds no session that this version has kept: remove it, or name another file`)
  }
}

const isCurrent = ({ session }: KeptSession): boolean => Date.now() - (session.establishedAt ?? 0) <= DAY

/** The session in the file at `path`, which need not be there yet. Throws `UsageError` for a file that holds something else. */
export function openSessionFile(path: string): SessionFile {
  const found = read(path)
  const session = found !== undefined && isCurrent(found) ? found : undefined
  let kept = false
  return {
    session,
    keep: (bytes) => {
      // never half a session under the name, and never readable to others, not even for a moment
      const beside = `${path}.${process.pid}`
      writeFileSync(beside, bytes, { mode: 0o600, flag: 'wx' })
      renameSync(beside, path)
      kept = true
    },
    forgetAfter: (error) => {
      if (error instanceof TlsFault && endsSession(error) && (kept || found !== undefined))
        rmSync(path, { force: true })
    },
    say: ({ resumed }) => {
      if (resumed !== undefined) return `session: resumed by ${resumed}`
      if (session === undefined) return `session: a full handshake, for there was no session to resume`
      return `session: a full handshake, for the server did not take up the session that was shown`
    },
  }
}
