import type { SuiteParameters } from '../../../crypto/suite-parameters.js'
import type { Extension } from '../../../messages/extensions/extension.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { nameOf } from '../../../registry/registry.js'
import { refuse } from '../../fault.js'
import { isGrease } from '../../grease.js'
import { showsCertificate } from '../../negotiation.js'
import { readingExtension } from '../../read-extension.js'
import type { ClientConfig } from '../context.js'
import { applicationProtocol } from './application-layer-protocol-negotiation.js'
import { clientCertificateType, serverCertificateType } from './certificate-types.js'
import type { ClientExtension, ServerExtensions } from './client-extension.js'
import { encryptThenMac } from './encrypt-then-mac.js'
import { extendedMasterSecret } from './extended-master-secret.js'
import { pointFormats, supportedGroups } from './groups.js'
import { maxFragmentLength, recordSizeLimit } from './record-limits.js'
import { renegotiationInfo } from './renegotiation-info.js'
import { serverName } from './server-name.js'
import { sessionTicket } from './session-ticket.js'
import { signatureAlgorithms } from './signature-algorithms.js'
import { signedCertificateTimestamp } from './signed-certificate-timestamp.js'
import { statusRequest } from './status-request.js'

export type { ServerExtensions } from './client-extension.js'

const nothing: ServerExtensions = {
  extendedMasterSecret: false,
  encryptThenMac: false,
  secureRenegotiation: false,
  applicationProtocol: undefined,
  statusPromised: false,
  ticketPromised: false,
  signedCertificateTimestamps: undefined,
  maxFragmentLength: undefined,
  serverRecordSizeLimit: undefined,
  clientCertificateType: 'X509',
  serverCertificateType: 'X509',
  extraExtensions: [],
}

/** In the order in which they are offered. */
const clientExtensions: readonly ClientExtension[] = [
  serverName,
  extendedMasterSecret,
  encryptThenMac,
  renegotiationInfo,
  supportedGroups,
  pointFormats,
  applicationProtocol,
  statusRequest,
  signedCertificateTimestamp,
  maxFragmentLength,
  recordSizeLimit,
  clientCertificateType,
  serverCertificateType,
  sessionTicket,
  signatureAlgorithms,
]

const byType: ReadonlyMap<number, ClientExtension> = new Map(clientExtensions.map((one) => [one.type, one]))

/** Whether the meaning of this extension is the library's own, so that nobody else may fill or read it. */
export const isOurs = (type: number): boolean => byType.has(type)

/** The extensions of a ClientHello. */
export const offerExtensions = (config: ClientConfig, ticket: Uint8Array): readonly Extension[] =>
  clientExtensions.flatMap(({ type, offer }) => {
    const extensionData = offer(config, ticket)
    return extensionData === undefined ? [] : [{ extensionType: type, extensionData }]
  })

/** A reserved value is there to be passed over (RFC 8701 §3.1), and so is padding (RFC 7685 §3): an answer is wrong. */
const mustBeIgnored = (type: number): boolean => isGrease(type) || type === ExtensionType.padding

/** Reads the extensions of a ServerHello: each must answer one that was offered (RFC 5246 §7.4.1.4). */
export function acceptExtensions(
  offered: readonly Extension[],
  answered: readonly Extension[],
  config: ClientConfig,
): ServerExtensions {
  let settled = nothing
  for (const answer of answered) {
    const { extensionType, extensionData } = answer
    if (mustBeIgnored(extensionType) || !offered.some((extension) => extension.extensionType === extensionType)) {
      const name = nameOf(ExtensionType, extensionType, 2)
      return refuse('extension_not_offered', `the server answers the extension ${name}, which was not offered`)
    }
    const known = byType.get(extensionType)
    settled =
      known === undefined
        ? { ...settled, extraExtensions: [...settled.extraExtensions, answer] }
        : { ...settled, ...readingExtension(extensionType, () => known.accept(extensionData, config)) }
  }
  return settled
}

/** What the answers must not say together, or not with this suite. */
export function checkTogether(
  settled: ServerExtensions,
  { bulk, keyExchange, name }: SuiteParameters,
  config: ClientConfig,
): void {
  if (settled.maxFragmentLength !== undefined && settled.serverRecordSizeLimit !== undefined) {
    refuse('bad_extension', 'the server answers max_fragment_length and record_size_limit, which replaces it')
  }
  if (settled.encryptThenMac && bulk.type !== 'block') {
    refuse('bad_extension', `the server answers encrypt_then_mac, which means nothing for ${name} (RFC 7366 §2)`)
  }
  if (showsCertificate(keyExchange) && !config.serverCertificateTypes.includes(settled.serverCertificateType)) {
    refuse('certificate_type_not_offered', 'the server will show an X.509 certificate, and policy accepts none')
  }
}
