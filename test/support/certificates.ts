/** Collections of certificates that others made, as DER. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { shared } from './outside.js'

/** DER of every CERTIFICATE block of a PEM text. */
export const derOfPem = (pem: string): Uint8Array[] =>
  Array.from(pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g), ([, body = '']) =>
    Uint8Array.from(Buffer.from(body, 'base64')),
  )

/** The fields of an x509-limbo case that are read here. */
export interface LimboCase {
  readonly id: string
  readonly expected_result: 'SUCCESS' | 'FAILURE'
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
}

/** The cases of ../shared/conformance/limbo without those of BetterTLS, or `undefined` where they are absent. */
export function limboCases(): readonly LimboCase[] | undefined {
  const path = shared('conformance/limbo/visible-without-bettertls.json.gz')
  if (path === undefined) return undefined
  const { testcases } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { testcases: readonly LimboCase[] }
  return testcases
}

/** All certificates of a case, the peer's first. */
export const certificatesOf = (one: LimboCase): Uint8Array[] =>
  [one.peer_certificate, ...one.untrusted_intermediates, ...one.trusted_certs].flatMap(derOfPem)

/** The PKITS certificates by name, or `undefined` where they are absent. */
export function pkitsCertificates(): ReadonlyMap<string, Uint8Array> | undefined {
  const path = shared('conformance/pkits/pkits.json.gz')
  if (path === undefined) return undefined
  const { certs } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { certs: Record<string, string> }
  return new Map(Object.entries(certs).map(([name, base64]) => [name, Uint8Array.from(Buffer.from(base64, 'base64'))]))
}
