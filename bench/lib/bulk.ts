/** Application data in records of full size, through both ends of a connection. */
import { Secret } from '../../src/bytes/secret.js'
import { type AeadName, aeadLengths } from '../../src/crypto/record-ciphers.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { handshake, partyFor, type Scenario } from './handshakes.js'

export const RECORD = 16_384

/** One record sealed by the client and opened by the server, then one the other way. */
export function connectionBothWays(scenario: Scenario): () => void {
  const [client, server] = handshake(scenario, partyFor(nobleProvider(), scenario))
  const data = new Uint8Array(RECORD).fill(0x61)
  return () => {
    client.send(data)
    server.send(data)
  }
}

/** The same with the cipher alone. */
export function cipherBothWays(name: AeadName): () => void {
  const aead = nobleProvider().aead(name, new Secret(new Uint8Array(aeadLengths[name].key).fill(7)))
  const [nonce, additionalData, data] = [new Uint8Array(12), new Uint8Array(13), new Uint8Array(RECORD).fill(0x61)]
  return () => {
    for (let way = 0; way < 2; way++) {
      if (aead.open(nonce, additionalData, aead.seal(nonce, additionalData, data)) === undefined) throw new Error(name)
    }
  }
}
