/** A line of an NSS key log that is about TLS 1.2 (developer documentation of NSS, "Key Log Format"). */
export interface KeyLogLine {
  readonly type: 'master secret' | 'pre-master secret'
  /** The client's random, or the first eight octets of what the client encrypted, as hexadecimal in lower case. */
  readonly name: string
  /** As hexadecimal. */
  readonly secret: string
}

/** The newest form, one for pre-master secrets that GnuTLS and others had, and the oldest, for RSA key exchange alone. */
const forms: readonly (readonly [RegExp, KeyLogLine['type']])[] = [
  [/^CLIENT_RANDOM ([0-9a-f]{64}) ([0-9a-f]{96})$/i, 'master secret'],
  [/^PMS_CLIENT_RANDOM ([0-9a-f]{64}) ((?:[0-9a-f]{2}){1,2048})$/i, 'pre-master secret'],
  [/^RSA ([0-9a-f]{16}) ([0-9a-f]{96})$/i, 'pre-master secret'],
]

/** `undefined` for lines of other versions, for comments, and for what is no such line. */
export function readKeyLogLine(line: string): KeyLogLine | undefined {
  const text = line.trim()
  for (const [form, type] of forms) {
    const [, name, secret] = form.exec(text) ?? []
    if (name !== undefined && secret !== undefined) return { type, name: name.toLowerCase(), secret }
  }
  return undefined
}
