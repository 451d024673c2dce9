import type { ParsedCertificate } from '../certificate-model.js'
import type { DsaParameters } from '../dsa.js'
import type { Path } from '../path-building.js'
import { subjectKey } from '../subject-key.js'

/** A certificate whose status is asked for, and the valid path above it: its issuer first, the anchor last. */
export interface Target {
  readonly certificate: ParsedCertificate
  readonly issuerPath: Path
}

/** The certificate at `index` of a path with what is above it; `undefined` for the anchor, whom nobody can revoke. */
export function targetAt(path: Path, index: number): Target | undefined {
  const certificate = path[index]
  const issuerPath = path.slice(index + 1)
  return certificate === undefined || issuerPath.length === 0 ? undefined : { certificate, issuerPath }
}

/** The parameters that the DSA key at the beginning of a path takes from above (RFC 5280 §6.1.4). */
export function inheritedParameters(path: Path): DsaParameters | undefined {
  for (const certificate of path) {
    const key = subjectKey(certificate)
    if (key.type !== 'dsa') return undefined
    if (key.parameters !== undefined) return key.parameters
  }
  return undefined
}
