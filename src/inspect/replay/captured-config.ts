import { recognizeGroup } from '../../crypto/finite-field-groups.js'
import { allSuites } from '../../crypto/suite-parameters.js'
import type { ClientConfig } from '../../handshake/client/context.js'
import { isOurs } from '../../handshake/client/extensions/index.js'
import { DEFAULT_PEER_SCHEMES, type HandshakeConfig } from '../../handshake/negotiation.js'
import type { ServerConfig } from '../../handshake/server/context.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { type Extension, findExtension } from '../../messages/extensions/extension.js'
import { AlertDescription } from '../../registry/alert-description.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { NamedGroup, type NamedGroupName } from '../../registry/named-group.js'
import { allGroups, HelloExtensions } from '../hello-extensions.js'
import type { CapturedMessages } from './captured-messages.js'

/*
 * What an end must have been configured with to say what it said, as far as the options of this library go: what it chose
 * comes first, and nothing stands in the way of what it accepted.
 */

const permissive = {
  renegotiation: 'freely',
  renegotiatedCertificate: 'any',
  onPeerClose: 'close',
} as const satisfies Partial<HandshakeConfig>

/** The ClientHello in the captured arrangement: order, suites and foreign extensions are the captured ones. */
export const arrangedAs =
  (captured: ClientHello) =>
  (built: ClientHello): ClientHello => {
    const data = ({ extensionType, extensionData }: Extension): Uint8Array | undefined =>
      isOurs(extensionType) ? findExtension(built.extensions, extensionType) : extensionData
    const extensions = captured.extensions?.flatMap((extension) => {
      const extensionData = data(extension)
      return extensionData === undefined ? [] : [{ extensionType: extension.extensionType, extensionData }]
    })
    const { clientVersion, random, sessionId } = built
    const { extensions: _, ...rest } = captured
    return { ...rest, clientVersion, random, sessionId, ...(extensions === undefined ? {} : { extensions }) }
  }

export function clientConfig({ clientHello, certificateVerify }: CapturedMessages): ClientConfig {
  const offered = new HelloExtensions(clientHello)
  const signatureSchemes = offered.signatureSchemes ?? DEFAULT_PEER_SCHEMES
  return {
    ...permissive,
    // Which of them are offered is for the arrangement to say; some extensions go with suites that are not.
    cipherSuites: allSuites,
    groups: offered.groups ?? allGroups,
    signatureSchemes,
    signingSchemes: certificateVerify === undefined ? signatureSchemes : [certificateVerify.algorithm],
    applicationProtocols: offered.applicationProtocols,
    extendedMasterSecret: offered.has(ExtensionType.extended_master_secret) ? 'prefer' : 'off',
    encryptThenMac: offered.has(ExtensionType.encrypt_then_mac),
    recordSizeLimit: offered.recordSizeLimit,
    maxFragmentLength: offered.maxFragmentLength,
    clientCertificateTypes: offered.certificateTypes(ExtensionType.client_certificate_type),
    serverCertificateTypes: offered.certificateTypes(ExtensionType.server_certificate_type),
    sessions: {
      ids: true,
      tickets: offered.has(ExtensionType.session_ticket),
      withoutExtendedMasterSecret: 'resume',
    },
    serverName: offered.serverName,
    requestCertificateStatus: offered.has(ExtensionType.status_request),
    requestSignedCertificateTimestamps: offered.has(ExtensionType.signed_certificate_timestamp),
    grease: false,
    padClientHelloTo: undefined,
    arrangeClientHello: arrangedAs(clientHello),
    secureRenegotiation: 'tolerate',
    strayHelloRequest: 'ignore',
    fallback: false,
    otherDhGroups: 'prove',
  }
}

/** The group of ServerKeyExchange, where it has a name here. */
function chosenGroup({ serverKeyExchange }: CapturedMessages): NamedGroupName | undefined {
  const share = serverKeyExchange?.share
  if (share?.kind === 'ecdh') return allGroups.find((name) => NamedGroup[name] === share.params.namedCurve)
  const recognized = share && recognizeGroup(share.params.dhP, share.params.dhG)
  return allGroups.find((name) => name === recognized)
}

/** A server's suites. One that found none in common evidently had none of those that were offered. */
function serverSuites({ suite, clientHello, refusal }: CapturedMessages): HandshakeConfig['cipherSuites'] {
  if (suite !== undefined) return [suite]
  return refusal?.alert === AlertDescription.handshake_failure
    ? allSuites.filter(({ cipherSuite }) => !clientHello.cipherSuites.includes(cipherSuite))
    : allSuites
}

/** No client names it: what a server speaks that has no protocol in common (RFC 7301 §3.2). */
const FOREIGN_PROTOCOL = 'none of the offered'

function serverProtocols({ serverHello, refusal }: CapturedMessages): readonly string[] {
  return refusal?.alert === AlertDescription.no_application_protocol
    ? [FOREIGN_PROTOCOL]
    : new HelloExtensions(serverHello).applicationProtocols
}

/** Only a server that insists ends a handshake for a certificate that is not there. */
function clientAuthentication(captured: CapturedMessages): ServerConfig['clientAuthentication'] {
  const { certificateRequest, certificates, refusal } = captured
  if (certificateRequest === undefined) return 'none'
  return refusal?.by === 'server' && certificates.client?.length === 0 ? 'require' : 'request'
}

export function serverConfig(captured: CapturedMessages): ServerConfig {
  const { clientHello, serverHello, serverKeyExchange, certificateRequest, certificateTypes, refusal } = captured
  const offered = new HelloExtensions(clientHello)
  const answered = new HelloExtensions(serverHello)
  const group = chosenGroup(captured)
  const scheme = serverKeyExchange?.signed?.signature.algorithm
  const accepted = offered.signatureSchemes ?? DEFAULT_PEER_SCHEMES
  return {
    ...permissive,
    cipherSuites: serverSuites(captured),
    groups: group === undefined ? allGroups : [group, ...allGroups.filter((name) => name !== group)],
    signatureSchemes: certificateRequest?.supportedSignatureAlgorithms ?? accepted,
    signingSchemes: scheme === undefined ? accepted : [scheme],
    applicationProtocols: serverProtocols(captured),
    extendedMasterSecret: answered.has(ExtensionType.extended_master_secret) ? 'prefer' : 'off',
    encryptThenMac: answered.has(ExtensionType.encrypt_then_mac),
    recordSizeLimit: answered.recordSizeLimit,
    clientCertificateTypes: [certificateTypes.client],
    serverCertificateTypes: [certificateTypes.server],
    sessions: {
      // A server that keeps no session says so by an empty id (RFC 5246 §7.4.1.3).
      ids: (serverHello?.sessionId.length ?? 0) > 0,
      tickets: captured.isResumed || answered.has(ExtensionType.session_ticket),
      withoutExtendedMasterSecret: 'resume',
    },
    clientAuthentication: clientAuthentication(captured),
    certificateAuthorities: certificateRequest?.certificateAuthorities ?? [],
    reviewClientHello: false,
    acknowledgeServerName: answered.has(ExtensionType.server_name),
    unrecognizedName: refusal?.alert === AlertDescription.unrecognized_name ? 'refuse' : 'ignore',
    extraExtensions: (serverHello?.extensions ?? []).filter(({ extensionType }) => !isOurs(extensionType)),
    pskIdentityHint: serverKeyExchange?.hint,
    unknownPskIdentity: 'alert',
  }
}
