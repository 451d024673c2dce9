import { publicEqual } from '../../bytes/equal.js'
import { decode } from '../../codec/codec.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { ProtocolNameList } from '../../messages/extensions/application-layer-protocol-negotiation.js'
import { CertificateType, CertificateTypeList } from '../../messages/extensions/certificate-type.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import { duplicateExtension, findExtension } from '../../messages/extensions/extension.js'
import { RecordSizeLimit } from '../../messages/extensions/record-size-limit.js'
import type { ServerHello } from '../../messages/server-hello.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { nameOf } from '../../registry/registry.js'
import { notChecked, right, wrong } from './check.js'
import { type Examine, readIn } from './examined.js'

/** What is wrong with the data of an answer, in words; `undefined` where nothing is. */
type JudgeAnswer = (data: Uint8Array, offer: ClientHello) => string | undefined

const mustBeEmpty: JudgeAnswer = (data) => (data.length === 0 ? undefined : 'holds something, where it must be empty')

const certificateType =
  (type: number): JudgeAnswer =>
  (data, offer) =>
    readIn(offer, type, CertificateTypeList)?.includes(decode(CertificateType, data)) === true
      ? undefined
      : 'holds a type that was not offered'

const LEAST_RECORD_SIZE = 64

/** What an answer must hold, where the RFC of the extension says that: for TLS 1.2. */
const answers: ReadonlyMap<number, JudgeAnswer> = new Map<number, JudgeAnswer>([
  [ExtensionType.server_name, mustBeEmpty], // RFC 6066 §3
  [ExtensionType.status_request, mustBeEmpty], // RFC 6066 §8
  [ExtensionType.session_ticket, mustBeEmpty], // RFC 5077 §3.2
  [ExtensionType.encrypt_then_mac, mustBeEmpty], // RFC 7366 §2
  [ExtensionType.extended_master_secret, mustBeEmpty], // RFC 7627 §5.1
  [ExtensionType.client_certificate_type, certificateType(ExtensionType.client_certificate_type)], // RFC 7250 §4.2
  [ExtensionType.server_certificate_type, certificateType(ExtensionType.server_certificate_type)], // RFC 7250 §4.2
  // RFC 5246 §7.4.1.4.1
  [ExtensionType.signature_algorithms, () => 'is an answer that no server may give'],
  [
    ExtensionType.max_fragment_length, // RFC 6066 §4
    (data, offer) =>
      publicEqual(data, findExtension(offer.extensions, ExtensionType.max_fragment_length) ?? data)
        ? undefined
        : 'holds another length than was asked for',
  ],
  [
    ExtensionType.record_size_limit, // RFC 8449 §4
    (data) => (decode(RecordSizeLimit, data) >= LEAST_RECORD_SIZE ? undefined : `is below ${LEAST_RECORD_SIZE}`),
  ],
  [
    ExtensionType.ec_point_formats, // RFC 8422 §5.1.2
    (data) =>
      decode(ECPointFormatList, data).includes(ECPointFormat.uncompressed)
        ? undefined
        : 'is without uncompressed points, which every side must take',
  ],
  [
    ExtensionType.application_layer_protocol_negotiation, // RFC 7301 §3.1
    (data, offer) => {
      const [chosen, ...more] = decode(ProtocolNameList, data)
      const offered = readIn(offer, ExtensionType.application_layer_protocol_negotiation, ProtocolNameList)
      if (chosen === undefined || more.length > 0) return 'holds not exactly one protocol'
      return offered?.some((one) => publicEqual(one, chosen)) === true
        ? undefined
        : 'holds a protocol that was not offered'
    },
  ],
])

/** The signalling suite asks for renegotiation_info too (RFC 5746 §3.6). */
const asksFor = ({ extensions, cipherSuites }: ClientHello, type: number): boolean =>
  findExtension(extensions, type) !== undefined ||
  (type === ExtensionType.renegotiation_info && cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV))

const has = (hello: ServerHello, type: number): boolean => findExtension(hello.extensions, type) !== undefined

/** Each extension of a ServerHello answers one of the client's (RFC 5246 §7.4.1.4), with what its RFC wants of an answer. */
export const checkExtensions: Examine<'server_hello'> = ({ facts: { clientHello: client, isTls12 } }, server) => {
  if (client === undefined) return notChecked('extensions', 'the ClientHello is not in the capture')
  const duplicate = duplicateExtension(server.extensions)
  if (duplicate !== undefined) return wrong('extensions', `${nameOf(ExtensionType, duplicate, 2)} occurs twice`)
  for (const { extensionType: type, extensionData } of server.extensions ?? []) {
    const name = nameOf(ExtensionType, type, 2)
    if (!asksFor(client, type)) return wrong('extensions', `${name} was not offered`)
    const mistake = isTls12 ? answers.get(type)?.(extensionData, client) : undefined
    if (mistake !== undefined) return wrong('extensions', `${name} ${mistake}`)
  }
  // RFC 8449 §5
  if (has(server, ExtensionType.max_fragment_length) && has(server, ExtensionType.record_size_limit))
    return wrong('extensions', 'record_size_limit is in place of max_fragment_length, not beside it')
  return right('extensions', 'each answers one that the client offered')
}

/** It means something for block ciphers alone (RFC 7366 §3), and is never given up again (RFC 7366 §3.1). */
export const checkEncryptThenMac: Examine<'server_hello'> = ({ facts: { suite }, previous }, server) => {
  const agreed = has(server, ExtensionType.encrypt_then_mac)
  const isBlock = suite?.bulk.type === 'block'
  if (agreed && suite !== undefined && !isBlock)
    return wrong('encrypt_then_mac', `is answered, and means nothing for ${suite.name}`)
  if (!isBlock) return undefined
  const before = typeof previous !== 'string' && previous.encryptThenMac
  if (before && !agreed) return wrong('encrypt_then_mac', 'was in use before, and is not any more')
  return agreed
    ? right('encrypt_then_mac', 'agreed on: the MAC covers what is encrypted')
    : right('encrypt_then_mac', 'not agreed on: the MAC lies beneath the encryption')
}
