import { toHex } from '../bytes/convert.js'
import { Secret } from '../bytes/secret.js'
import type { PreSharedKey } from '../crypto/pre-shared-key.js'
import { allSuites, type SuiteParameters } from '../crypto/suite-parameters.js'
import { TlsFault } from '../handshake/fault.js'
import { NamedGroup, type NamedGroupName } from '../registry/named-group.js'
import { SignatureScheme, type SignatureSchemeName } from '../registry/signature-scheme.js'
import { canonicalHostName } from '../x509/host-names.js'

/*
 * Options come from programs without types and from configuration files too. A misspelt policy that was read as "no
 * policy" would fail open, so each option is checked once, here, and what makes no sense is a `misuse` fault that says
 * what would.
 */

export const misuse = (message: string): never => {
  throw new TlsFault('misuse', message)
}

const show = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value))

/**
 * Refuses options that do not exist: most are misspelt ones that do. Options may be inherited, but not from what every
 * object inherits from: what somebody else has put there would be a policy of ours.
 */
export function checkNames(options: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null) misuse(`options must be an object, not ${show(options)}`)
  const foisted = Object.keys(known).find((name) => name in Object.prototype)
  if (foisted !== undefined) misuse(`Object.prototype has a property ${show(foisted)}, which would pass for an option`)
  const unknown = Object.keys(options ?? {}).find((name) => !Object.hasOwn(known, name))
  if (unknown !== undefined) misuse(`there is no option ${show(unknown)}; there are ${Object.keys(known).join(', ')}`)
}

/** The word that an option chooses. */
export function oneOf<const T extends string>(
  name: string,
  value: T | undefined,
  words: readonly T[],
  otherwise: T,
): T {
  if (value === undefined) return otherwise
  return (
    words.find((word) => word === value) ??
    misuse(`${name} must be ${words.map(show).join(' or ')}, not ${show(value)}`)
  )
}

export function flag(name: string, value: boolean | undefined): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') misuse(`${name} must be true or false, not ${show(value)}`)
  return value
}

export function optionalFunction<T>(name: string, value: T | undefined): T | undefined {
  if (value !== undefined && typeof value !== 'function') misuse(`${name} must be a function, not ${show(value)}`)
  return value
}

/** A copy, so that the list is what it was when it was checked. */
export function list<T>(name: string, value: readonly T[] | undefined): readonly T[] | undefined {
  if (value !== undefined && !Array.isArray(value)) misuse(`${name} must be an array, not ${show(value)}`)
  return value?.slice()
}

/** Looks registered names up. */
function lookUp<T>(
  name: string,
  given: readonly string[] | undefined,
  all: ReadonlyMap<string, T>,
): readonly T[] | undefined {
  const names = list(name, given)
  if (names?.length === 0) misuse(`${name} must not be empty`)
  return names?.map(
    (one) => all.get(one) ?? misuse(`${name}: ${show(one)} is not one of ${[...all.keys()].join(', ')}`),
  )
}

const suites: ReadonlyMap<string, SuiteParameters> = new Map(allSuites.map((suite) => [suite.name, suite]))
const isGroup = (name: string): name is NamedGroupName => Object.hasOwn(NamedGroup, name)
const groups: ReadonlyMap<string, NamedGroupName> = new Map(
  Object.keys(NamedGroup)
    .filter(isGroup)
    .map((name) => [name, name]),
)
const schemes: ReadonlyMap<string, SignatureScheme> = new Map(Object.entries(SignatureScheme))

export const suitesByName = (names: readonly string[] | undefined) => lookUp('cipherSuites', names, suites)
export const groupsByName = (names: readonly NamedGroupName[] | undefined) => lookUp('groups', names, groups)
export const schemesByName = (names: readonly SignatureSchemeName[] | undefined) =>
  lookUp('signatureSchemes', names, schemes)

const PROTOCOL_NAME = /^[\0-\u007f]{1,255}$/

/** ALPN names: 1 to 255 bytes each (RFC 7301 §3.1). */
export function protocolNames(names: readonly string[] | undefined): readonly string[] {
  const checked = list('applicationProtocols', names) ?? []
  for (const name of checked) {
    if (typeof name !== 'string' || !PROTOCOL_NAME.test(name)) {
      misuse(`applicationProtocols: ${show(name)} is no protocol name of 1 to 255 ASCII characters`)
    }
  }
  return checked
}

/** A host name as it goes into server_name: A-labels, lower case, no final dot (RFC 6066 §3). */
export function hostName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  const canonical = typeof name === 'string' ? canonicalHostName(name) : undefined
  return canonical ?? misuse(`serverName ${show(name)} is not a DNS name; leave it out for addresses (RFC 6066 §3)`)
}

/** Pre-shared keys: 1 to 65,535 bytes each, under names of at most as many (RFC 4279 §2), no name twice. */
export function preSharedKeys(keys: readonly PreSharedKey[] | undefined): readonly PreSharedKey[] {
  const names = new Set<string>()
  const checked = list('preSharedKeys', keys) ?? []
  for (const { identity, key } of checked) {
    if (!(key instanceof Secret) || !(identity instanceof Uint8Array)) misuse('make preSharedKeys with preSharedKey()')
    if (key.length === 0 || key.length > 0xffff) misuse(`a pre-shared key has 1 to 65,535 bytes, not ${key.length}`)
    if (identity.length > 0xffff)
      misuse(`the name of a pre-shared key has at most 65,535 bytes, not ${identity.length}`)
    const name = toHex(identity)
    if (names.has(name)) misuse('two preSharedKeys have the same name')
    names.add(name)
  }
  return checked
}

/** The option under its name, or nothing where it is not given. */
export const ifGiven = <K extends string, T>(key: K, value: T | undefined): { readonly [_ in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [_ in K]?: T } // a computed key widens to `string`
