import { ExtensionType } from '../../../registry/extension-type.js'
import { type ClientExtension, empty, mustBeEmpty } from './client-extension.js'

/** extended_master_secret (RFC 7627 §5.1). */
export const extendedMasterSecret: ClientExtension = {
  type: ExtensionType.extended_master_secret,
  offer: ({ extendedMasterSecret }) => (extendedMasterSecret === 'off' ? undefined : empty),
  accept: (data) => {
    mustBeEmpty(data, 'extended_master_secret')
    return { extendedMasterSecret: true }
  },
}
