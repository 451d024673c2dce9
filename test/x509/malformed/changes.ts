import {
  type CertificateTree,
  constructed,
  type DerItem,
  oid,
  parts,
  primitive,
  sequence,
  set,
  text,
  writeTree,
} from '../../support/der-editor.js'

/** What is done to a good certificate, and with which fault and under which rule it is refused then. */
export type Row = readonly [what: string, fault: string, rule: string, change: (certificate: CertificateTree) => void]

/** The rule that a broken encoding breaks. */
export const DER = 'RFC 5280 §4.1'

/** Puts one primitive of any kind into the subject, where strings of every type may stand. */
export const inSubject = (value: DerItem) => (certificate: CertificateTree) => {
  certificate.subject.parts = [set(sequence(oid('2.5.4.10'), value))]
}

export const withExtension =
  (identifier: string, value: DerItem, critical?: boolean) => (certificate: CertificateTree) =>
    certificate.setExtension(identifier, value, critical)

export const names = (...general: readonly DerItem[]) => withExtension('2.5.29.17', sequence(...general))

export const permitting = (...subtree: readonly DerItem[]) =>
  withExtension('2.5.29.30', sequence(constructed(0xa0, sequence(...subtree))), true)

export const time = (tag: number, value: string) => (certificate: CertificateTree) => {
  parts(certificate.validity)[1] = text(tag, value)
}

/** Writes the length of the whole certificate as `length` says. */
export const withLength = (length: (contents: number) => number[]) => (certificate: CertificateTree) => {
  const contents = parts(certificate.root).reduce((sum, part) => sum + writeTree(part).length, 0)
  certificate.root.header = [0x30, ...length(contents)]
}

export const NULL = primitive(5)
