import { publicEqual } from '../bytes/equal.js'
import type { Environment } from '../crypto/environment.js'
import type { PreSharedKey } from '../crypto/pre-shared-key.js'

/** A client uses its first key, whatever the hint (RFC 4279 §5.2); a server the one that the client names. */
export const selectPskFrom =
  (keys: readonly PreSharedKey[]): Environment['selectPsk'] =>
  (request) =>
    request.role === 'client' ? keys[0] : keys.find(({ identity }) => publicEqual(identity, request.identity))
