/** What the test hands to the page, and what the page answers. */

/** DER in hexadecimal digits, since it travels as JSON. */
export interface Party {
  readonly certificateChain: readonly string[]
  readonly privateKeyInfo: string
}

export type Material = Readonly<Record<string, { readonly client: Party; readonly server: Party }>>

/** How a mutual handshake in the page went. */
export interface Outcome {
  readonly cipherSuite: string
  /** What each side knows of the other one: `certificate and signature`, or less. */
  readonly proofs: readonly [ofServer: string, ofClient: string]
  readonly heard: readonly [byClient: string, byServer: string]
}

export interface Report {
  /** What went wrong outside of any part. */
  readonly error?: string
  readonly noble?: Outcome
  /** By kind of key. */
  readonly webcrypto?: Readonly<Record<string, Outcome>>
  /** By kind of key: whether the CryptoKeys said that they can be taken out, and the errors of each attempt to. */
  readonly exports?: Readonly<
    Record<string, { readonly extractable: readonly boolean[]; readonly errors: readonly string[] }>
  >
  readonly capabilities?: readonly { readonly answer: string; readonly of?: string; readonly from: string }[]
}
