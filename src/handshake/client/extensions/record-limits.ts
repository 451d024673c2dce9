import { decode, encode } from '../../../codec/codec.js'
import { MaxFragmentLength } from '../../../messages/extensions/max-fragment-length.js'
import { RecordSizeLimit } from '../../../messages/extensions/record-size-limit.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { fragmentLengthCode, fragmentLengthOf } from '../../../registry/max-fragment-length.js'
import { refuse } from '../../fault.js'
import { checkRecordSizeLimit } from '../../record-limits.js'
import type { ClientExtension } from './client-extension.js'

/** max_fragment_length (RFC 6066 §4): one of four lengths, which the server repeats or is silent about. */
export const maxFragmentLength: ClientExtension = {
  type: ExtensionType.max_fragment_length,
  offer: ({ maxFragmentLength }) =>
    maxFragmentLength === undefined ? undefined : encode(MaxFragmentLength, fragmentLengthCode(maxFragmentLength)),
  accept: (data, { maxFragmentLength }) => {
    if (fragmentLengthOf(decode(MaxFragmentLength, data)) !== maxFragmentLength) {
      refuse('bad_extension', 'the server answers max_fragment_length with another length than was asked for')
    }
    return { maxFragmentLength }
  },
}

/** record_size_limit (RFC 8449 §4): each side says what it takes. */
export const recordSizeLimit: ClientExtension = {
  type: ExtensionType.record_size_limit,
  offer: ({ recordSizeLimit }) =>
    recordSizeLimit === undefined ? undefined : encode(RecordSizeLimit, recordSizeLimit),
  accept: (data) => ({ serverRecordSizeLimit: checkRecordSizeLimit(decode(RecordSizeLimit, data), 'server') }),
}
