import type { Environment } from '../crypto/environment.js'
import type { Credential } from '../crypto/key-types.js'
import { checkNames, list, misuse, optionalFunction } from './check-options.js'

/** Every answer that the option `environment` can replace: a misspelt one would leave the answer that it was to make stricter. */
const answers: Readonly<Record<keyof Environment, true>> = {
  reviewClientHello: true,
  selectCredential: true,
  selectPsk: true,
  openTicket: true,
  resumeSession: true,
  reverifySession: true,
  verifyCertificate: true,
  verifySignature: true,
  sign: true,
  generateKeyShare: true,
  agreeKey: true,
  encryptPreMaster: true,
  decryptPreMaster: true,
  sealTicket: true,
}

const isCredential = (one: Credential | null | undefined): boolean =>
  Array.isArray(one?.certificateChain) && typeof one.key?.sign === 'function'

interface Shaped {
  readonly credentials?: readonly Credential[]
  readonly preSharedKeys?: readonly unknown[]
  readonly selectCredential?: unknown
  readonly selectPsk?: unknown
  readonly environment?: Partial<Environment>
  readonly keyLog?: unknown
  readonly observe?: unknown
}

/** Throws a `misuse` fault for options that are not of the shape that is called or looked into much later. */
export function checkShapes({ credentials, preSharedKeys, environment, ...functions }: Shaped): void {
  const { keyLog, observe, selectCredential, selectPsk } = functions
  for (const [name, value] of Object.entries({ keyLog, observe, selectCredential, selectPsk })) {
    optionalFunction(name, value)
  }
  if (list('preSharedKeys', preSharedKeys)?.includes(null)) misuse('make preSharedKeys with preSharedKey()')
  if ((list('credentials', credentials) ?? []).some((one) => !isCredential(one))) {
    misuse('credentials must have a certificateChain (an array) and a key that signs')
  }
  if (environment === undefined) return
  checkNames(environment, answers)
  for (const [name, answer] of Object.entries(environment)) optionalFunction(`environment.${name}`, answer)
}
