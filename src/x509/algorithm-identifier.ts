import { CertificateError } from './certificate-error.js'
import type { AlgorithmIdentifier } from './certificate-model.js'
import { type DerElement, DerFields, Tag } from './der-fields.js'
import { readObjectIdentifier } from './object-identifier.js'

/** Reads the element of an AlgorithmIdentifier. Throws `CertificateError`, also for parameters that its algorithm forbids. */
export function readAlgorithmIdentifier(element: DerElement, what: string, rule: string): AlgorithmIdentifier {
  const fields = new DerFields(element.contents, what, rule)
  const oid = readObjectIdentifier(fields.next(Tag.oid).contents)
  const parameters = fields.more ? fields.next().whole : undefined
  fields.finish()
  checkParameters(oid, parameters, what)
  return { der: element.whole, oid, ...(parameters === undefined ? {} : { parameters }) }
}

/** What the parameters of an algorithm may be. Absent NULL is let pass where RFC 4055 tells readers to. */
type ParameterForm = 'absent' | 'null' | 'null_or_absent' | 'named_curve'

const forms: Readonly<Record<string, readonly [form: ParameterForm, rule: string]>> = {
  '1.2.840.113549.1.1.1': ['null', 'RFC 4055 §1.2'],
  '1.2.840.113549.1.1.5': ['null_or_absent', 'RFC 4055 §5'],
  '1.2.840.113549.1.1.11': ['null_or_absent', 'RFC 4055 §5'],
  '1.2.840.113549.1.1.12': ['null_or_absent', 'RFC 4055 §5'],
  '1.2.840.113549.1.1.13': ['null_or_absent', 'RFC 4055 §5'],
  '1.2.840.113549.1.1.14': ['null_or_absent', 'RFC 4055 §5'],
  '1.2.840.10045.2.1': ['named_curve', 'RFC 5480 §2.1.1'],
  '1.2.840.10045.4.1': ['absent', 'RFC 5758 §3.2'],
  '1.2.840.10045.4.3.1': ['absent', 'RFC 5758 §3.2'],
  '1.2.840.10045.4.3.2': ['absent', 'RFC 5758 §3.2'],
  '1.2.840.10045.4.3.3': ['absent', 'RFC 5758 §3.2'],
  '1.2.840.10045.4.3.4': ['absent', 'RFC 5758 §3.2'],
  '1.3.101.110': ['absent', 'RFC 8410 §3'],
  '1.3.101.111': ['absent', 'RFC 8410 §3'],
  '1.3.101.112': ['absent', 'RFC 8410 §3'],
  '1.3.101.113': ['absent', 'RFC 8410 §3'],
}

const kept: Readonly<Record<ParameterForm, (tag: number | undefined) => boolean>> = {
  absent: (tag) => tag === undefined,
  null: (tag) => tag === Tag.null,
  null_or_absent: (tag) => tag === undefined || tag === Tag.null,
  named_curve: (tag) => tag === Tag.oid,
}

const demands: Readonly<Record<ParameterForm, string>> = {
  absent: 'must be absent',
  null: 'must be NULL',
  null_or_absent: 'must be NULL',
  named_curve: 'must name a curve',
}

function checkParameters(oid: string, parameters: Uint8Array | undefined, what: string): void {
  const row = Object.hasOwn(forms, oid) ? forms[oid] : undefined
  if (row === undefined || kept[row[0]](parameters?.[0])) return
  throw new CertificateError('bad_algorithm', row[1], `the parameters of ${what} (${oid}) ${demands[row[0]]}`)
}
