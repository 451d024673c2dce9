import { allSuites, type KeyExchange, type SuiteParameters } from '../crypto/suite-parameters.js'
import type { NamedGroupName } from '../registry/named-group.js'
import { SignatureScheme } from '../registry/signature-scheme.js'

/** Forward secrecy, and a certificate that the server proves. */
const defaultKeyExchanges: readonly KeyExchange[] = ['ECDHE_ECDSA', 'ECDHE_RSA', 'DHE_RSA']

/** What nearly every peer has. CCM is for the small devices that have nothing else; they have to be asked for. */
const defaultCiphers: readonly string[] = ['AES_128_GCM', 'CHACHA20_POLY1305', 'AES_256_GCM']

/** Safe by default: forward secrecy and AEAD only. RSA key transport, CBC and the like must be asked for by name. */
export const defaultCipherSuites: readonly SuiteParameters[] = allSuites.filter(
  ({ bulk, keyExchange }) => defaultCiphers.includes(bulk.cipher) && defaultKeyExchanges.includes(keyExchange),
)

/** The noble provider's AES is a table cipher whose time depends on keys and data; ChaCha20 is not, so it goes first there. */
export const constantTimeFirst = (suites: readonly SuiteParameters[]): readonly SuiteParameters[] =>
  suites.toSorted((a, b) => Number(isTableCipher(a)) - Number(isTableCipher(b)))

const isTableCipher = ({ bulk }: SuiteParameters): boolean => bulk.cipher !== 'CHACHA20_POLY1305'

export const defaultGroups: readonly NamedGroupName[] = [
  'x25519',
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'x448',
  'ffdhe2048',
  'ffdhe3072',
  'ffdhe4096',
]

/** No SHA-1 (SLOTH), no SHA-224. PSS before PKCS#1 v1.5. */
export const defaultSignatureSchemes: readonly SignatureScheme[] = [
  SignatureScheme.ecdsa_secp256r1_sha256,
  SignatureScheme.ed25519,
  SignatureScheme.rsa_pss_rsae_sha256,
  SignatureScheme.rsa_pss_pss_sha256,
  SignatureScheme.rsa_pkcs1_sha256,
  SignatureScheme.ecdsa_secp384r1_sha384,
  SignatureScheme.rsa_pss_rsae_sha384,
  SignatureScheme.rsa_pss_pss_sha384,
  SignatureScheme.rsa_pkcs1_sha384,
  SignatureScheme.ecdsa_secp521r1_sha512,
  SignatureScheme.rsa_pss_rsae_sha512,
  SignatureScheme.rsa_pss_pss_sha512,
  SignatureScheme.rsa_pkcs1_sha512,
  SignatureScheme.ed448,
]
