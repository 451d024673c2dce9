import { TlsFault } from '../handshake/fault.js'
import { RecordError } from '../record/record-error.js'

/** What is no array of bytes would be read as garbage much later, and end the connection. */
export function checkBytes(method: string, bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) throw new TlsFault('misuse', `${method} takes a Uint8Array`)
}

/** What the record layer threw, as a fault of the connection. */
export function recordFault(error: unknown): TlsFault {
  if (error instanceof TlsFault) return error
  if (error instanceof RecordError) return new TlsFault(error.code, error.message, { cause: error })
  return new TlsFault('internal_error', 'an error inside the library', { cause: error })
}
