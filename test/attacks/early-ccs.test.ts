/**
 * Early ChangeCipherSpec (CVE-2014-0224): keys must change at one place only, after the key exchange and right before
 * Finished (RFC 5246 §7.1). OpenSSL once took one earlier and derived keys from an empty master secret.
 */
import { describe, expect, test } from 'vitest'
import type { CertificateVerdict } from '../../src/crypto/environment.js'
import type { Credential } from '../../src/crypto/key-types.js'
import { ContentType } from '../../src/registry/content-type.js'
import { credentialOf, pinTo } from '../support/endpoints.js'
import { attackClient, attackServer, expectBroken, expectDefeat, hostileClient, hostileServer } from './arena.js'
import type { Hostile } from './hostile.js'
import { insertBefore } from './script.js'

const unexpected = { fault: 'unexpected_message', alert: 'unexpected_message' } as const
const EMPTY_MASTER_SECRET = new Uint8Array(48)

/** As the attack goes: the change, then everything under keys that both sides of a flawed stack would have. */
function changeEarly(it: Hostile): void {
  it.record(ContentType.change_cipher_spec, Uint8Array.of(1))
  it.protect(EMPTY_MASTER_SECRET)
}

describe('CVE-2014-0224: ChangeCipherSpec before its time', () => {
  test.each([
    ['server_hello', 'ExpectServerHello'],
    ['certificate', 'ExpectCertificate'],
    ['server_key_exchange', 'ExpectServerKeyExchange'],
    ['certificate_request', 'ExpectCertificateRequest'],
    ['server_hello_done', 'ExpectServerHelloDone'],
    ['finished', 'ExpectServerFinished'],
  ])('CVE-2014-0224: to a client, before %s', (name, state) => {
    const peer = attackClient({ certificateRequest: {}, script: insertBefore(name, changeEarly) })
    expectDefeat(peer, { ...unexpected, state })
  })

  test.each([
    ['client_hello', 'ExpectClientHello'],
    ['certificate', 'ExpectClientCertificate'],
    ['client_key_exchange', 'ExpectClientKeyExchange'],
    ['certificate_verify', 'ExpectCertificateVerify'],
    ['finished', 'ExpectClientFinished'],
  ])('CVE-2014-0224: to a server, before %s', (name, state) => {
    const peer = attackServer({ script: insertBefore(name, changeEarly) })
    expectDefeat(peer, { ...unexpected, state })
  })

  test('CVE-2014-0224: without client authentication, before ClientKeyExchange', () => {
    const peer = attackServer({
      victim: { clientAuthentication: 'none' },
      script: insertBefore('client_key_exchange', changeEarly),
    })
    expectDefeat(peer, { ...unexpected, state: 'ExpectClientKeyExchange' })
  })

  test('CVE-2014-0224: on an established connection', () => {
    const ofServer = attackClient()
    ofServer.record(ContentType.change_cipher_spec, Uint8Array.of(1))
    expectBroken(ofServer, unexpected)
    const ofClient = attackServer()
    ofClient.record(ContentType.change_cipher_spec, Uint8Array.of(1))
    expectBroken(ofClient, unexpected)
  })
})

/** An answer that comes when the test says so. */
function later<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

describe('CVE-2014-0224: ChangeCipherSpec while the victim waits for its own side', () => {
  test('CVE-2014-0224: a client that is verifying the certificate changes to real keys, or to none', async () => {
    const verdict = later<CertificateVerdict>()
    const peer = hostileServer({ victim: { verifier: () => verdict.promise } })
    peer.start()
    for (const { name, run } of peer.script()) if (name !== 'change_cipher_spec' && name !== 'finished') run(peer)
    expect(peer.victim.state).toBe('AwaitCertificateVerification')
    changeEarly(peer)
    peer.finished()
    expect(peer.victim.state).toBe('AwaitCertificateVerification')
    const { certificateChain } = credentialOf('server', 'ecdsaP256')
    verdict.resolve(pinTo('server', 'ecdsaP256')({ peer: 'server', certificateChain }))
    await settled()
    peer.read()
    expectDefeat(peer, { fault: 'bad_record_mac', alert: 'bad_record_mac', state: 'ExpectServerFinished' })
  })

  test('CVE-2014-0224: a server that is choosing its credential', async () => {
    const credential = later<Credential | undefined>()
    const peer = hostileClient({ victim: { selectCredential: () => credential.promise } })
    peer.start()
    peer.message('client_hello', peer.clientHello())
    expect(peer.victim.state).toBe('AwaitCredential')
    changeEarly(peer)
    expect(peer.victim.state).toBe('AwaitCredential')
    credential.resolve(credentialOf('server', 'ecdsaP256'))
    await settled()
    peer.read()
    expectDefeat(peer, { ...unexpected, state: 'ExpectClientCertificate' })
  })
})
