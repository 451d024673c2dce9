import type { ClientConfig } from './client/context.js'
import type { HandshakeConfig } from './negotiation.js'
import type { ServerConfig } from './server/context.js'

/*
 * Configurations list everything, so that nothing is on by an oversight. These are the parts for extensions that few
 * need, all off: spread them, and name what is wanted.
 */

const quietExtensions = {
  encryptThenMac: false,
  recordSizeLimit: undefined,
  clientCertificateTypes: ['X509'],
  serverCertificateTypes: ['X509'],
} as const satisfies Partial<HandshakeConfig>

export const quietClientExtensions = {
  ...quietExtensions,
  maxFragmentLength: undefined,
  requestSignedCertificateTimestamps: false,
  grease: false,
  padClientHelloTo: undefined,
  arrangeClientHello: undefined,
} as const satisfies Partial<ClientConfig>

export const quietServerExtensions = {
  ...quietExtensions,
  acknowledgeServerName: true,
  unrecognizedName: 'ignore',
  reviewClientHello: false,
  extraExtensions: [],
} as const satisfies Partial<ServerConfig>
