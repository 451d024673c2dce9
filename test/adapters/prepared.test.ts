/** Options that are looked at once, for many connections. */
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import {
  type CertificateVerifier,
  type CipherSuiteName,
  createClient,
  prepareClient,
  prepareServer,
} from '../../src/index.js'
import { prepareServer as prepareStreamServer, secureClient } from '../../src/node.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { pinnedCertificates } from '../../src/x509/index.js'
import { pki } from '../support/pki.js'
import { memoryPair } from './support.js'

const provider = nodeProvider()
const { certificate, certificateChain, privateKeyInfo } = pki.server.ecdsaP256
const credential = { certificateChain, key: provider.importPrivateKey(privateKeyInfo) }
const verifier = pinnedCertificates([certificate], provider)

/** What both sides are prepared with, to be changed afterwards. */
const changeable = () => ({
  provider,
  verifier: verifier as CertificateVerifier,
  cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] as CipherSuiteName[],
  applicationProtocols: ['one'],
  extendedMasterSecret: 'require' as 'require' | 'off',
})

describe('prepared options', () => {
  test('make one connection after another', () => {
    const newServer = prepareServer({ provider, credentials: [credential] })
    const newClient = prepareClient({ provider, serverName: 'localhost', verifier })
    for (let count = 0; count < 3; count++) {
      const [client, server] = [newClient(), newServer()]
      joinInMemory(client, server)
      expect([client.connection.state.name, server.connection.state.name]).toEqual(['Connected', 'Connected'])
    }
  })

  test('are those of the time when they were prepared: later changes have no effect', () => {
    const ours = { ...changeable(), credentials: [credential], clientAuthentication: 'none' as 'none' | 'require' }
    const theirs = { ...changeable(), serverName: 'localhost' }
    const [newServer, newClient] = [prepareServer(ours), prepareClient(theirs)]
    for (const options of [ours, theirs]) {
      options.cipherSuites = ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256']
      options.applicationProtocols[0] = 'two'
      options.extendedMasterSecret = 'off'
      options.verifier = () => ({ accepted: false, reason: 'denied', message: 'changed' })
    }
    ours.credentials.length = 0
    ours.clientAuthentication = 'require'
    const [client, server] = [newClient(), newServer()]
    joinInMemory(client, server)
    expect(client.connection.summary?.negotiated).toMatchObject({
      suite: { name: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384' },
      applicationProtocol: 'one',
      extendedMasterSecret: true,
    })
    expect(server.connection.summary?.peer.kind).toBe('none')
  })

  test('are refused when they are prepared, not by the first connection', () => {
    expect(() => prepareServer({ provider })).toThrow('a server needs credentials')
    expect(() => prepareClient({ provider, serverName: '127.0.0.1' })).toThrow('is not a DNS name')
  })

  test('share no record layer, which has the keys of one connection', () => {
    const recordLayer = standardRecordLayer({ crypto: provider, role: 'client' })
    const newClient = prepareClient({ provider, serverName: 'localhost', recordLayer })
    newClient()
    expect(newClient).toThrow('a recordLayer serves one connection')
    expect(() => createClient({ provider, recordLayer })).not.toThrow()
  })

  test('serve Node streams', async () => {
    const secure = prepareStreamServer({ provider, credentials: [credential] })
    for (const text of ['first', 'second']) {
      const { left: near, right: far } = memoryPair()
      const tls = secure(far)
      tls.pipe(tls)
      const client = secureClient(near, { provider, serverName: 'localhost', verifier })
      client.end(text)
      const [answer] = await once(client, 'data')
      expect(String(answer)).toBe(text)
      client.destroy()
      tls.destroy()
    }
  })
})
