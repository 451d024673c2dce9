/** Sessions as bytes: what comes back is what went in, and bytes that nobody encoded are refused. */
import { describe, expect, test } from 'vitest'
import { MalformedError } from '../../src/bytes/reader.js'
import { Secret } from '../../src/bytes/secret.js'
import {
  decodeKeptSession,
  decodeSession,
  encodeKeptSession,
  encodeSession,
  type KeptSession,
  type Session,
  type SessionHandle,
} from '../../src/crypto/session.js'
import { sequence } from '../support/fake-provider.js'

const master = () => new Secret(Uint8Array.from({ length: 48 }, (_, i) => i))

const plain = (): Session => ({
  cipherSuite: 0xc02b,
  masterSecret: master(),
  extendedMasterSecret: true,
  serverName: undefined,
  applicationProtocol: undefined,
  maxFragmentLength: undefined,
  peer: { type: 'none' },
  pskIdentity: undefined,
  authenticatedToPeer: false,
  establishedAt: 1_700_000_000_123,
})

const peer = {
  type: 'certificate',
  certificateType: 'X509',
  certificateChain: [Uint8Array.of(1, 2, 3), Uint8Array.of(4)],
  ocspResponse: Uint8Array.of(9, 9),
  proof: 'signature',
} as const

const sessions: readonly (readonly [string, Session])[] = [
  ['nobody', plain()],
  ['a certificate and a response', { ...plain(), serverName: 'localhost', applicationProtocol: 'h2', peer }],
  [
    'a raw public key, proved by key transport',
    {
      ...{ ...plain(), extendedMasterSecret: false, authenticatedToPeer: true, establishedAt: 0 },
      peer: { ...peer, certificateType: 'RawPublicKey', ocspResponse: undefined, proof: 'key transport' },
    },
  ],
  ['a shared key without a name', { ...plain(), pskIdentity: new Uint8Array() }],
  ['a shared key', { ...plain(), pskIdentity: Uint8Array.of(7, 8) }],
  [
    'our own certificate, beside a shared key',
    {
      ...plain(),
      authenticatedToPeer: true,
      pskIdentity: Uint8Array.of(7),
      ownCertificate: new Uint8Array(32).fill(3),
    },
  ],
]

const handles: readonly SessionHandle[] = [
  { by: 'session id', sessionId: new Uint8Array(32).fill(5) },
  { by: 'ticket', ticket: Uint8Array.of(1, 2, 3, 4), lifetimeHint: 0xffff_ffff },
]

/** With the secret in the open, to compare. */
const shown = ({ masterSecret, ...rest }: Session) => ({ ...rest, secret: masterSecret.use((bytes) => bytes.slice()) })
const bytesOf = (secret: Secret): Uint8Array => secret.use((bytes) => bytes.slice())

/** The error of a decoder, if it threw one. */
function refusal(decode: () => unknown): unknown {
  try {
    decode()
    return undefined
  } catch (error) {
    return error
  }
}

describe.each(sessions)('a session with %s', (_name, session) => {
  const kept = handles.map((handle): KeptSession => ({ session, handle }))

  test('comes back as it was', () => {
    expect(shown(decodeSession(bytesOf(encodeSession(session))))).toEqual(shown(session))
    for (const one of kept) {
      const { session: back, handle } = decodeKeptSession(bytesOf(encodeKeptSession(one)))
      expect([shown(back), handle]).toEqual([shown(session), one.handle])
    }
  })

  test('is refused without its last bytes, at every length, and with one more', () => {
    const whole = bytesOf(encodeSession(session))
    for (let length = 0; length < whole.length; length++) {
      expect(refusal(() => decodeSession(whole.subarray(0, length)))).toBeInstanceOf(MalformedError)
    }
    expect(refusal(() => decodeSession(Uint8Array.of(...whole, 0)))).toBeInstanceOf(MalformedError)
    for (const one of kept) {
      const bytes = bytesOf(encodeKeptSession(one))
      for (let length = 0; length < bytes.length; length++) {
        expect(refusal(() => decodeKeptSession(bytes.subarray(0, length)))).toBeInstanceOf(MalformedError)
      }
      expect(refusal(() => decodeKeptSession(Uint8Array.of(...bytes, 0)))).toBeInstanceOf(MalformedError)
    }
  })

  test('with any byte changed is refused as malformed, or is another session that encodes to these very bytes', () => {
    const next = sequence(7)
    for (const one of kept) {
      const bytes = bytesOf(encodeKeptSession(one))
      for (let at = 0; at < bytes.length; at++) {
        const damaged = bytes.slice()
        damaged[at] = (damaged[at] ?? 0) ^ (1 + (next() % 255))
        let back: KeptSession | undefined
        const error = refusal(() => {
          back = decodeKeptSession(damaged)
        })
        if (back === undefined) expect(error).toBeInstanceOf(MalformedError)
        else expect(bytesOf(encodeKeptSession(back))).toEqual(damaged)
      }
    }
  })
})

test('a session without a time, or with a secret of another length, is not encoded', () => {
  expect(() => encodeSession({ ...plain(), establishedAt: undefined })).toThrow(RangeError)
  expect(() => encodeSession({ ...plain(), masterSecret: new Secret(new Uint8Array(47)) })).toThrow(RangeError)
})

test('a layout or flags of another version are refused, not guessed at', () => {
  const bytes = bytesOf(encodeSession(plain()))
  for (const [at, value] of [
    [0, 3],
    [0, 1],
    [3, 0x80],
  ] as const) {
    const other = bytes.slice()
    other[at] = value
    expect(refusal(() => decodeSession(other))).toBeInstanceOf(MalformedError)
  }
})
