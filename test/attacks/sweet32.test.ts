/** Sweet32: blocks of 64 bits repeat within what one connection can carry. Keys end long before (RFC 9325 §4.4). */
import { describe, expect, it } from 'vitest'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { KeyWear } from '../../src/record/key-wear.js'
import { RecordError } from '../../src/record/record-error.js'
import { bulks } from '../record/layers.js'
import { mutual, type Played, play } from '../support/endpoints.js'

const MIB = 2 ** 20

/** Encrypts nothing, so that many megabytes take no time; what is counted is the same. */
const provider: CryptoProvider = {
  ...nodeProvider(),
  blockCipher: () => ({ encrypt: (_iv, data) => data.slice(), decrypt: (_iv, data) => data.slice() }),
}

/** Octets that arrived are counted, not kept. */
function connect(encryptThenMac: boolean): { readonly played: Played; arrived(): number } {
  const both = mutual('rsa', { client: provider, server: provider })
  const common = {
    cipherSuites: ['TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA'],
    encryptThenMac,
    renegotiation: 'freely',
  } as const
  const played = play({ ...both.client, ...common }, { ...both.server, ...common }, provider)
  const bytes = (): number =>
    played.outputs.reduce((sum, { output }) => sum + (output.type === 'application_data' ? output.data.length : 0), 0)
  return { played, arrived: bytes }
}

describe.each([true, false])('Sweet32, encrypt-then-MAC %s', (encryptThenMac) => {
  const chunk = new Uint8Array(MIB)
  const almost = ({ client }: Played): void => {
    for (let sent = 0; sent < 63; sent++) client.send(chunk)
  }

  it('ends the connection before 2^23 blocks are under one key', () => {
    const { played, arrived } = connect(encryptThenMac)
    almost(played)
    expect(played.faultOf('client')).toBeUndefined()
    played.client.send(chunk)
    expect(played.faultOf('client')?.code).toBe('keys_worn_out')
    expect(played.faultOf('server')?.message).toMatch(/internal_error/)
    expect(arrived()).toBe(63 * MIB)
  })

  it('begins again with the keys of a renegotiation', () => {
    const { played, arrived } = connect(encryptThenMac)
    almost(played)
    played.client.renegotiate()
    almost(played)
    expect(played.faultOf('client')).toBeUndefined()
    expect(arrived()).toBe(126 * MIB)
  })
})

describe('how much one key protects', () => {
  const wornOut = (name: string, records: number, bytes: number): boolean => {
    const wear = new KeyWear(bulks[name])
    wear.add(records, bytes)
    try {
      wear.require(1, 0)
      return false
    } catch (error) {
      return error instanceof RecordError && error.code === 'keys_worn_out'
    }
  }

  // 2^24.5 is 23,726,566.4, "about 24 million" (RFC 8446 §5.5)
  it.each(['AES-128-GCM', 'AES-256-GCM', 'AES-128-CCM', 'AES-256-CCM-8'])('%s: 2^24.5 records', (name) => {
    expect(wornOut(name, 23_726_565, 0)).toBe(false)
    expect(wornOut(name, 23_726_566, 0)).toBe(true)
  })

  it.each(['ChaCha20-Poly1305', 'AES-128-CBC-SHA'])('%s: as many as there are numbers', (name) => {
    expect(wornOut(name, 2 ** 48, 2 ** 53)).toBe(false)
  })
})
