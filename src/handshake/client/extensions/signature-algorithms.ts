import { encode } from '../../../codec/codec.js'
import { SignatureSchemeList } from '../../../messages/extensions/signature-algorithms.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { refuse } from '../../fault.js'
import type { ClientExtension } from './client-extension.js'

/** signature_algorithms (RFC 5246 §7.4.1.4.1). */
export const signatureAlgorithms: ClientExtension = {
  type: ExtensionType.signature_algorithms,
  offer: ({ signatureSchemes }) => encode(SignatureSchemeList, signatureSchemes),
  accept: () => refuse('extension_not_offered', 'a server must not send signature_algorithms (RFC 5246 §7.4.1.4.1)'),
}
