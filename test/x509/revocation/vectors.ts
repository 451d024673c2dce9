/** The files of vectors/revocation, made with OpenSSL by vectors/make-revocation.ts, and verifiers that trust their root. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Credential } from '../../../src/crypto/key-types.js'
import {
  type ChainToValidate,
  certificatesFromPem,
  checkRevocation,
  privateKeyInfoFromPem,
  type RevocationOptions,
  type ValidatedChain,
  type ValidationOptions,
  validateChain,
} from '../../../src/x509/index.js'
import { noble } from '../../support/endpoints.js'

export const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../../vectors/revocation/${name}`, import.meta.url))

const text = (name: string): string => readFileSync(pathOf(name), 'utf8')

export const certificateOf = (name: string): Uint8Array => {
  const [der] = certificatesFromPem(text(`${name}.cert.pem`))
  if (der === undefined) throw new Error(`there is no certificate ${name}`)
  return der
}

/** End entity and issuing authority. */
export const chainOf = (name: string): readonly Uint8Array[] => [certificateOf(name), certificateOf('issuing')]

export const crlOf = (name: string): string => text(`${name}.crl.pem`)
export const ocspOf = (name: string): Uint8Array => new Uint8Array(readFileSync(pathOf(`${name}.ocsp.der`)))

export const credentialOf = (name: string, ocspResponse?: Uint8Array): Credential => ({
  certificateChain: chainOf(name),
  key: noble.importPrivateKey(privateKeyInfoFromPem(text(`${name}.key.pem`))),
  ...(ocspResponse === undefined ? {} : { ocspResponse }),
})

export const anchors = [certificateOf('root')]

/** Both authorities' current lists. */
export const lists = [crlOf('root'), crlOf('issuing')]

export function judge(
  chain: ChainToValidate,
  revocation: RevocationOptions,
  options: Partial<ValidationOptions> = {},
): ValidatedChain {
  const outcome = validateChain(chain, {
    provider: noble,
    anchors,
    revocation: checkRevocation(revocation),
    ...options,
  })
  if (outcome instanceof Promise) throw new Error('an answer was not there at once')
  return outcome
}

/** `accepted`, or the reason and the message of a refusal. */
export const summary = (outcome: ValidatedChain): string =>
  outcome.accepted ? `accepted, checked ${outcome.checked.join()}` : `${outcome.reason}: ${outcome.message}`
