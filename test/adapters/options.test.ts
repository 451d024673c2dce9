import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { TlsFault } from '../../src/handshake/fault.js'
import { createClient, createServer, credentialFromPem } from '../../src/index.js'
import { secureClient } from '../../src/node.js'
import { KeystoreError } from '../../src/x509/index.js'
import { pki } from '../support/pki.js'

/** Options as a program without types would give them. */
const untyped = (options: unknown): never => options as never // the point of these tests is to get past the types

const faultOf = (run: () => unknown): TlsFault => {
  try {
    run()
  } catch (error) {
    if (error instanceof TlsFault) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('options that make no sense are refused at once, with what would make sense', () => {
  test.each<[object, RegExp]>([
    [
      { clientAuthentication: 'required' },
      /clientAuthentication must be "none" or "request" or "require", not "required"/,
    ],
    [{ clientAuthentication: true }, /clientAuthentication must be .*, not true/],
    [{ extendedMasterSecret: 'required' }, /extendedMasterSecret must be/],
    [{ onPeerClose: 'later' }, /onPeerClose must be/],
    [{ verfier: () => {} }, /there is no option "verfier"; there are verifier,/],
    [{ verifier: 'x' }, /verifier must be a function/],
    [{ credentials: {} }, /credentials must be an array/],
    [{ cipherSuites: [] }, /cipherSuites must not be empty/],
    [{ cipherSuites: ['TLS_RSA_WITH_NULL_MD5'] }, /cipherSuites: "TLS_RSA_WITH_NULL_MD5" is not one of TLS_ECDHE/],
    [{ groups: ['toString'] }, /groups: "toString" is not one of secp256r1/],
    [{ signatureSchemes: ['toString'] }, /signatureSchemes: "toString" is not one of/],
    [{ signatureSchemes: 'rsa' }, /signatureSchemes must be an array/],
    [{ applicationProtocols: [''] }, /applicationProtocols: "" is no protocol name/],
    [{ applicationProtocols: ['x'.repeat(256)] }, /no protocol name/],
    [{ applicationProtocols: 'h2' }, /applicationProtocols must be an array/],
  ])('server %j', (options, message) => {
    const fault = faultOf(() => createServer(untyped(options)))
    expect(fault.code).toBe('misuse')
    expect(fault.message).toMatch(message)
  })

  test.each<[object | null, RegExp]>([
    [{ secureRenegotiation: 'requried' }, /secureRenegotiation must be "require" or "tolerate"/],
    [{ otherDhGroups: 'accept' }, /otherDhGroups must be/],
    [{ requestCertificateStatus: 'yes' }, /requestCertificateStatus must be true or false/],
    [{ serverName: 5 }, /serverName 5 is not a DNS name/],
    [{ serverName: '127.0.0.1' }, /leave it out for addresses/],
    [{ serverName: 'a_b.example' }, /is not a DNS name/],
    [{ clientAuthentication: 'require' }, /there is no option "clientAuthentication"/],
    [{ recordSizeLimit: 63 }, /recordSizeLimit must be 64 to 16384/],
    [{ recordSizeLimit: 16385 }, /recordSizeLimit must be 64 to 16384/],
    [{ applicationProtocols: [''] }, /applicationProtocols: "" is no protocol name/],
    [null, /options must be an object/],
  ])('client %j', (options, message) => {
    const fault = faultOf(() => createClient(untyped(options)))
    expect(fault.code).toBe('misuse')
    expect(fault.message).toMatch(message)
  })

  test('a server without credentials, and a key that is not that of the certificate', () => {
    expect(faultOf(() => createServer()).message).toMatch(/a server needs credentials/)
    const { certPem } = pki.server.ecdsaP256
    expect(() => credentialFromPem(certPem, pki.client.ecdsaP256.keyPem)).toThrow(KeystoreError)
    expect(credentialFromPem(certPem, pki.server.ecdsaP256.keyPem).certificateChain).toHaveLength(1)
  })

  test('a transport that is no stream, and a time that is no number', () => {
    expect(faultOf(() => secureClient(untyped({}))).code).toBe('misuse')
    const transport = new Duplex({ read() {}, write() {} })
    expect(faultOf(() => secureClient(transport, untyped({ handshakeTimeout: '10' }))).code).toBe('misuse')
  })

  test('data that is no array of bytes is refused and changes nothing', () => {
    const client = createClient({ serverName: 'Bücher.example' })
    client.start()
    expect(faultOf(() => client.receive(untyped('hello'))).message).toMatch(/receive takes a Uint8Array/)
    expect(faultOf(() => client.send(untyped('abc'))).code).toBe('misuse')
    expect(client.connection.state.name).toBe('ExpectServerHello')
  })
})
