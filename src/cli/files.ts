import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { defaultSignatureSchemes } from '../adapters/defaults.js'
import type { Credential, PrivateKey, PublicKey } from '../crypto/key-types.js'
import type { CryptoProvider } from '../crypto/provider.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../crypto/subject-public-key-info.js'
import { firstSchemeFor } from '../handshake/negotiation.js'
import { certificatesFromPem, PemError, type Pin, parsePin, privateKeyInfoFromPem } from '../x509/index.js'
import { UsageError } from './arguments.js'

/** Runs `read`; whatever is wrong with the file that `option` names becomes a usage error. Contents are never repeated. */
function reading<T>(option: string, path: string, read: (text: string) => T): T {
  const where = `--${option} ${JSON.stringify(path)}`
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${where} cannot be read: ${systemReason(error)}`)
  }
  try {
    return read(text)
  } catch (error) {
    if (error instanceof UsageError) throw error
    if (error instanceof PemError) throw new UsageError(`${where}: ${error.message}`)
    throw new UsageError(`${where} does not hold what it should, or of a kind that is not supported`)
  }
}

/** The code and the words of a system error, without the path that Node repeats in it. */
const systemReason = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/,[^,]*$/, '') : String(error)

const PROBE = new Uint8Array(32)

/** Whether `key` makes signatures that `publicKey` verifies: a key beside another's certificate fails every handshake. */
async function belongTogether(provider: CryptoProvider, key: PrivateKey, publicKey: PublicKey): Promise<boolean> {
  if (key.keyType !== publicKey.keyType || key.curve !== publicKey.curve) return false
  const scheme = firstSchemeFor(key.keyType, defaultSignatureSchemes)
  if (scheme === undefined) return false
  return provider.verifySignature(publicKey, scheme, PROBE, await key.sign(scheme, PROBE))
}

/** The credential in two PEM files. Throws `UsageError` for files that hold none, or two halves of different ones. */
export async function readCredential(provider: CryptoProvider, certPath: string, keyPath: string): Promise<Credential> {
  const certificateChain = reading('cert', certPath, certificatesFromPem)
  const publicKey = reading('cert', certPath, (text) => {
    const [own = new Uint8Array()] = certificatesFromPem(text)
    return readSubjectPublicKeyInfo(certificatePublicKeyInfo(own))
  })
  const key = reading('key', keyPath, (text) => provider.importPrivateKey(privateKeyInfoFromPem(text)))
  if (!(await belongTogether(provider, key, publicKey))) {
    throw new UsageError(
      `the key in ${JSON.stringify(keyPath)} is not the key of the first certificate in ${JSON.stringify(certPath)}`,
    )
  }
  return { certificateChain, key }
}

/** A pin as it is given to `--pin`: a fingerprint, or a PEM file whose first certificate is meant. */
export function readPin(text: string): Pin {
  if (/^sha256[/:]/.test(text)) {
    try {
      return parsePin(text)
    } catch (error) {
      throw new UsageError(`--pin ${JSON.stringify(text)}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return reading('pin', text, (pem) => {
    const [first] = certificatesFromPem(pem)
    if (first === undefined) throw new UsageError(`--pin ${JSON.stringify(text)} holds no certificate`)
    return first
  })
}

export interface KeyLog {
  readonly line: (line: string) => void
  readonly close: () => void
}

/** Opens a key log to append to. Whoever can read it can read every connection in it, so a new one is its owner's alone. */
export function openKeyLog(path: string): KeyLog {
  try {
    const file = openSync(path, 'a', 0o600)
    // Written at once: a program that follows the log decrypts while the connection still runs.
    return { line: (line) => void writeSync(file, `${line}\n`), close: () => closeSync(file) }
  } catch (error) {
    throw new UsageError(`--key-log ${JSON.stringify(path)} cannot be opened: ${systemReason(error)}`)
  }
}
