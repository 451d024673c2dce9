import type { ParsedCertificate } from './certificate-model.js'
import type { Purpose } from './purpose.js'

/** Whether a time, in milliseconds since the epoch, belongs to a certificate's period; both ends do (RFC 5280 §4.1.2.5). */
export const isWithinValidity = ({ notBefore, notAfter }: ParsedCertificate, time: number): boolean =>
  // Sub-second times round down: a certificate says nothing finer than seconds.
  time >= notBefore && Math.floor(time / 1000) * 1000 <= notAfter

/** What a path was found valid for. */
export interface PathQuestion {
  readonly leaf: ParsedCertificate
  /** What the peer sent besides, in its order. */
  readonly others: readonly ParsedCertificate[]
  readonly purpose?: Purpose
  readonly keyUsage?: 'digitalSignature' | 'keyEncipherment'
}

export interface ValidPath {
  /** From the end entity to the anchor. */
  readonly path: readonly ParsedCertificate[]
  readonly policies: readonly string[]
}

/** Questions about one end entity that are kept; more come only of peers that vary what they send beside it. */
const MOST_QUESTIONS = 8

const isSame = (one: PathQuestion, other: PathQuestion): boolean =>
  one.purpose === other.purpose &&
  one.keyUsage === other.keyUsage &&
  one.others.length === other.others.length &&
  one.others.every((certificate, i) => certificate === other.others[i])

/**
 * Paths that were found valid under one set of options: a peer that comes back costs no search (a tenth of a handshake
 * whose cryptography is native). Certificates are compared as what the parser keeps for their very octets, so an entry
 * goes when the parser forgets its end entity. Of all that makes a path valid only time moves on: the periods of all its
 * certificates are looked at each time. Who the peer is, and revocation, are never remembered.
 */
export class PathMemory {
  readonly #known = new WeakMap<ParsedCertificate, (PathQuestion & ValidPath)[]>()

  find(question: PathQuestion, time: number): ValidPath | undefined {
    const found = this.#known.get(question.leaf)?.find((one) => isSame(one, question))
    return found?.path.every((certificate) => isWithinValidity(certificate, time)) ? found : undefined
  }

  add(question: PathQuestion, { path, policies }: ValidPath): void {
    const entries = this.#known.get(question.leaf) ?? []
    const others = entries.filter((one) => !isSame(one, question)).slice(-(MOST_QUESTIONS - 1))
    this.#known.set(question.leaf, [...others, { ...question, path, policies }])
  }
}
