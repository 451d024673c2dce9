import { toLatin1 } from '../bytes/convert.js'
import type { Codec } from '../codec/codec.js'
import type { CertificateKind } from '../crypto/key-types.js'
import { certificateKindOf } from '../handshake/negotiation.js'
import { ProtocolNameList } from '../messages/extensions/application-layer-protocol-negotiation.js'
import { CertificateTypeList } from '../messages/extensions/certificate-type.js'
import { type Extension, findExtension } from '../messages/extensions/extension.js'
import { MaxFragmentLength } from '../messages/extensions/max-fragment-length.js'
import { RecordSizeLimit } from '../messages/extensions/record-size-limit.js'
import { ServerNameList } from '../messages/extensions/server-name.js'
import { SignatureSchemeList } from '../messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../messages/extensions/supported-groups.js'
import { ExtensionType } from '../registry/extension-type.js'
import { type FragmentLength, fragmentLengthOf } from '../registry/max-fragment-length.js'
import { NameType } from '../registry/name-type.js'
import { NamedGroup, type NamedGroupName } from '../registry/named-group.js'
import type { SignatureScheme } from '../registry/signature-scheme.js'
import { tryRead } from './story.js'

export const allGroups = Object.keys(NamedGroup) as NamedGroupName[] // Object.keys forgets that a registry's keys are its names

/** What a hello says in its extensions, for whoever takes a configuration from it. What cannot be read is not there. */
export class HelloExtensions {
  readonly #extensions: readonly Extension[]

  constructor(hello: { readonly extensions?: readonly Extension[] } | undefined) {
    this.#extensions = hello?.extensions ?? []
  }

  has(type: number): boolean {
    return this.data(type) !== undefined
  }

  data(type: number): Uint8Array | undefined {
    return findExtension(this.#extensions, type)
  }

  get serverName(): string | undefined {
    const name = this.#read(ExtensionType.server_name, ServerNameList)?.find(
      ({ nameType }) => nameType === NameType.host_name,
    )
    return name && toLatin1(name.name)
  }

  /** Those that this library knows. */
  get groups(): readonly NamedGroupName[] | undefined {
    const numbers = this.#read(ExtensionType.supported_groups, NamedGroupList)
    return numbers?.flatMap((number) => allGroups.filter((name) => NamedGroup[name] === number))
  }

  get signatureSchemes(): readonly SignatureScheme[] | undefined {
    return this.#read(ExtensionType.signature_algorithms, SignatureSchemeList)
  }

  get applicationProtocols(): readonly string[] {
    return (this.#read(ExtensionType.application_layer_protocol_negotiation, ProtocolNameList) ?? []).map(toLatin1)
  }

  get maxFragmentLength(): FragmentLength | undefined {
    const code = this.#read(ExtensionType.max_fragment_length, MaxFragmentLength)
    return code === undefined ? undefined : fragmentLengthOf(code)
  }

  get recordSizeLimit(): number | undefined {
    return this.#read(ExtensionType.record_size_limit, RecordSizeLimit)
  }

  /** The list in a ClientHello. */
  certificateTypes(type: number): readonly CertificateKind[] {
    const listed = this.#read(type, CertificateTypeList)
    return listed === undefined ? ['X509'] : listed.flatMap((number) => certificateKindOf(number) ?? [])
  }

  #read<T>(type: number, codec: Codec<T>): T | undefined {
    const data = this.data(type)
    return data && tryRead(codec, data)
  }
}
