import type { CapturedHandshake } from '../../src/inspect/capture/captured-handshake.js'
import type { CaptureCheck, CheckedThing } from '../../src/inspect/capture/check.js'
import type { PreviousHandshake } from '../../src/inspect/capture/examined.js'
import { HandshakeObserver } from '../../src/inspect/capture/handshake-observer.js'
import { KeyStore } from '../../src/inspect/capture/key-store.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody, encodeHandshake, type HandshakeMessages } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import type { HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { crypto, type Source } from './handshakes.js'

export function handshakesOf(sources: readonly Source[], name: string): readonly CapturedHandshake[] {
  const found = sources.find((one) => one.name === name)?.stories() ?? []
  return found.flatMap(({ handshakes }) => handshakes)
}

export function first(sources: readonly Source[], name: string): CapturedHandshake {
  const [handshake] = handshakesOf(sources, name)
  if (handshake === undefined) throw new Error(`no handshake in ${name}`)
  return handshake
}

export const last = (sources: readonly Source[], name: string): CapturedHandshake => {
  const handshake = handshakesOf(sources, name).at(-1)
  if (handshake === undefined) throw new Error(`no handshake in ${name}`)
  return handshake
}

export type Change = { readonly [N in HandshakeTypeName]?: (message: HandshakeMessages[N]) => HandshakeMessages[N] }

/** The handshake with some of its messages changed. */
export const changed = (handshake: CapturedHandshake, change: Change): CapturedHandshake => ({
  ...handshake,
  items: handshake.items.map((item) => {
    if (item.type !== 'message') return item
    const alter = change[item.name] as ((message: unknown) => never) | undefined // each by its own name
    const raw = alter && encodeHandshake(item.name, alter(decodeHandshakeBody(item.name, item.raw)))
    return raw === undefined ? item : { ...item, raw }
  }),
})

export interface Observed {
  readonly keys?: KeyStore
  readonly previous?: PreviousHandshake | 'none' | 'not known'
}

export function observe({ items }: CapturedHandshake, { keys = new KeyStore(), previous = 'none' }: Observed = {}) {
  const observer = new HandshakeObserver(crypto, keys, previous)
  const checks: CaptureCheck[] = []
  for (const item of items) {
    if (item.type === 'message') checks.push(...observer.message(item.sender, item.name, item.raw))
    else if (item.type === 'change_cipher_spec') checks.push(...observer.changeCipherSpec(item.sender).checks)
    else observer.alert(item.sender, item.level, item.description)
  }
  return { checks, observer }
}

export const of = (checks: readonly CaptureCheck[], verdict: CaptureCheck['verdict']): CheckedThing[] => [
  ...new Set(checks.filter((check) => check.verdict === verdict).map(({ what }) => what)),
]

/** The key log line of a handshake. */
export function keyLogOf(handshake: CapturedHandshake): KeyStore {
  const keys = new KeyStore()
  const random = handshake.items.flatMap((item) =>
    item.type === 'message' && item.name === 'client_hello' ? [item.raw.subarray(6, 38)] : [],
  )
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const master = handshake.known?.secret.use(hex) ?? ''
  keys.addKeyLog(`CLIENT_RANDOM ${hex(random[0] ?? new Uint8Array())} ${master}\n`)
  return keys
}

export type WithExtensions = ClientHello | ServerHello

export const withExtension = <H extends WithExtensions>(
  hello: H,
  extensionType: number,
  extensionData: Uint8Array,
): H => ({
  ...hello,
  extensions: [
    ...(hello.extensions ?? []).filter((one) => one.extensionType !== extensionType),
    { extensionType, extensionData },
  ],
})

export const twice = <H extends WithExtensions>(hello: H): H => {
  const [one, ...rest] = hello.extensions ?? []
  const doubled: readonly Extension[] = one === undefined ? [] : [one, one, ...rest]
  return { ...hello, extensions: doubled }
}

export const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
export const flipLast = (bytes: Uint8Array): Uint8Array => flip(bytes, bytes.length - 1)
export const empty = new Uint8Array()
