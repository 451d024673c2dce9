import { HANDSHAKE_HEADER_LENGTH, readHandshakeHeader } from '../../messages/handshake.js'
import type { TlsRecord } from '../../record/record-layer.js'
import { ContentType } from '../../registry/content-type.js'
import { HandshakeType, type HandshakeTypeName } from '../../registry/handshake-type.js'
import { nameOf } from '../../registry/registry.js'
import type { Side } from '../trace.js'
import type { FragmentForm } from './record-anatomy.js'
import type { RecordOpener } from './record-opener.js'
import type { ScannedRecord } from './record-scanner.js'
import type { StoryLog } from './story-log.js'

export const isMessageName = (name: string): name is HandshakeTypeName => Object.hasOwn(HandshakeType, name)

/** Whether known messages fill a fragment from its first octet to its last. */
function holdsWholeMessages(content: Uint8Array): boolean {
  let at = 0
  while (at + HANDSHAKE_HEADER_LENGTH <= content.length) {
    const { msgType, length } = readHandshakeHeader(content.subarray(at))
    if (!isMessageName(nameOf(HandshakeType, msgType))) return false
    at += HANDSHAKE_HEADER_LENGTH + length
  }
  return at === content.length && at > 0
}

/** Whether all of a record's contents is in what is told of it. `startsFresh`: no message of before goes on in it. */
function tellsAll(type: number, content: Uint8Array, startsFresh: boolean): boolean {
  if (type === ContentType.alert) return content.length === 2
  if (type === ContentType.change_cipher_spec) return content.length === 1
  return type === ContentType.handshake && startsFresh && holdsWholeMessages(content)
}

/** Keeps records as they were on the wire, where that is asked for. */
export class RecordKeeper {
  readonly #log: StoryLog
  readonly isOn: boolean

  constructor(log: StoryLog, isOn: boolean) {
    this.#log = log
    this.isOn = isOn
  }

  keep(sender: Side, { whole }: ScannedRecord, form: FragmentForm, data?: Uint8Array): void {
    if (!this.isOn || whole === undefined) return
    this.#log.record({ sender, raw: whole.slice(), form, ...(data === undefined ? {} : { data }) })
  }

  keepPlain(sender: Side, record: ScannedRecord, content: Uint8Array, startsFresh: boolean): void {
    if (!this.isOn) return
    this.keep(sender, record, { type: tellsAll(record.type, content, startsFresh) ? 'told' : 'plain' })
  }

  keepOpened(
    sender: Side,
    record: ScannedRecord,
    { type, fragment }: TlsRecord,
    { bulk }: RecordOpener,
    startsFresh: boolean,
  ): void {
    if (!this.isOn || bulk === undefined) return
    const data = tellsAll(type, fragment, startsFresh) ? undefined : fragment
    this.keep(sender, record, { type: 'opened', bulk, contentLength: fragment.length }, data)
  }
}
