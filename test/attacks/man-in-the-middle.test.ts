/** Attackers between two honest ends: downgrades by editing hellos, and the triple handshake (RFC 7627). */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { certificatePublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import type { FaultCode } from '../../src/handshake/fault.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import type { AlertName } from '../../src/registry/alert-description.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { pinnedCertificates } from '../../src/x509/index.js'
import { credentialOf, mutual, noble, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { hostileClient, hostileServer, impostorOf } from './arena.js'
import { type Victim, victimClient, victimServer } from './victim.js'

/** Carries bytes between two victims until both are silent; `edit` changes the client's first flight. */
function relay(client: Victim, server: Victim, edit: (hello: ClientHello) => ClientHello): void {
  server.endpoint.start()
  client.endpoint.start()
  const hello = decodeHandshakeBody('client_hello', client.takeTransmitted().subarray(5))
  const raw = encodeHandshake('client_hello', edit(hello))
  server.endpoint.receive(Uint8Array.of(22, 3, 1, raw.length >> 8, raw.length & 0xff, ...raw))
  for (let turn = 0; turn < 10; turn++) {
    client.endpoint.receive(server.takeTransmitted())
    server.endpoint.receive(client.takeTransmitted())
  }
}

interface Binding {
  readonly extendedMasterSecret: 'prefer' | 'off'
  readonly clientAuthentication: 'none' | 'require'
}

function pair({ extendedMasterSecret, clientAuthentication }: Binding) {
  const { client, server } = mutual('ecdsaP256')
  return {
    client: victimClient({ ...client, extendedMasterSecret }),
    server: victimServer({ ...server, extendedMasterSecret, clientAuthentication }),
  }
}

/** What notices a changed hello first: the client's signature, else its Finished, else keys that already differ. */
const bindings: readonly (readonly [Binding, FaultCode, AlertName])[] = [
  [{ extendedMasterSecret: 'off', clientAuthentication: 'none' }, 'bad_finished', 'decrypt_error'],
  [{ extendedMasterSecret: 'off', clientAuthentication: 'require' }, 'bad_signature', 'decrypt_error'],
  [{ extendedMasterSecret: 'prefer', clientAuthentication: 'none' }, 'bad_record_mac', 'bad_record_mac'],
]

const without =
  (type: number) =>
  (hello: ClientHello): ClientHello => ({
    ...hello,
    extensions: (hello.extensions ?? []).filter(({ extensionType }) => extensionType !== type),
  })

describe('downgrade by a man in the middle', () => {
  const edits: readonly (readonly [string, (hello: ClientHello) => ClientHello])[] = [
    ['the strongest suites are taken out', (hello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(-4) })],
    ['groups are taken out', without(ExtensionType.supported_groups)],
    [
      'signature algorithms are put in another order',
      (hello) => ({
        ...hello,
        extensions: (hello.extensions ?? []).map((it) =>
          it.extensionType === ExtensionType.signature_algorithms
            ? { ...it, extensionData: Uint8Array.of(0, 2, 4, 3) }
            : it,
        ),
      }),
    ],
    ['a signalling suite is put in', (hello) => ({ ...hello, cipherSuites: [...hello.cipherSuites, 0x00ff] })],
    ['the server name is taken out', without(ExtensionType.server_name)],
  ]

  test('the relay alone changes nothing', () => {
    const { client, server } = pair({ extendedMasterSecret: 'prefer', clientAuthentication: 'require' })
    relay(client, server, (hello) => hello)
    expect([client.established, server.established]).toEqual([true, true])
    expect(server.delivered).toHaveLength(1)
  })

  describe.each(bindings)('%j', (binding, code, alert) => {
    test.each(edits)('downgrade: %s', (_, edit) => {
      const { client, server } = pair(binding)
      relay(client, server, edit)
      expect(server.fault).toMatchObject({ code, alert })
      expect(client.fault).toMatchObject({ code: 'alert_received', alert })
      expect([client.established, server.established]).toEqual([false, false])
      expect([...client.delivered, ...server.delivered]).toEqual([])
    })
  })
})

describe('triple handshake', () => {
  const suite = 'TLS_RSA_WITH_AES_128_GCM_SHA256'
  const own = impostorOf('server', 'rsa')

  /**
   * A client trusts the attacker as one of its servers; the attacker is a client of the real server. With RSA key
   * transport it hands one pre-master secret and one pair of randoms on, so that both connections could have one master
   * secret.
   */
  function synchronize(extendedMasterSecret: 'prefer' | 'off'): { readonly client: string; readonly server: string } {
    const verifier = pinnedCertificates([pki.impostor.server.rsa.certificate], noble)
    const victim = {
      verifier,
      credentials: [credentialOf('client', 'rsa')],
      extendedMasterSecret,
      cipherSuites: [suite] as const,
    }
    const toServer = hostileClient({
      suite,
      kind: 'rsa',
      victim: { clientAuthentication: 'none', verifier: pinTo('client', 'rsa'), extendedMasterSecret },
      preMaster: (certificate) => {
        const encrypted = encryptFor(certificate, toClient.preMasterSecret ?? new Uint8Array())
        return { encrypted, secret: toClient.preMasterSecret ?? new Uint8Array() }
      },
    })
    const toClient = hostileServer({ suite, kind: 'rsa', credential: own, victim })
    toClient.start()
    toServer.start()
    toServer.clientRandom = toClient.clientRandom
    toServer.message('client_hello', { ...toServer.clientHello(), random: toClient.clientRandom })
    toClient.serverRandom = toServer.serverRandom
    for (const { name, run } of toClient.script())
      if (name !== 'change_cipher_spec' && name !== 'finished') run(toClient)
    toServer.clientKeyExchange()
    return { client: secretOf(toClient.victim), server: secretOf(toServer.victim) }
  }

  /** RSAES-PKCS1-v1_5 over a chosen pre-master secret. */
  function encryptFor(certificate: Uint8Array, preMaster: Uint8Array): Uint8Array {
    const key = createPublicKey({
      key: Buffer.from(certificatePublicKeyInfo(certificate)),
      format: 'der',
      type: 'spki',
    })
    return new Uint8Array(publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, preMaster))
  }

  const secretOf = ({ masterSecret }: Victim): string => toHex(masterSecret ?? new Uint8Array())

  test('triple handshake: with the extended master secret, one pre-master secret gives two master secrets', () => {
    const { client, server } = synchronize('prefer')
    expect(client).toHaveLength(96)
    expect(server).toHaveLength(96)
    expect(client).not.toBe(server)
  })

  test('triple handshake: without it both are the same, which is why policy can require it', () => {
    const { client, server } = synchronize('off')
    expect(client).toHaveLength(96)
    expect(client).toBe(server)
  })
})
