import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { fromHex } from '../bytes/convert.js'
import type { Credential } from '../crypto/key-types.js'
import { type PreSharedKey, preSharedKey } from '../crypto/pre-shared-key.js'
import type { CryptoProvider } from '../crypto/provider.js'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo } from '../crypto/subject-public-key-info.js'
import {
  anchorsFromPem,
  CertificateError,
  type CredentialSource,
  type CrlInput,
  certificatesFromPem,
  checkRevocation,
  importCredentials,
  KeystoreError,
  openPkcs12,
  PemError,
  type Pin,
  parseCertificate,
  parsePin,
  privateKeyInfoFromPem,
} from '../x509/index.js'
import { nodeRoots, systemRoots } from '../x509/system-roots.js'
import { UsageError } from './arguments.js'

/** The code and the words of a system error, without the path that Node repeats in it. */
export const systemReason = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/,[^,]*$/, '') : String(error)

/** Errors whose messages are made for people and repeat nothing of a file's contents. */
const speaks = (error: unknown): error is Error =>
  error instanceof PemError || error instanceof KeystoreError || error instanceof CertificateError

/** Runs `read`; whatever is wrong with the file that `option` names becomes a usage error. Contents are never repeated. */
function readingBytes<T>(option: string, path: string, read: (bytes: Uint8Array) => T): T {
  const where = `--${option} ${JSON.stringify(path)}`
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new UsageError(`${where} cannot be read: ${systemReason(error)}`)
  }
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof UsageError) throw error
    if (error instanceof PemError && error.reason === 'encrypted') {
      throw new UsageError(`${where} is encrypted: --key-password-file names a file with its password`)
    }
    if (speaks(error)) throw new UsageError(`${where}: ${error.message}`)
    throw new UsageError(`${where} does not hold what it should, or of a kind that is not supported`)
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const reading = <T>(option: string, path: string, read: (text: string) => T): T =>
  readingBytes(option, path, (bytes) => read(textOf(bytes)))

/** The text of a file. */
export const readText = (option: string, path: string): string => reading(option, path, (text) => text)

/** An OCSP response to staple: DER, of whatever responder. */
export const readStaple = (path: string): Uint8Array =>
  readingBytes('staple', path, (bytes) => {
    checkRevocation({ mode: 'hard-fail', ocspResponses: [bytes] })
    return new Uint8Array(bytes)
  })

/** What `--deny` names: a fingerprint, or all certificates of a PEM file. */
export const readDenied = (text: string): readonly Pin[] =>
  /^sha256[/:]/.test(text) ? [pinFrom('deny', text)] : reading('deny', text, certificatesFromPem)

/** Where a credential is: a certificate and its key in PEM, or both in PKCS#12; the password, if any, in a file too. */
export interface CredentialFiles {
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly p12?: string | undefined
  readonly passwordFile?: string | undefined
}

/** A line end after the password is the editor's; blanks may be meant. */
const readPassword = (path: string): string => reading('key-password-file', path, (text) => text.replace(/\r?\n$/, ''))

async function importing(
  provider: CryptoProvider,
  sources: readonly CredentialSource[],
  mismatch: string,
  where: string,
): Promise<readonly Credential[]> {
  try {
    return await importCredentials(sources, provider)
  } catch (error) {
    if (error instanceof KeystoreError && error.reason === 'key_mismatch') throw new UsageError(mismatch)
    if (speaks(error)) throw new UsageError(`${where}: ${error.message}`)
    throw new UsageError(`${where} does not hold what it should, or of a kind that is not supported`)
  }
}

function fromPem(provider: CryptoProvider, cert: string, key: string, password: string | undefined) {
  const protection = password === undefined ? undefined : { password, crypto: provider }
  const certificateChain = reading('cert', cert, (text) => {
    const chain = certificatesFromPem(text)
    readSubjectPublicKeyInfo(certificatePublicKeyInfo(chain[0] ?? new Uint8Array()))
    return chain
  })
  const privateKeyInfo = reading('key', key, (text) => privateKeyInfoFromPem(text, protection))
  const mismatch = `the key in ${JSON.stringify(key)} is not the key of the first certificate in ${JSON.stringify(cert)}`
  return importing(provider, [{ certificateChain, privateKeyInfo }], mismatch, `--key ${JSON.stringify(key)}`)
}

function fromPkcs12(provider: CryptoProvider, p12: string, password = '') {
  const credentials = readingBytes('p12', p12, (bytes) => openPkcs12(bytes, password, provider).credentials)
  const where = `--p12 ${JSON.stringify(p12)}`
  if (credentials.length === 0) throw new UsageError(`${where} holds no private key`)
  return importing(provider, credentials, `${where} has a key and a certificate that do not belong together`, where)
}

/** The credentials in these files, none where none is named. Throws `UsageError` for files that hold none, or two halves of different ones. */
export async function readCredentials(
  provider: CryptoProvider,
  { cert, key, p12, passwordFile }: CredentialFiles,
): Promise<readonly Credential[] | undefined> {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key go together')
  if (p12 !== undefined && cert !== undefined) throw new UsageError('--p12 stands in place of --cert and --key')
  const hasKey = p12 !== undefined || key !== undefined
  if (passwordFile !== undefined && !hasKey) throw new UsageError('--key-password-file needs --key or --p12')
  const password = passwordFile === undefined ? undefined : readPassword(passwordFile)
  if (p12 !== undefined) return fromPkcs12(provider, p12, password)
  return cert === undefined || key === undefined ? undefined : fromPem(provider, cert, key, password)
}

/** The anchors that `--ca` names: those of the system, those of Node, or the certificates of a PEM file. */
export function readAnchors(name: string): readonly Uint8Array[] {
  if (name === 'node') return nodeRoots()
  if (name !== 'system') {
    return reading('ca', name, (text) => {
      const anchors = anchorsFromPem(text)
      anchors.forEach(parseCertificate)
      return anchors
    })
  }
  const found = systemRoots()
  if (found.length === 0) throw new UsageError('--ca system: no bundle of this system can be read; --ca node has roots')
  return found
}

const DER_SEQUENCE = 0x30

/** A CRL file as the revocation check takes it: DER, or PEM text. */
export const readCrl = (path: string): CrlInput =>
  readingBytes('crl', path, (bytes) => {
    const input = bytes[0] === DER_SEQUENCE ? bytes : textOf(bytes)
    checkRevocation({ mode: 'hard-fail', crls: [input] })
    return input
  })

function pinFrom(option: string, text: string): Exclude<Pin, Uint8Array> {
  try {
    return parsePin(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`--${option} ${JSON.stringify(text)}: ${why}`)
  }
}

/** A pin as it is given to `--pin`: a fingerprint, or a PEM file whose first certificate is meant. */
export function readPin(text: string): Pin {
  if (/^sha256[/:]/.test(text)) return pinFrom('pin', text)
  return reading('pin', text, (pem) => {
    const [first] = certificatesFromPem(pem)
    if (first === undefined) throw new UsageError(`--pin ${JSON.stringify(text)} holds no certificate`)
    return first
  })
}

/** The text of a key log to read. */
export const readKeyLog = (path: string): string => reading('keylog', path, (text) => text)

/** A server's RSA key as DER PrivateKeyInfo, which `provider` can use. */
export const readRsaKey = (path: string, provider: CryptoProvider, passwordFile?: string): Uint8Array =>
  reading('rsa-key', path, (text) => {
    const password = passwordFile === undefined ? undefined : readPassword(passwordFile)
    const info = privateKeyInfoFromPem(text, password === undefined ? undefined : { password, crypto: provider })
    if (provider.importPrivateKey(info).keyType === 'rsa') return info
    throw new UsageError(`--rsa-key ${JSON.stringify(path)} holds a key of another kind, which decrypts nothing`)
  })

const PSK_LINE = /^([^:#]*):([0-9a-f]{2,})$/i

/** Keys that two sides share, in lines `identity:hexadecimal` as psktool of GnuTLS writes them. */
export const readPreSharedKeys = (path: string): readonly PreSharedKey[] =>
  reading('psk', path, (text) =>
    text
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, identity, hex] = PSK_LINE.exec(line.trim()) ?? []
        if (identity === undefined || hex === undefined || hex.length % 2 !== 0)
          throw new UsageError(`--psk ${JSON.stringify(path)} has a line that is not identity:hexadecimal`)
        return preSharedKey(identity, fromHex(hex))
      }),
  )

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
