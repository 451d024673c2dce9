/** OCSP responses that OpenSSL made: stapled and given, right and wrong. */
import { describe, expect, it } from 'vitest'
import { CertificateError } from '../../../src/x509/certificate.js'
import type { RevocationOptions } from '../../../src/x509/index.js'
import { parseOcspResponse } from '../../../src/x509/revocation/ocsp-response.js'
import { child, parts, readTree, writeTree } from '../../support/der-editor.js'
import { chainOf, crlOf, judge, lists, ocspOf, summary } from './vectors.js'

/** The root's list speaks for the issuing authority, so that the end entity alone is in question. */
const hard: RevocationOptions = { mode: 'hard-fail', crls: [crlOf('root')] }

const stapled = (response: string, name = 'server', options: RevocationOptions = hard): string =>
  summary(judge({ certificateChain: chainOf(name), ocspResponse: ocspOf(response) }, options))

const given = (response: string, name = 'server', options: RevocationOptions = hard): string =>
  summary(judge({ certificateChain: chainOf(name) }, { ...options, ocspResponses: [ocspOf(response)] }))

const GOOD = 'accepted, checked chain,validity,revocation'

describe('an OCSP response is believed', () => {
  it.each([
    ['by a delegate, named', 'good'],
    ['by the issuer itself', 'good-by-issuer'],
    ['by a delegate, with the hash of its key', 'good-by-key'],
    ['with SHA-256 in its CertID', 'good-sha256'],
  ])('%s', (_what, response) => {
    expect(stapled(response)).toBe(GOOD)
    expect(given(response)).toBe(GOOD)
  })

  it('by a delegate without no-check, where nothing names a place to ask about it', () => {
    expect(stapled('good-by-checked')).toBe(GOOD)
    expect(stapled('good-by-checked', 'server', { mode: 'hard-fail', crls: lists })).toBe(GOOD)
  })

  it('without nextUpdate, for a while', () => {
    expect(stapled('good-without-end', 'server', { ...hard, maximumAge: Number.MAX_SAFE_INTEGER })).toBe(GOOD)
  })

  it('about an authority too', () => {
    const outcome = judge(
      { certificateChain: chainOf('server'), ocspResponse: ocspOf('good') },
      { mode: 'hard-fail', ocspResponses: [ocspOf('good-issuing')] },
    )
    expect(summary(outcome)).toBe(GOOD)
  })
})

const wrong: readonly (readonly [what: string, response: string, why: RegExp])[] = [
  ['about another certificate', 'revoked', /about another certificate/],
  ['about another certificate, stapled for a promise', 'good-stapled', /about another certificate/],
  ['with a wrong signature', 'bad-signature', /not signed by the key of its responder/],
  ['signed by a server', 'by-server', /CN=tls12 test server, which may not sign OCSP responses/],
  ['signed by the authority above', 'by-stranger', /CN=tls12 test root, which the issuer has not certified/],
  [
    'without the certificate of its signer',
    'good-without-certificates',
    /signed by nobody whose certificate is at hand/,
  ],
  ['from a responder that does not know the certificate', 'unknown', /does not know the certificate/],
]

describe('an OCSP response is not believed', () => {
  it.each(wrong)('%s', (_what, response, why) => {
    const asStaple = stapled(response)
    expect(asStaple).toMatch(/^bad_status_response: /)
    expect(asStaple).toMatch(why)
    expect(stapled(response, 'server', { mode: 'soft-fail' })).toMatch(/^bad_status_response: /)
    const asGiven = given(response)
    expect(asGiven).toMatch(/^revocation_unknown: /)
    expect(asGiven).toMatch(why)
    expect(given(response, 'server', { mode: 'soft-fail' })).toBe('accepted, checked chain,validity')
  })

  it('from a delegate that is revoked', () => {
    const options: RevocationOptions = { mode: 'hard-fail', crls: lists }
    expect(stapled('good-by-revoked-responder', 'server', options)).toMatch(
      /^bad_status_response: .*CN=tls12 test revoked-responder, which is revoked/,
    )
  })

  it('too old, without nextUpdate', () => {
    const time = (): Date => new Date(Date.now() + 30 * 86_400_000)
    const chain = { certificateChain: chainOf('server'), ocspResponse: ocspOf('good-without-end') }
    expect(summary(judge(chain, hard, { time }))).toMatch(/^bad_status_response: .*has no nextUpdate and is too old/)
    expect(summary(judge({ ...chain, ocspResponse: ocspOf('good') }, hard, { time }))).toBe(GOOD)
  })

  it('from the future', () => {
    const time = (): Date => new Date('2026-06-01')
    const chain = { certificateChain: chainOf('server'), ocspResponse: ocspOf('good') }
    expect(summary(judge(chain, hard, { time }))).toMatch(/^bad_status_response: .*is from the future: thisUpdate/)
  })

  it.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('that is an error: %d is %s', (code, name) => {
    const ocspResponse = Uint8Array.of(0x30, 3, 0x0a, 1, code)
    const outcome = judge({ certificateChain: chainOf('server'), ocspResponse }, hard)
    expect(summary(outcome)).toMatch(new RegExp(`^bad_status_response: .*answers ${name}`))
  })

  it('that is no OCSP response', () => {
    const outcome = judge({ certificateChain: chainOf('server'), ocspResponse: Uint8Array.of(0x30, 0) }, hard)
    expect(summary(outcome)).toMatch(/^bad_status_response: .*cannot be read/)
  })
})

describe('revocation', () => {
  it('is told by a staple and by a given response, under both modes', () => {
    for (const mode of ['hard-fail', 'soft-fail'] as const) {
      const options: RevocationOptions = { mode, crls: [crlOf('root')] }
      expect(stapled('revoked', 'revoked', options)).toMatch(
        /^revoked: .*CN=tls12 test revoked was revoked 20.*\(keyCompromise\), says the OCSP response of CN=tls12 test responder/,
      )
      expect(given('revoked', 'revoked', options)).toMatch(/^revoked: /)
    }
  })

  it('in a CRL at hand outweighs a staple that says good', () => {
    const options: RevocationOptions = { mode: 'soft-fail', crls: [crlOf('issuing-revoked')] }
    expect(stapled('good', 'server', options)).toMatch(/^revoked: .*CN=tls12 test issuing was revoked/)
  })

  it('in a given response outweighs a CRL that does not list the certificate yet', () => {
    const options: RevocationOptions = { mode: 'hard-fail', crls: [crlOf('root'), crlOf('nobody-revoked')] }
    expect(given('revoked', 'revoked', options)).toMatch(/^revoked: /)
    expect(summary(judge({ certificateChain: chainOf('revoked') }, options))).toBe(GOOD)
  })
})

describe('must-staple', () => {
  const promised = { certificateChain: chainOf('stapled') }
  const options: RevocationOptions = { mode: 'soft-fail', crls: lists }

  it('a staple that was asked for and promised must be there', () => {
    const outcome = summary(judge({ ...promised, statusRequested: true }, options))
    expect(outcome).toMatch(/^bad_status_response: .*promises a stapled OCSP response.*RFC 7633/)
  })

  it('the staple keeps the promise', () => {
    const chain = { ...promised, statusRequested: true, ocspResponse: ocspOf('good-stapled') }
    expect(summary(judge(chain, options))).toBe(GOOD)
  })

  it('who was not asked owes none, nor who promised nothing, nor where nothing is checked', () => {
    expect(summary(judge(promised, options))).toBe(GOOD)
    expect(summary(judge({ certificateChain: chainOf('server'), statusRequested: true }, options))).toBe(GOOD)
    expect(summary(judge({ ...promised, statusRequested: true }, { mode: 'off' }))).toBe(
      'accepted, checked chain,validity',
    )
  })
})

/** BasicOCSPResponse in OCSPResponse, opened so that parts of it can be changed. */
function edited(change: (data: ReturnType<typeof readTree>, basic: ReturnType<typeof readTree>) => void): Uint8Array {
  const root = readTree(ocspOf('good'))
  const holder = child(child(child(root, 1), 0), 1)
  const basic = readTree(holder.bytes ?? new Uint8Array())
  change(child(basic, 0), basic)
  holder.bytes = writeTree(basic)
  return writeTree(root)
}

const faultOf = (bytes: Uint8Array): string => {
  try {
    parseOcspResponse(bytes)
    return 'none'
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    return error.fault
  }
}

describe('a malformed OCSP response is refused for', () => {
  const single = (data: ReturnType<typeof readTree>) => child(child(data, 2), 0)
  it.each([
    ['nothing', 'none', () => edited(() => undefined)],
    ['an unknown responder', 'wrong_tag', () => edited((data) => (child(data, 0).tag = 0xa3))],
    ['UTCTime', 'wrong_tag', () => edited((data) => (child(data, 1).tag = 0x17))],
    ['a status that is none of three', 'wrong_tag', () => edited((data) => (child(single(data), 1).tag = 0x83))],
    ['a good that says more', 'wrong_tag', () => edited((data) => (child(single(data), 1).bytes = Uint8Array.of(0)))],
    [
      'a version that is spelled out',
      'bad_version',
      () => edited((data) => parts(data).unshift({ tag: 0xa0, parts: [{ tag: 2, bytes: Uint8Array.of(0) }] })),
    ],
    [
      'a fifth part',
      'extra_element',
      () => edited((_data, basic) => parts(basic).push({ tag: 5, bytes: new Uint8Array() })),
    ],
    ['status 4', 'bad_extension', () => Uint8Array.of(0x30, 3, 0x0a, 1, 4)],
    ['success without a response', 'missing_element', () => Uint8Array.of(0x30, 3, 0x0a, 1, 0)],
    ['octets after its end', 'trailing_bytes', () => Uint8Array.of(...ocspOf('good'), 0)],
  ])('%s', (_what, fault, make) => {
    const bytes = make()
    // UTCTime with the contents of GeneralizedTime is caught by the walk before its reader.
    expect(faultOf(bytes)).toBe(_what === 'UTCTime' ? 'bad_time' : fault)
  })
})
