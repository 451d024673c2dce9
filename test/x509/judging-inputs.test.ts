/** What callers without types get wrong is said at once, by name. */
import { describe, expect, it } from 'vitest'
import { fromAscii } from '../../src/bytes/convert.js'
import { writeDer } from '../../src/codec/der.js'
import {
  chainVerifier,
  openPkcs12,
  type RevocationFetch,
  type RevocationRequest,
  validateChain,
} from '../../src/x509/index.js'
import { NOW, provider } from './judging.js'
import { ecKey, mint, mintLeaf, mintRoot, oid, sequence } from './minting.js'

const root = mintRoot()
const leaf = mintLeaf(root)
const options = { anchors: [root.der], provider, time: () => NOW }
const chain = { certificateChain: [leaf.der] }
// what only JavaScript can pass
const nothing = null as unknown as Uint8Array

describe('a validation', () => {
  it.each([
    [
      'an invalid Date',
      () => validateChain(chain, { ...options, time: () => new Date('nonsense') }),
      /time .* valid Date/,
    ],
    ['a number', () => validateChain(chain, { ...options, time: (() => 0) as unknown as () => Date }), /time .* Date/],
    ['a Date', () => chainVerifier({ ...options, time: NOW as unknown as () => Date }), /time .* function/],
    ['null as an anchor', () => chainVerifier({ ...options, anchors: [root.der, nothing] }), /anchors .* number 2/],
    [
      'null as an intermediate',
      () => chainVerifier({ ...options, intermediates: [nothing] }),
      /intermediates .* number 1/,
    ],
    [
      'null in the chain',
      () => validateChain({ certificateChain: [nothing] }, options),
      /certificateChain .* number 1/,
    ],
  ])('says that %s is of no use', (_what, work, message) => {
    expect(work).toThrow(TypeError)
    expect(work).toThrow(message)
  })
})

it('openPkcs12 asks for a password', () => {
  const none = undefined as unknown as string
  const open = () => openPkcs12(new Uint8Array(), none, provider)
  expect(open).toThrow(TypeError)
  expect(open).toThrow(/password .* string/)
})

describe('a fetched issuer', () => {
  const middle = mint({ name: 'Middle', ca: true, issuer: root })
  const value = sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), writeDer(0x86, fromAscii('http://a.example/'))))
  const below = mintLeaf(middle, { extensions: [{ oid: '1.3.6.1.5.5.7.1.1', value }] })

  const discarded = async (answer: Uint8Array): Promise<readonly RevocationRequest[]> => {
    const seen: RevocationRequest[] = []
    const issuers: RevocationFetch = Object.assign(() => answer, {
      discard: (request: RevocationRequest) => void seen.push(request),
    })
    const { accepted } = await validateChain({ certificateChain: [below.der] }, { ...options, issuers })
    expect(accepted).toBe(seen.length === 0)
    return seen
  }

  it('is kept if it leads to an anchor, and discarded if it does not', async () => {
    const forged = mint({ name: 'Middle', ca: true, issuer: root, signer: ecKey() })
    expect(await discarded(middle.der)).toEqual([])
    for (const useless of [mintRoot('Other').der, forged.der, mintRoot('Middle').der]) {
      expect((await discarded(useless))[0]).toEqual({ kind: 'issuer', url: 'http://a.example/' })
    }
  })
})
