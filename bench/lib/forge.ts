/** node-forge, the other pure-JavaScript TLS: it speaks TLS 1.1 at most, RSA key transport and CBC. */
import { createRequire } from 'node:module'
import { pki } from '../../test/support/pki.js'

interface ForgeConnection {
  readonly tlsData: { getBytes(): string }
  handshake(): void
  process(data: string): number
}

/** As much of node-forge as is used here; it ships no types of its own. */
interface Forge {
  readonly pki: { privateKeyFromPem(pem: string): object; certificateFromPem(pem: string): object }
  readonly tls: {
    readonly CipherSuites: { readonly TLS_RSA_WITH_AES_128_CBC_SHA: object }
    createConnection(options: object): ForgeConnection
  }
}

/** One RSA handshake of node-forge with itself in memory; `undefined` where it is not installed. */
export function forgeHandshake(mutual: boolean): (() => void) | undefined {
  let forge: Forge
  try {
    forge = createRequire(import.meta.url)('node-forge') as Forge // untyped JavaScript
  } catch {
    return undefined
  }
  const side = (role: 'client' | 'server', peer: () => ForgeConnection, connected: () => void): object => ({
    server: role === 'server',
    verifyClient: mutual,
    caStore: [pki.ca.rsa.certPem],
    sessionCache: {},
    cipherSuites: [forge.tls.CipherSuites.TLS_RSA_WITH_AES_128_CBC_SHA],
    virtualHost: role === 'client' ? 'localhost' : undefined,
    verify: () => true,
    getCertificate: () => (role === 'server' || mutual ? [pki[role].rsa.certPem] : null),
    getPrivateKey: () => pki[role].rsa.keyPem,
    tlsDataReady: (own: ForgeConnection) => peer().process(own.tlsData.getBytes()),
    connected,
    dataReady: () => {},
    closed: () => {},
    error: (_own: unknown, error: { readonly message: string }) => {
      throw new Error(error.message)
    },
  })
  return () => {
    let connected = 0
    const ends: { client?: ForgeConnection; server?: ForgeConnection } = {}
    const end = (role: 'client' | 'server') => (): ForgeConnection => {
      const found = ends[role]
      if (found === undefined) throw new Error('not yet made')
      return found
    }
    const count = (): void => {
      connected++
    }
    ends.client = forge.tls.createConnection(side('client', end('server'), count))
    ends.server = forge.tls.createConnection(side('server', end('client'), count))
    ends.client.handshake()
    if (connected !== 2) throw new Error('node-forge: no handshake')
  }
}
