import { ExtensionType } from '../../../registry/extension-type.js'
import { type ClientExtension, empty, mustBeEmpty } from './client-extension.js'

/** encrypt_then_mac (RFC 7366 §2), which means something for block ciphers only, and is offered beside them only. */
export const encryptThenMac: ClientExtension = {
  type: ExtensionType.encrypt_then_mac,
  offer: ({ encryptThenMac, cipherSuites }) =>
    encryptThenMac && cipherSuites.some(({ bulk }) => bulk.type === 'block') ? empty : undefined,
  accept: (data) => {
    mustBeEmpty(data, 'encrypt_then_mac')
    return { encryptThenMac: true }
  },
}
