import type { CertificateKind } from '../crypto/key-types.js'
import type { ClientConfig } from '../handshake/client/context.js'
import { TlsFault } from '../handshake/fault.js'
import type { HandshakeConfig } from '../handshake/negotiation.js'
import type { ServerConfig } from '../handshake/server/context.js'
import type { ClientHello } from '../messages/client-hello.js'
import type { FragmentLength } from '../registry/max-fragment-length.js'
import { flag, list, oneOf, optionalFunction } from './check-options.js'

/** Extensions that both roles speak. */
export interface CommonExtensionOptions {
  /** The MAC of CBC suites covers the ciphertext where the peer agrees (RFC 7366); true by default. */
  readonly encryptThenMac?: boolean
  /** Most bytes in a protected record that this side takes, 64 to 16,384, the default (RFC 8449); `false` leaves it unsaid. */
  readonly recordSizeLimit?: number | false
  /** What a client may show and a server judges, in order of preference; X.509 alone by default (RFC 7250). */
  readonly clientCertificateTypes?: readonly CertificateKind[]
  /** What a server may show and a client judges, in order of preference; X.509 alone by default (RFC 7250). */
  readonly serverCertificateTypes?: readonly CertificateKind[]
}

export interface ClientExtensionOptions extends CommonExtensionOptions {
  /** Ask for records of at most so many bytes in both directions (RFC 6066 §4); servers seldom know it. */
  readonly maxFragmentLength?: FragmentLength
  /** Offer reserved values, which every server must pass over (RFC 8701); false by default. */
  readonly grease?: boolean
  /** Pad ClientHello to at least so many bytes (RFC 7685): 512 for servers that stumble over 256 to 511; not by default. */
  readonly padClientHelloTo?: number
  /**
   * Has the last word on each ClientHello: the order of suites and extensions, what is left out, extensions of its own.
   * Must be pure. What has options of its own must stay as these say; where a session is offered (`sessionId` is not
   * empty), so must its suite and extended_master_secret (RFC 7627 §5.3). Otherwise the connection fails with `misuse` and
   * sends nothing. The server's answers to other extensions are in `summary.negotiated.extraExtensions`.
   */
  readonly arrangeClientHello?: (hello: ClientHello) => ClientHello
  /** Ask for signed certificate timestamps, which the summary then holds (RFC 6962 §3.3.1); false by default. */
  readonly requestSignedCertificateTimestamps?: boolean
}

export interface ServerExtensionOptions extends CommonExtensionOptions {
  /** Answer server_name (RFC 6066 §3); true by default. */
  readonly acknowledgeServerName?: boolean
  /** `refuse`: a client that asks for a name that no credential has gets `unrecognized_name`. `ignore` by default. */
  readonly unrecognizedName?: 'refuse' | 'ignore'
}

type Names<Options> = Readonly<Record<keyof Options, true>>

const common: Names<CommonExtensionOptions> = {
  encryptThenMac: true,
  recordSizeLimit: true,
  clientCertificateTypes: true,
  serverCertificateTypes: true,
}

export const clientExtensionOptions: Names<ClientExtensionOptions> = {
  ...common,
  maxFragmentLength: true,
  requestSignedCertificateTimestamps: true,
  grease: true,
  padClientHelloTo: true,
  arrangeClientHello: true,
}

export const serverExtensionOptions: Names<ServerExtensionOptions> = {
  ...common,
  acknowledgeServerName: true,
  unrecognizedName: true,
}

const misuse = (message: string): never => {
  throw new TlsFault('misuse', message)
}

const LARGEST_RECORD = 2 ** 14

function sizeLimit(limit: number | false = LARGEST_RECORD): number | undefined {
  if (limit === false) return undefined
  if (Number.isInteger(limit) && limit >= 64 && limit <= LARGEST_RECORD) return limit
  return misuse(`recordSizeLimit must be 64 to ${LARGEST_RECORD} bytes or false, not ${String(limit)} (RFC 8449 §4)`)
}

function kinds(name: string, given: readonly CertificateKind[] | undefined): readonly CertificateKind[] {
  const all = list(name, given) ?? ['X509']
  if (all.length === 0) misuse(`${name} must not be empty`)
  return all.map((kind) => oneOf(name, kind, ['X509', 'RawPublicKey'], 'X509'))
}

const fragmentLengths: readonly (FragmentLength | undefined)[] = [undefined, 512, 1024, 2048, 4096]

type CommonPart = Pick<
  HandshakeConfig,
  'encryptThenMac' | 'recordSizeLimit' | 'clientCertificateTypes' | 'serverCertificateTypes'
>

const commonPart = (options: CommonExtensionOptions): CommonPart => ({
  encryptThenMac: flag('encryptThenMac', options.encryptThenMac) ?? true,
  recordSizeLimit: sizeLimit(options.recordSizeLimit),
  clientCertificateTypes: kinds('clientCertificateTypes', options.clientCertificateTypes),
  serverCertificateTypes: kinds('serverCertificateTypes', options.serverCertificateTypes),
})

type ClientPart = CommonPart &
  Pick<
    ClientConfig,
    'maxFragmentLength' | 'requestSignedCertificateTimestamps' | 'grease' | 'padClientHelloTo' | 'arrangeClientHello'
  >

/** Above this no message but a Certificate is taken, not even by this library's own server. */
const LONGEST_HELLO = 2 ** 14

function padding(length: number | undefined): number | undefined {
  if (length === undefined || (Number.isInteger(length) && length >= 0 && length <= LONGEST_HELLO)) return length
  return misuse(`padClientHelloTo must be up to ${LONGEST_HELLO} bytes, not ${String(length)}`)
}

/** The part of a client's configuration that these options settle. Throws a `misuse` fault for what makes no sense. */
export function clientExtensions(options: ClientExtensionOptions): ClientPart {
  const { maxFragmentLength, padClientHelloTo } = options
  if (!fragmentLengths.includes(maxFragmentLength)) misuse('maxFragmentLength must be 512, 1024, 2048 or 4096')
  return {
    maxFragmentLength,
    grease: flag('grease', options.grease) ?? false,
    padClientHelloTo: padding(padClientHelloTo),
    arrangeClientHello: optionalFunction('arrangeClientHello', options.arrangeClientHello),
    requestSignedCertificateTimestamps:
      flag('requestSignedCertificateTimestamps', options.requestSignedCertificateTimestamps) ?? false,
    ...commonPart(options),
  }
}

/** The part of a server's configuration that these options settle. Throws a `misuse` fault for what makes no sense. */
export const serverExtensions = (
  options: ServerExtensionOptions,
): CommonPart & Pick<ServerConfig, 'acknowledgeServerName' | 'unrecognizedName'> => ({
  acknowledgeServerName: flag('acknowledgeServerName', options.acknowledgeServerName) ?? true,
  unrecognizedName: oneOf('unrecognizedName', options.unrecognizedName, ['refuse', 'ignore'], 'ignore'),
  ...commonPart(options),
})
