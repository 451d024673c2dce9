import { concat } from '../bytes/convert.js'
import type { KeySchedule } from '../crypto/key-schedule.js'
import type { Connected } from '../handshake/connected.js'
import { TlsFault } from '../handshake/fault.js'
import { checkBytes } from './connection-faults.js'

const MAX_CONTEXT_LENGTH = 0xffff

/** Labels that the handshake itself derives under: an exporter must never reproduce them (RFC 5705 §4). */
const RESERVED_LABELS: ReadonlySet<string> = new Set([
  'client finished',
  'server finished',
  'master secret',
  'extended master secret',
  'key expansion',
])

/** What is no label, length or context would give the same bytes to everybody, or none: a key all the same to whoever asked. */
function checkQuestion(label: unknown, length: unknown, context: unknown): void {
  if (typeof label !== 'string') throw new TlsFault('misuse', 'the label of keying material is a text')
  if (!Number.isSafeInteger(length) || Number(length) < 1) {
    throw new TlsFault('misuse', `keying material has 1 byte or more, not ${String(length)}`)
  }
  if (context !== undefined) checkBytes('the context of exportKeyingMaterial', context)
}

/** Keying material for an application (RFC 5705 §4): the PRF over both randoms, and the context where there is one. */
export function exportKeyingMaterial(
  schedule: KeySchedule,
  { summary: { negotiated }, masterSecret }: Connected,
  label: string,
  length: number,
  context: Uint8Array | undefined,
): Uint8Array {
  checkQuestion(label, length, context)
  if (RESERVED_LABELS.has(label)) throw new TlsFault('misuse', `the label ${JSON.stringify(label)} is TLS's own`)
  if (context !== undefined && context.length > MAX_CONTEXT_LENGTH) {
    throw new TlsFault('misuse', `a context has at most ${MAX_CONTEXT_LENGTH} bytes, not ${context.length}`)
  }
  const { suite, clientRandom, serverRandom } = negotiated
  // Without it somebody in the middle may have the same master secret with both sides (RFC 7627 §5.4).
  if (!negotiated.extendedMasterSecret) {
    throw new TlsFault('keying_material_unavailable', 'there is no keying material without extended_master_secret')
  }
  const suffix = context === undefined ? [] : [Uint8Array.of(context.length >> 8, context.length & 0xff), context]
  return schedule.exporter(suite.prfHash, masterSecret, label, concat(clientRandom, serverRandom, ...suffix), length)
}
