/** `node:tls`, so OpenSSL's TLS, held to the same suite, group and scheme, with its contexts made once. */
import { constants } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { pki } from '../../../test/support/pki.js'
import { bothReady, type ConnectedStreams, type Contestant, type Setting } from './contestant.js'

/** Without tickets: a full handshake is to end where ours does. */
export const commonSettings = ({ kind }: Setting) => ({
  minVersion: 'TLSv1.2' as const,
  maxVersion: 'TLSv1.2' as const,
  ciphers: kind === 'rsa' ? 'ECDHE-RSA-AES128-GCM-SHA256' : 'ECDHE-ECDSA-AES128-GCM-SHA256',
  ecdhCurve: 'X25519:P-256',
  sigalgs: kind === 'rsa' ? 'rsa_pss_rsae_sha256' : 'ecdsa_secp256r1_sha256',
  ca: pki.ca.certPem,
  secureOptions: constants.SSL_OP_NO_TICKET,
})

const contextFor = (setting: Setting, side: 'client' | 'server', shows: boolean): SecureContext => {
  const { chainPem, keyPem } = pki[side][setting.kind]
  return createSecureContext({ ...commonSettings(setting), ...(shows ? { cert: chainPem, key: keyPem } : {}) })
}

/** A server's end by itself: others' clients are measured against it. */
export function nodeTlsServer(setting: Setting): (transport: Duplex) => TLSSocket {
  const secureContext = contextFor(setting, 'server', true)
  const { mutual } = setting
  return (transport) =>
    new TLSSocket(transport, { isServer: true, secureContext, requestCert: mutual, rejectUnauthorized: mutual })
}

export const nodeTls = (
  where: string,
  pair: () => Promise<readonly [Duplex, Duplex]>,
): Contestant<ConnectedStreams> => ({
  name: `node:tls, ${where}`,
  prepare: (setting) => {
    const serve = nodeTlsServer(setting)
    const secureContext = contextFor(setting, 'client', setting.mutual)
    return async () => {
      const [near, far] = await pair()
      const server = serve(far)
      const client = connect({ socket: near, servername: 'localhost', secureContext })
      await bothReady(client, 'secureConnect', server, 'secure')
      const dispose = (): void => {
        if (setting.mutual && server.getPeerX509Certificate() === undefined) throw new Error('node:tls: no certificate')
        for (const stream of [client, server, near, far]) stream.destroy()
      }
      return { client, server, dispose }
    }
  },
})
