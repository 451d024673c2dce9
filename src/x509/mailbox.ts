import { isHostName } from './host-names.js'

/** An address as it is compared: the part before the at sign as it is, the host in lower case (RFC 5280 §7.5). */
export interface Mailbox {
  readonly local: string
  readonly host: string
}

/** Dot-separated atoms, or a quoted string: the local parts of SMTP. */
const LOCAL = /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*|"(?:[ !#-[\]-~]|\\[ -~])*")$/i

/** Reads a mailbox; `undefined` where it is none. Two at signs outside quotes have hidden a second host before. */
export function readMailbox(text: string): Mailbox | undefined {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const host = text.slice(at + 1).toLowerCase()
  return at > 0 && local.length <= 64 && LOCAL.test(local) && isHostName(host) ? { local, host } : undefined
}
