/**
 * The captures of the corpus, between stacks none of which is ours: each shows what the index claims, our reader finds in it
 * what tshark found, and everything in it that the keys allow verifies.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { factsOf } from '../../vectors/captured-facts.js'
import { isSaid, unmet } from '../../vectors/claims.js'
import type { Claims, IndexEntry } from '../../vectors/index-entry.js'
import type { SeenConnection } from '../../vectors/seen.js'
import { unknownToTshark } from '../../vectors/tshark.js'
import { corpusFolder, corpusIndex, pathIn } from '../support/corpus.js'
import { privateKeyInfo } from '../vectors/recording.js'
import { checksOf, read, remarksOf } from './reading.js'
import { inOrder, seenIn, seenInClear } from './seen.js'

/** The faster one; what both say is compared elsewhere. */
const crypto = nodeProvider()

/** Why something need not be checked. Anything else that is not checked is a fault of the reader or of the capture. */
const excused =
  /made from (what only the two ends know|the key that both ends share)| signs nothing: |^announced; what it says is for/
/** The same for suites that are none of ours. */
const foreign = /^the cipher suite is not one that is read here/

/** The server's RSA key, which shows that the key log is right where it decrypts the pre-master secret. */
const rsaKeysOf = ({ keys }: IndexEntry): readonly Uint8Array[] =>
  keys?.server === 'pki/server/rsa.key.pem' ? [privateKeyInfo(keys.server)] : []

function expectSound(story: ConnectionStory, { suite, faults = [], answers = [] }: Claims): void {
  expect(story.tcp.missing).toBe(0)
  expect(story.leftOut).toBe(0)
  const wrong = checksOf(story).filter(({ verdict }) => verdict === 'wrong')
  // where a record does not open there is nothing to check
  const inChecks: readonly string[] = faults.filter((fault) => fault !== 'record')
  expect(
    wrong.map(({ what }) => what),
    wrong.map(({ detail }) => detail).join(),
  ).toEqual(inChecks)
  for (const { verdict, what, detail } of checksOf(story))
    if (verdict === 'not checked') expect(detail, what).toMatch(suite in CipherSuite ? excused : foreign)
  for (const item of story.entries) {
    if (item.type !== 'message' || item.checks.some(({ what, verdict }) => what === 'form' && verdict === 'wrong'))
      continue
    // a raw public key has a form of its own, which the reader knows
    if (item.name === 'certificate' && answers.includes('server_certificate_type')) continue
    const message = decodeHandshakeBody(item.name, item.raw)
    expect(toHex(encodeHandshake(item.name, message as never))).toBe(toHex(item.raw)) // a name with its own message
  }
}

/** What must have come out right: as many as there are messages that carry it. */
function expectVerified(story: ConnectionStory, seen: SeenConnection, { faults = [], refusedWith }: Claims): void {
  const messages = story.entries.filter((entry) => entry.type === 'message')
  const count = (name: string): number => messages.filter((entry) => entry.name === name).length
  const rights = (what: string): number =>
    checksOf(story).filter((check) => check.what === what && check.verdict === 'right').length
  const signed = seen.messages.filter(({ scheme }) => scheme !== undefined)
  expect(rights('Finished')).toBe(count('finished'))
  expect(rights('signature')).toBe(signed.length - (faults.includes('signature') ? 1 : 0))
  expect(rights('choices')).toBe(count('server_hello'))
  expect(remarksOf(story)).toEqual(
    faults.includes('record') ? [expect.stringMatching(/failed its integrity check/)] : [],
  )
  // of a handshake that was refused the keys may have been written down by neither end
  if (refusedWith === undefined) expect(story.entries.filter(({ type }) => type === 'unreadable')).toEqual([])
}

describe('the corpus', () => {
  it('is what the index says, and small', () => {
    const files = readdirSync(corpusFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.pcapng'),
    )
    expect(files.sort()).toEqual(corpusIndex.map(({ file }) => file).sort())
    const size = files.reduce((sum, file) => sum + statSync(pathIn(file)).size, 0)
    expect(size).toBeLessThan(4_000_000)
  })

  it.each(corpusIndex.map((entry) => [entry.file, entry] as const))('%s', (file, entry) => {
    const { claims, said, connections, secrets } = entry
    const result = read(readFileSync(pathIn(file)), { crypto, rsaKeys: rsaKeysOf(entry) })
    const seen = seenIn(result)
    const comparable = unknownToTshark.has(claims.suite) ? seenInClear(result) : seen
    expect(comparable.map(factsOf)).toEqual(connections)
    expect(unmet(claims, seen.map(factsOf))).toEqual([])
    const isOurs = claims.suite in CipherSuite
    for (const [at, story] of inOrder(result.stories).entries()) {
      expectSound(story, claims)
      const [one] = seen.slice(at)
      if (isOurs && secrets !== 'none' && one !== undefined) expectVerified(story, one, claims)
    }
    for (const from of ['client', 'server'] as const) {
      const expected = said?.[from]
      const heard = seen.map(({ data }) => data[from]).join('')
      if (expected !== undefined)
        expect(isSaid(expected, heard), Buffer.from(heard, 'hex').toString('latin1')).toBe(true)
    }
  })
})
