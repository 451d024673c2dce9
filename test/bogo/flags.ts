/**
 * The command line of BoringSSL's runner: every flag that this shim understands, and what it takes. Anything else is
 * unimplemented, which the runner is told by exit code 89.
 */

/** What follows a flag: nothing, text, a number, one number of a list, or base64. */
const flags = {
  '-server': 'switch',
  '-ipv6': 'switch',
  '-async': 'switch',
  '-is-handshaker-supported': 'switch',
  '-port': 'number',
  '-shim-id': 'text',
  '-resume-count': 'number',

  '-cert-file': 'text',
  '-key-file': 'text',
  '-trust-cert': 'text',
  '-ocsp-response': 'base64',
  '-signed-cert-timestamps': 'base64',
  '-signing-prefs': 'numbers',
  '-verify-prefs': 'numbers',
  '-curves': 'numbers',
  '-cipher': 'text',
  '-psk': 'text',
  '-psk-identity': 'text',
  '-min-version': 'number',
  '-max-version': 'number',
  '-no-tls13': 'switch',
  '-no-tls12': 'switch',
  '-no-tls11': 'switch',
  '-no-tls1': 'switch',
  '-fallback-scsv': 'switch',
  '-host-name': 'text',
  '-advertise-alpn': 'text',
  '-select-alpn': 'text',
  '-select-empty-alpn': 'switch',
  '-decline-alpn': 'switch',
  '-reject-alpn': 'switch',
  '-allow-unknown-alpn-protos': 'switch',
  '-enable-ocsp-stapling': 'switch',
  '-enable-signed-cert-timestamps': 'switch',
  '-enable-early-data': 'switch',
  '-max-cert-list': 'number',
  '-max-send-fragment': 'number',
  '-read-size': 'number',
  '-no-ticket': 'switch',
  '-no-server-name-ack': 'switch',
  '-no-legacy-server-connect': 'switch',
  '-use-client-ca-list': 'text',
  '-renegotiate-once': 'switch',
  '-renegotiate-freely': 'switch',
  '-renegotiate-ignore': 'switch',
  '-renegotiate-explicit': 'switch',
  '-forbid-renegotiation-after-handshake': 'switch',

  '-verify-peer': 'switch',
  '-verify-fail': 'switch',
  '-require-any-client-certificate': 'switch',
  '-reverify-on-resume': 'switch',
  '-use-custom-verify-callback': 'switch',
  '-use-old-client-cert-callback': 'switch',
  '-use-early-callback': 'switch',
  '-fail-early-callback': 'switch',
  '-fail-cert-callback': 'switch',

  '-implicit-handshake': 'switch',
  '-no-op-extra-handshake': 'switch',
  '-shim-writes-first': 'switch',
  '-shim-shuts-down': 'switch',
  '-check-close-notify': 'switch',
  '-read-with-unfinished-write': 'switch',
  '-export-keying-material': 'number',
  '-export-label': 'text',
  '-export-context': 'text',
  '-use-export-context': 'switch',
  '-use-exporter-between-reads': 'switch',
  '-tls-unique': 'switch',

  '-expect-server-name': 'text',
  '-expect-alpn': 'text',
  '-expect-advertised-alpn': 'text',
  '-expect-client-ca-list': 'text',
  '-expect-curve-id': 'number',
  '-expect-extended-master-secret': 'switch',
  '-expect-msg-callback': 'text',
  '-expect-no-hrr': 'switch',
  '-expect-no-secure-renegotiation': 'switch',
  '-expect-secure-renegotiation': 'switch',
  '-expect-no-session': 'switch',
  '-expect-no-session-id': 'switch',
  '-expect-session-id': 'switch',
  '-expect-session-miss': 'switch',
  '-expect-ticket-renewal': 'switch',
  '-expect-accept-early-data': 'switch',
  '-expect-ocsp-response': 'base64',
  '-expect-signed-cert-timestamps': 'base64',
  '-expect-peer-cert-file': 'text',
  '-expect-peer-signature-algorithm': 'number',
  '-expect-peer-verify-pref': 'numbers',
  '-expect-total-renegotiations': 'number',
  '-expect-verify-result': 'switch',
} as const

type FlagKinds = typeof flags
export type FlagName = keyof FlagKinds
type NamesOf<Kind> = { [N in FlagName]: FlagKinds[N] extends Kind ? N : never }[FlagName]
export type SwitchName = NamesOf<'switch'>

const isFlag = (name: string): name is FlagName => Object.hasOwn(flags, name)

/** What one connection of a test is asked for. */
export class Settings {
  readonly #values = new Map<FlagName, string[]>()

  add(name: FlagName, value: string): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value])
  }

  has(name: FlagName): boolean {
    return this.#values.has(name)
  }

  text(name: NamesOf<'text'>): string | undefined {
    return this.#values.get(name)?.at(-1)
  }

  number(name: NamesOf<'number'>): number | undefined {
    const value = this.#values.get(name)?.at(-1)
    return value === undefined ? undefined : Number(value)
  }

  numbers(name: NamesOf<'numbers'>): readonly number[] | undefined {
    return this.#values.get(name)?.map(Number)
  }

  bytes(name: NamesOf<'base64'>): Uint8Array | undefined {
    const value = this.#values.get(name)?.at(-1)
    return value === undefined ? undefined : Buffer.from(value, 'base64')
  }
}

/** A test wants what this shim does not do. */
export class Unimplemented extends Error {}

/** The settings of a test's first connection and of those after it. */
export interface TestSettings {
  readonly initial: Settings
  readonly resume: Settings
}

const TLS_1_2 = 0x0303

/** This side speaks TLS 1.2 alone: older and newer bounds change nothing, ones that leave 1.2 out cannot be met. */
function checkVersions(settings: Settings): void {
  const lowest = settings.number('-min-version') ?? 0
  const highest = settings.number('-max-version') ?? TLS_1_2
  if (settings.has('-no-tls12') || lowest > TLS_1_2 || highest < TLS_1_2) {
    throw new Unimplemented('a version other than TLS 1.2')
  }
}

/** Reads a command line. A prefix says for which connections a flag is meant; without one it is for all. */
export function parseFlags(args: readonly string[]): TestSettings {
  const settings: TestSettings = { initial: new Settings(), resume: new Settings() }
  const rest = args[Symbol.iterator]()
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    const [, prefix, name = ''] = /^(?:-on-(initial|resume|retry)(?=-))?(.*)$/s.exec(next.value) ?? []
    if (!isFlag(name)) throw new Unimplemented(`the flag ${next.value}`)
    const value = flags[name] === 'switch' ? '' : rest.next().value
    if (value === undefined) throw new Unimplemented(`${name} without its value`)
    if (prefix === undefined || prefix === 'initial') settings.initial.add(name, value)
    if (prefix === undefined || prefix === 'resume') settings.resume.add(name, value)
  }
  checkVersions(settings.initial)
  checkVersions(settings.resume)
  return settings
}
