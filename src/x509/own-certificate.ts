import { createByteCache } from './byte-cache.js'
import type { CertificateOutline, KeyUsage } from './certificate-model.js'
import { readOutline } from './certificate-outline.js'
import { DerFields } from './der-fields.js'
import { type GeneralName, readGeneralNames } from './general-name.js'
import { readKeyUsage } from './named-bits.js'
import { checkStrictDer } from './strict-der.js'
import { attempt } from './try-parse.js'

/**
 * What the choice among our own credentials looks at. Of the extensions it is two alone: the others' readers, and the ASN.1
 * library behind them, would more than double what a client costs that pins its server.
 */
export interface OwnCertificate extends CertificateOutline {
  readonly subjectAltName: readonly GeneralName[]
  /** Absent where the certificate leaves its key free to do everything (RFC 5280 §4.2.1.3). */
  readonly keyUsage?: ReadonlySet<KeyUsage>
}

const cache = createByteCache<OwnCertificate>()

const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALT_NAME = '2.5.29.17'

function readAlternativeNames(names: Uint8Array | undefined): readonly GeneralName[] {
  if (names === undefined) return []
  checkStrictDer(names)
  return readGeneralNames(DerFields.of(names, 'a list of alternative names', 'RFC 5280 §4.2.1.6'))
}

function read(der: Uint8Array): OwnCertificate {
  const outline = readOutline(der)
  const uses = outline.extensions.get(KEY_USAGE)?.value
  if (uses !== undefined) checkStrictDer(uses)
  return {
    ...outline,
    subjectAltName: readAlternativeNames(outline.extensions.get(SUBJECT_ALT_NAME)?.value),
    ...(uses === undefined ? {} : { keyUsage: readKeyUsage(uses) }),
  }
}

/**
 * A certificate of our own side, or `undefined` where it is not one by the strict rules: whoever is shown it judges it, and
 * all that is lost here is what it says about itself.
 */
export const readOwnCertificate = (der: Uint8Array): OwnCertificate | undefined =>
  attempt(() => cache.get(der) ?? cache.put(read(der.slice())))
