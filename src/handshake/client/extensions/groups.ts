import { decode, encode } from '../../../codec/codec.js'
import { ECPointFormatList } from '../../../messages/extensions/ec-point-formats.js'
import { NamedGroupList } from '../../../messages/extensions/supported-groups.js'
import { ECPointFormat } from '../../../registry/ec-point-format.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import type { NamedGroupName } from '../../../registry/named-group.js'
import { refuse } from '../../fault.js'
import { curvesOf, finiteFieldsOf, groupNumbers, usesCurves, usesFiniteField } from '../../negotiation.js'
import type { ClientConfig } from '../context.js'
import { type ClientExtension, ignored } from './client-extension.js'

/** The groups that a suite on offer could use: curves come with suites of curves only (RFC 8422 §4). */
function usable({ groups, cipherSuites }: ClientConfig): readonly NamedGroupName[] {
  const curves = cipherSuites.some(({ keyExchange }) => usesCurves(keyExchange)) ? curvesOf(groups) : []
  const fields = cipherSuites.some(({ keyExchange }) => usesFiniteField(keyExchange)) ? finiteFieldsOf(groups) : []
  return groups.filter((group) => curves.includes(group) || fields.includes(group))
}

/** supported_groups: curves and finite fields in one list (RFC 8422 §5.1.1, RFC 7919 §2). */
export const supportedGroups: ClientExtension = {
  type: ExtensionType.supported_groups,
  offer: (config) => {
    const groups = usable(config)
    return groups.length === 0 ? undefined : encode(NamedGroupList, groupNumbers(groups))
  },
  accept: ignored,
}

/** ec_point_formats (RFC 8422 §5.1.2): uncompressed points, which every side must take. */
export const pointFormats: ClientExtension = {
  type: ExtensionType.ec_point_formats,
  offer: (config) =>
    curvesOf(usable(config)).length === 0 ? undefined : encode(ECPointFormatList, [ECPointFormat.uncompressed]),
  accept: (data) => {
    if (!decode(ECPointFormatList, data).includes(ECPointFormat.uncompressed)) {
      refuse('bad_extension', 'the server does not take uncompressed points, which every side must (RFC 8422 §5.1.2)')
    }
    return {}
  },
}
