/** What is seen of a captured connection, whoever reads it: our reader and tshark are brought to this form. */
export type End = 'client' | 'server'

export interface SeenMessage {
  readonly from: End
  /** HandshakeType. */
  readonly type: number
  /** client_version or server_version of a hello. */
  readonly version?: number
  /** All that ClientHello offers, or the one of ServerHello. */
  readonly suites?: readonly number[]
  readonly extensions?: readonly number[]
  /** supported_versions, where a hello has it. */
  readonly versions?: readonly number[]
  /** Hexadecimal. */
  readonly sessionId?: string
  /** ClientHello shows a ticket. */
  readonly showsTicket?: boolean
  readonly serverName?: string
  readonly protocols?: readonly string[]
  /** DER, hexadecimal. */
  readonly certificates?: readonly string[]
  /** Of ServerKeyExchange: the named group. */
  readonly group?: number
  /** Of ServerKeyExchange and CertificateVerify: the scheme of the signature. */
  readonly scheme?: number
}

export interface SeenAlert {
  readonly from: End
  readonly level: number
  readonly description: number
}

export interface SeenConnection {
  readonly messages: readonly SeenMessage[]
  readonly alerts: readonly SeenAlert[]
  /** Decrypted application data, hexadecimal. */
  readonly data: Readonly<Record<End, string>>
}
