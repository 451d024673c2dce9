import { fromHex } from '../bytes/convert.js'
import { type PreSharedKey, preSharedKey } from '../crypto/pre-shared-key.js'
import { allSuites } from '../crypto/suite-parameters.js'
import { usesPsk } from '../handshake/negotiation.js'
import type { CipherSuiteName } from '../registry/cipher-suite.js'
import { type OptionSpecs, UsageError } from './arguments.js'
import { readText } from './files.js'

/** Keys that both sides share: never on the command line, where every user of the machine could read them. */
export const pskOptions = {
  'psk-file': {
    type: 'string',
    value: 'FILE',
    help: 'keys shared with the peer, one NAME:HEX in each line; a client uses the first, a server the one that is named. Suites without a shared key are offered only where --cipher-suites names them',
  },
} as const satisfies OptionSpecs

/** 128 bits: whoever listens in on the plain exchange can try guesses (RFC 4279 §7.2). */
const LEAST_KEY = 16

function keyIn(line: string, where: string): PreSharedKey {
  // a name may have colons in it, and hexadecimal digits have none
  const [, name = '', hex = ''] = /^(.+):((?:[0-9a-fA-F]{2})+)$/.exec(line) ?? []
  if (name === '') throw new UsageError(`${where} is not NAME:HEX`)
  const key = fromHex(hex.toLowerCase())
  if (key.length < LEAST_KEY)
    throw new UsageError(`${where} has a key of ${key.length} bytes; ${LEAST_KEY} are the least`)
  const shared = preSharedKey(name, key)
  key.fill(0)
  return shared
}

/** The keys in a file. Throws `UsageError`, which repeats nothing of the file. */
export function readPreSharedKeys(path: string): readonly PreSharedKey[] {
  const keys = readText('psk-file', path)
    .split(/\r?\n/)
    .flatMap((line, i) =>
      line.trim() === '' || line.startsWith('#')
        ? []
        : [keyIn(line, `--psk-file ${JSON.stringify(path)}: line ${i + 1}`)],
    )
  if (keys.length === 0) throw new UsageError(`--psk-file ${JSON.stringify(path)} holds no key`)
  return keys
}

/** What is offered with shared keys by default: forward secrecy and AEAD, as without them. */
export const pskSuites: readonly CipherSuiteName[] = allSuites
  .filter(({ keyExchange, bulk }) => bulk.type === 'aead' && (keyExchange === 'ECDHE_PSK' || keyExchange === 'DHE_PSK'))
  .map(({ name }) => name)

/** Suites that can be had: those of shared keys only with one. */
export const suitesFor = (withPsk: boolean): readonly CipherSuiteName[] =>
  allSuites.filter(({ keyExchange }) => withPsk || !usesPsk(keyExchange)).map(({ name }) => name)
