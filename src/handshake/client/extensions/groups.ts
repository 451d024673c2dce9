import { decode, encode } from '../../../codec/codec.js'
import { ECPointFormatList } from '../../../messages/extensions/ec-point-formats.js'
import { NamedGroupList } from '../../../messages/extensions/supported-groups.js'
import { ECPointFormat } from '../../../registry/ec-point-format.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { refuse } from '../../fault.js'
import { groupNumbers } from '../../negotiation.js'
import { type ClientExtension, ignored } from './client-extension.js'

/** supported_groups: curves and finite fields in one list (RFC 8422 §5.1.1, RFC 7919 §2). */
export const supportedGroups: ClientExtension = {
  type: ExtensionType.supported_groups,
  offer: ({ groups }) => (groups.length === 0 ? undefined : encode(NamedGroupList, groupNumbers(groups))),
  accept: ignored,
}

/** ec_point_formats (RFC 8422 §5.1.2): uncompressed points, which every side must take. */
export const pointFormats: ClientExtension = {
  type: ExtensionType.ec_point_formats,
  offer: ({ groups }) => (groups.length === 0 ? undefined : encode(ECPointFormatList, [ECPointFormat.uncompressed])),
  accept: (data) => {
    if (!decode(ECPointFormatList, data).includes(ECPointFormat.uncompressed)) {
      refuse('bad_extension', 'the server does not take uncompressed points, which every side must (RFC 8422 §5.1.2)')
    }
    return {}
  },
}
