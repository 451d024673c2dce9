/**
 * Raccoon: TLS 1.2 drops the leading zeros of a finite-field secret (RFC 5246 §8.1.2), and the time of the hash behind it
 * tells how long the rest is. The attack needs a server that keeps its key share, and asks it about one secret often.
 */
import { createDiffieHellman } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { toBigInt, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import type { ObservedStep } from '../../src/connection/role.js'
import { finiteFieldGroup } from '../../src/crypto/finite-field-groups.js'
import type { KeyShare } from '../../src/crypto/provider.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { mutual, noble, play } from '../support/endpoints.js'

const { p, g } = finiteFieldGroup('ffdhe2048')

const providers = { noble, node: nodeProvider() }

const optionsOf = (provider: typeof noble) => {
  const { client, server } = mutual('rsa', { client: provider, server: provider })
  const common = { cipherSuites: ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'], groups: ['ffdhe2048'] } as const
  return { client: { ...client, ...common }, server: { ...server, ...common } }
}

/** The server's public value, as the client's machine has read it. */
const shareIn = ({ after }: ObservedStep): Uint8Array | undefined =>
  after.name === 'AwaitKeyShare' && 'serverShare' in after ? after.serverShare.serverPublicKey : undefined

/** A client's key share whose secret with the server's begins with a zero byte: one in 256 does. By OpenSSL. */
function shareWithLeadingZero(serverPublicKey: Uint8Array): KeyShare {
  for (let attempt = 0; attempt < 20_000; attempt++) {
    const key = createDiffieHellman(Buffer.from(p), Buffer.from(g))
    key.generateKeys()
    const secret = key.computeSecret(serverPublicKey)
    const padded = Buffer.concat([Buffer.alloc(p.length - secret.length), secret])
    if (padded[0] !== 0) continue
    const start = padded.findIndex((byte) => byte !== 0)
    return {
      publicKey: new Uint8Array(key.getPublicKey()),
      agree: () => new Secret(new Uint8Array(padded.subarray(start))),
    }
  }
  throw new Error('no such share')
}

describe.each(Object.entries(providers))('Raccoon, with the %s provider', (_name, provider) => {
  test('Raccoon: a server makes a key share for each handshake, and uses none twice', () => {
    const shares = new Set<string>()
    for (let handshake = 0; handshake < 3; handshake++) {
      const { client, server } = optionsOf(provider)
      const observe = (step: ObservedStep): void => {
        const share = shareIn(step)
        if (share !== undefined) shares.add(toHex(share))
      }
      const played = play({ ...client, observe }, server, provider)
      expect(played.server.connection.state.name).toBe('Connected')
    }
    expect(shares.size).toBe(3)
  })

  test('Raccoon: a secret that begins with zeros is shortened as the RFC says, and agrees', () => {
    const { client, server } = optionsOf(provider)
    let serverPublicKey = new Uint8Array()
    const played = play(
      {
        ...client,
        observe: (step) => {
          serverPublicKey = new Uint8Array(shareIn(step) ?? serverPublicKey)
        },
        environment: {
          generateKeyShare: () => shareWithLeadingZero(serverPublicKey),
        },
      },
      server,
      provider,
    )
    expect(toBigInt(serverPublicKey) > 1n).toBe(true)
    expect(played.faultOf('server')).toBeUndefined()
    expect(played.server.connection.state.name).toBe('Connected')
  })
})
