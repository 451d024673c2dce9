/**
 * Policies that a program without types misspelt, at the levels that take a configuration as it is: the machine must read
 * what it does not know as the strict choice, never as none.
 */
import { describe, expect, test } from 'vitest'
import {
  constantTimeFirst,
  defaultCipherSuites,
  defaultGroups,
  defaultSignatureSchemes,
} from '../../src/adapters/defaults.js'
import { Endpoint } from '../../src/adapters/endpoint.js'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { clientConnection, serverConnection } from '../../src/connection/create.js'
import { providerEnvironment } from '../../src/connection/environment.js'
import type { ClientConfig } from '../../src/handshake/client/context.js'
import { quietClientExtensions, quietServerExtensions } from '../../src/handshake/quiet-extensions.js'
import type { ServerConfig } from '../../src/handshake/server/context.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'

const common = {
  cipherSuites: constantTimeFirst(defaultCipherSuites),
  groups: defaultGroups,
  signatureSchemes: defaultSignatureSchemes,
  applicationProtocols: [],
  extendedMasterSecret: 'prefer',
  sessions: { ids: false, tickets: false, withoutExtendedMasterSecret: 'refuse' },
  onPeerClose: 'close',
  renegotiation: 'refuse',
  renegotiatedCertificate: 'same',
} as const

const clientConfig: ClientConfig = {
  ...common,
  ...quietClientExtensions,
  serverName: 'localhost',
  requestCertificateStatus: false,
  secureRenegotiation: 'require',
  strayHelloRequest: 'ignore',
  fallback: false,
  otherDhGroups: 'refuse',
}

const serverConfig: ServerConfig = {
  ...common,
  ...quietServerExtensions,
  clientAuthentication: 'none',
  certificateAuthorities: [],
  pskIdentityHint: undefined,
  unknownPskIdentity: 'hide',
}

interface Ends {
  readonly client?: object
  readonly server?: object
}

/** A client without a certificate and a server, each with these parts of its configuration in place of the usual ones. */
function meet({ client = {}, server = {} }: Ends) {
  const clientEnd = new Endpoint(
    clientConnection({ ...clientConfig, ...client }, { crypto: noble }),
    providerEnvironment(noble, { verifyCertificate: pinTo('server', 'ecdsaP256'), selectCredential: () => undefined }),
  )
  const serverEnd = new Endpoint(
    serverConnection({ ...serverConfig, ...server }, { crypto: noble }),
    providerEnvironment(noble, {
      verifyCertificate: pinTo('client', 'ecdsaP256'),
      selectCredential: () => credentialOf('server', 'ecdsaP256'),
    }),
  )
  const faults: string[] = []
  let established = 0
  joinInMemory(clientEnd, serverEnd, (side, output) => {
    if (output.type === 'failed' && output.fault.code !== 'alert_received') faults.push(`${side} ${output.fault.code}`)
    if (output.type === 'established') established++
  })
  return { client: clientEnd, server: serverEnd, faults, established: () => established }
}

describe('a policy that is misspelt', () => {
  test('the usual configuration connects', () => {
    expect(meet({})).toMatchObject({ faults: [] })
    expect(meet({ server: { clientAuthentication: 'request' } })).toMatchObject({ faults: [] })
  })

  test.each(['required', 'Require', true, null, undefined])(
    'an anonymous client, where clientAuthentication is %j',
    (clientAuthentication) => {
      expect(meet({ server: { clientAuthentication } }).faults).toEqual(['server client_certificate_missing'])
    },
  )

  test.each(['client', 'server'] as const)('a peer of the %s without extended master secret', (side) => {
    const policy = { extendedMasterSecret: 'required' }
    const without = { extendedMasterSecret: 'off' }
    const ends: Ends = side === 'client' ? { client: policy, server: without } : { client: without, server: policy }
    expect(meet(ends).faults).toEqual([`${side} extended_master_secret_missing`])
  })

  test.each(['never', false, undefined])('a client that renegotiates, where renegotiation is %j', (renegotiation) => {
    const { client, server, established } = meet({ server: { renegotiation } })
    client.renegotiate()
    expect([established(), server.connection.state.name]).toEqual([2, 'Connected'])
  })

  test('an anonymous client in a renegotiation by which the server wishes it to authenticate itself', () => {
    const { server, faults } = meet({ client: { renegotiation: 'freely' } })
    server.renegotiate({ clientAuthentication: 'required' as 'require' }) // as a program without types would have it
    expect(faults).toEqual(['server client_certificate_missing'])
  })
})
