import { fromHex, toHex } from '../../bytes/convert.js'
import { Secret } from '../../bytes/secret.js'
import { DerTag, enterDer, readDerUnsigned } from '../../codec/der.js'
import type { PrivateKey } from '../../crypto/key-types.js'
import type { PreSharedKey } from '../../crypto/pre-shared-key.js'
import { readPrivateKeyInfo, readRsaPrivateKey } from '../../crypto/private-key-info.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { certificatePublicKeyInfo, subjectPublicKey } from '../../crypto/subject-public-key-info.js'
import { readKeyLogLine } from './key-log.js'

/** Where the master secret of a connection is known from. */
export type SecretSource =
  | 'the key log'
  | 'the RSA key of the server'
  | 'the pre-shared key'
  | 'the session that it resumes'

export interface KnownSecret {
  readonly secret: Secret
  readonly source: SecretSource
}

/** A session as it was made, for the handshakes that resume it. */
export interface KnownSession {
  readonly secret: Secret
  readonly cipherSuite: number
  readonly extendedMasterSecret: boolean
}

/** Sessions are kept for later connections: so many are more than a capture resumes at a time. */
const MAX_SESSIONS = 16_384
/** Lines of key logs; a day of a busy server. */
const MAX_KEY_LOG_LINES = 1_000_000

/** Octets of the names that sessions are kept under, in all: a ticket may be as long as 64 KiB, and few are. */
const MAX_SESSION_NAMES = 0x1000000

/** How much of an encrypted pre-master secret names it in the oldest key logs. */
const ENCRYPTED_NAME_LENGTH = 8

/** Leading zeros do not count. */
const magnitude = (bytes: Uint8Array): string => toHex(bytes).replace(/^(00)+/, '')

/** The modulus in an RSA certificate; `undefined` for others and for what cannot be read. */
function modulusOf(certificate: Uint8Array): string | undefined {
  try {
    const key = subjectPublicKey(certificatePublicKeyInfo(certificate))
    return magnitude(readDerUnsigned(enterDer(key, DerTag.sequence)))
  } catch {
    return undefined
  }
}

/**
 * Everything that opens connections: lines of NSS key logs, RSA keys of servers, and the sessions that were seen. Holds
 * master secrets for as long as the capture is read.
 */
export class KeyStore {
  readonly #logged = new Map<string, Secret>()
  readonly #loggedPreMasters = new Map<string, Secret>()
  readonly #sessions = new Map<string, KnownSession>()
  #sessionNames = 0
  readonly #rsaKeys = new Map<string, PrivateKey>()
  readonly #preSharedKeys = new Map<string, Secret>()

  /** Adds the lines of a key log that are about TLS 1.2; others are of other versions, or comments. Returns how many there were. */
  addKeyLog(text: string): number {
    let added = 0
    for (const line of text.split(/\r?\n/)) {
      const read = readKeyLogLine(line)
      if (read === undefined || this.#logged.size + this.#loggedPreMasters.size >= MAX_KEY_LOG_LINES) continue
      const secrets = read.type === 'master secret' ? this.#logged : this.#loggedPreMasters
      secrets.set(read.name, new Secret(fromHex(read.secret)))
      added++
    }
    return added
  }

  /** Adds a server's RSA key from its DER PrivateKeyInfo. Throws `TypeError` for a key of another kind, and what the provider cannot use. */
  addRsaKey(privateKeyInfo: Uint8Array, provider: Pick<CryptoProvider, 'importPrivateKey'>): void {
    const { keyType, privateKey } = readPrivateKeyInfo(privateKeyInfo)
    if (keyType !== 'rsa') throw new TypeError(`a key of the kind ${keyType}, which decrypts nothing`)
    this.#rsaKeys.set(magnitude(readRsaPrivateKey(privateKey).modulus), provider.importPrivateKey(privateKeyInfo))
  }

  /** Adds a key that two ends share: alone it opens the plain PSK exchange, with the server's RSA key that of RSA_PSK (RFC 4279 §2, RFC 4279 §4). */
  addPreSharedKey({ identity, key }: PreSharedKey): void {
    this.#preSharedKeys.set(toHex(identity), key)
  }

  get isEmpty(): boolean {
    return (
      this.#logged.size + this.#loggedPreMasters.size === 0 &&
      this.#rsaKeys.size === 0 &&
      this.#preSharedKeys.size === 0
    )
  }

  preSharedKey(identity: Uint8Array): Secret | undefined {
    return this.#preSharedKeys.get(toHex(identity))
  }

  logged(clientRandom: Uint8Array): Secret | undefined {
    return this.#logged.get(toHex(clientRandom))
  }

  /** A copy, by the client's random or by the beginning of what the client encrypted. */
  loggedPreMaster(clientRandom: Uint8Array, encrypted: Uint8Array | undefined): Secret | undefined {
    const start = encrypted?.subarray(0, ENCRYPTED_NAME_LENGTH)
    const found = this.#loggedPreMasters.get(toHex(clientRandom)) ?? (start && this.#loggedPreMasters.get(toHex(start)))
    return found?.use((bytes) => new Secret(bytes.slice()))
  }

  /** The key that belongs to a certificate. */
  rsaKeyFor(certificate: Uint8Array): PrivateKey | undefined {
    const modulus = modulusOf(certificate)
    return modulus === undefined ? undefined : this.#rsaKeys.get(modulus)
  }

  /** Remembers a session under its id or its ticket, for the connections that resume it. */
  remember(kind: 'id' | 'ticket', name: Uint8Array, session: KnownSession): void {
    if (name.length === 0) return
    const key = `${kind} ${toHex(name)}`
    this.#forget(key)
    this.#sessions.set(key, session)
    this.#sessionNames += key.length
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS && this.#sessionNames <= MAX_SESSION_NAMES) return
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    if (this.#sessions.delete(key)) this.#sessionNames -= key.length
  }

  session(kind: 'id' | 'ticket', name: Uint8Array): KnownSession | undefined {
    return this.#sessions.get(`${kind} ${toHex(name)}`)
  }
}
