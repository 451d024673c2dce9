import { X509Certificate } from 'node:crypto'
import { certificatePublicKeyInfo } from '../crypto/subject-public-key-info.js'
import type { Fact } from '../inspect/index.js'
import { formatPin } from '../x509/index.js'
import { provider } from './provider.js'
import { printable } from './terminal.js'

/** The pin of the key in a DER certificate; `undefined` for bytes that are no certificate. */
export function keyPin(der: Uint8Array): string | undefined {
  try {
    return formatPin({ spkiSha256: provider.hash('sha256', certificatePublicKeyInfo(der)) })
  } catch {
    return undefined
  }
}

/** The distinguished name in one line, as the certificate says it; nobody has checked it here. */
export function claimedSubject(der: Uint8Array): string | undefined {
  try {
    return printable(new X509Certificate(der).subject.split('\n').join(', '))
  } catch {
    return undefined
  }
}

/** What a certificate says of itself, and the pin of its key. */
export function certificateFacts(der: Uint8Array): Fact[] {
  const facts: Fact[] = []
  try {
    const { subject, issuer, validFrom, validTo } = new X509Certificate(der)
    const line = (text: string): string => printable(text.split('\n').join(', '))
    facts.push({ name: 'claims to be', value: `${line(subject)}, issued by ${line(issuer)}` })
    facts.push({ name: 'claims validity', value: `${line(validFrom)} to ${line(validTo)}` })
  } catch {
    facts.push({ name: 'claims to be', value: 'unreadable' })
  }
  const pin = keyPin(der)
  return pin === undefined ? facts : [...facts, { name: 'pin of its key', value: pin }]
}
