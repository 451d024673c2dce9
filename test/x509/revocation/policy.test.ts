/** Modes, scopes, what is noted, and fetching, at once and later. */
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeDer } from '../../../src/codec/der.js'
import {
  CertificateError,
  chainVerifier,
  checkRevocation,
  type DecisionRecord,
  denyList,
  type RevocationFetch,
  type RevocationOptions,
  type RevocationRequest,
  type ValidationOptions,
  validateChain,
} from '../../../src/x509/index.js'
import { readPem } from '../../../src/x509/pem.js'
import { noble } from '../../support/endpoints.js'
import { program } from '../../support/outside.js'
import { mint, mintLeaf, mintRoot } from '../minting.js'
import { anchors, certificateOf, chainOf, crlOf, judge, lists, ocspOf, summary } from './vectors.js'

const GOOD = 'accepted, checked chain,validity,revocation'
const UNCHECKED = 'accepted, checked chain,validity'
const server = { certificateChain: chainOf('server') }
const derOf = (pem: string): Uint8Array => readPem(pem)[0]?.der ?? new Uint8Array()

describe('the mode', () => {
  it('decides what it means that nothing is known', () => {
    expect(summary(judge(server, { mode: 'hard-fail' }))).toMatch(
      /^revocation_unknown: .*CN=tls12 test issuing may be revoked, nobody knows: no CRL of CN=tls12 test root is at hand/,
    )
    expect(summary(judge(server, { mode: 'soft-fail' }))).toBe(UNCHECKED)
    expect(summary(judge({ certificateChain: chainOf('revoked') }, { mode: 'off', crls: lists }))).toBe(UNCHECKED)
  })

  it('revocation counts as checked only where every certificate was', () => {
    expect(summary(judge(server, { mode: 'soft-fail', crls: lists }))).toBe(GOOD)
    expect(summary(judge(server, { mode: 'soft-fail', crls: [crlOf('issuing')] }))).toBe(UNCHECKED)
    const alone: RevocationOptions = { mode: 'soft-fail', scope: 'end-entity', crls: [crlOf('issuing')] }
    expect(summary(judge(server, alone))).toBe(GOOD)
  })

  it('of an end entity that is itself trusted nothing is checked: nobody could revoke it', () => {
    const trusted = { anchors: [certificateOf('server')] }
    expect(summary(judge(server, { mode: 'hard-fail' }, trusted))).toBe(UNCHECKED)
  })

  it('and its numbers are checked when they are given', () => {
    // what callers without types may give
    const odd = 'sometimes' as unknown as 'off'
    expect(() => checkRevocation({ mode: odd })).toThrow(TypeError)
    expect(() => checkRevocation({ mode: 'off', clockSkew: -1 })).toThrow(TypeError)
    expect(() => checkRevocation({ mode: 'off', maximumAge: Number.NaN })).toThrow(TypeError)
    expect(() => checkRevocation({ mode: 'off', crls: ['no PEM'] })).toThrow(TypeError)
    expect(() => checkRevocation({ mode: 'off', crls: [Uint8Array.of(0x30, 0)] })).toThrow(CertificateError)
    expect(() => checkRevocation({ mode: 'off', ocspResponses: [Uint8Array.of(0x30, 0)] })).toThrow(CertificateError)
  })

  it('clients ask for a staple where it would be looked at', () => {
    const verifier = (mode: RevocationOptions['mode']) =>
      chainVerifier({ provider: noble, anchors, revocation: checkRevocation({ mode }) })
    expect(verifier('soft-fail').wantsStatus).toBe(true)
    expect(verifier('off').wantsStatus).toBe(false)
    expect(chainVerifier({ provider: noble, anchors }).wantsStatus).toBe(false)
    expect(denyList({}, noble, verifier('hard-fail')).wantsStatus).toBe(true)
  })
})

it('CRLs are taken as DER and as PEM text of several', () => {
  expect(summary(judge(server, { mode: 'hard-fail', crls: lists.map(derOf) }))).toBe(GOOD)
  expect(summary(judge(server, { mode: 'hard-fail', crls: [lists.join('\n')] }))).toBe(GOOD)
})

it('the record notes each certificate, from the top down', () => {
  const records: DecisionRecord[] = []
  judge(server, { mode: 'soft-fail', crls: [crlOf('root')] }, { explain: (record) => void records.push(record) })
  const steps = (records[0]?.steps ?? []).filter(({ check }) => check === 'revocation')
  expect(steps.map(({ path, passed, detail }) => [path.at(-1), passed, detail])).toEqual([
    ['CN=tls12 test issuing', true, 'is not revoked, says the CRL number 1 of CN=tls12 test root'],
    ['CN=tls12 test server', true, 'may be revoked, nobody knows: no CRL of CN=tls12 test issuing is at hand'],
  ])
})

const CRL = 'http://crl.example.com/issuing.crl'
const OCSP = 'http://ocsp.example.com/'

/** A network of a few answers that remembers what it was asked. */
function network(answers: Readonly<Record<string, Uint8Array | Error>>) {
  const asked: RevocationRequest[] = []
  const fetch: RevocationFetch = (request) => {
    asked.push(request)
    const answer = answers[request.url]
    if (answer instanceof Error) throw answer
    return answer
  }
  return { fetch, urls: () => asked.map(({ url }) => url), asked }
}

describe('fetching', () => {
  const options = { mode: 'hard-fail', crls: [crlOf('root')] } as const

  it('asks the responder first, about the right certificate', () => {
    const { fetch, asked } = network({ [OCSP]: ocspOf('good') })
    expect(summary(judge(server, { ...options, fetch }))).toBe(GOOD)
    expect(asked.map(({ kind, url }) => `${kind} ${url}`)).toEqual([`ocsp ${OCSP}`])
  })

  it('goes on to the distribution point where the responder says nothing', () => {
    for (const nothing of [new Error('refused'), ocspOf('bad-signature'), Uint8Array.of(1, 2, 3)]) {
      const { fetch, urls } = network({ [OCSP]: nothing, [CRL]: derOf(crlOf('issuing')) })
      expect(summary(judge(server, { ...options, fetch }))).toBe(GOOD)
      expect(urls()).toEqual([OCSP, CRL])
    }
  })

  it('believes nothing that is not verified, and says what it tried', () => {
    const { fetch } = network({ [OCSP]: ocspOf('by-server'), [CRL]: derOf(crlOf('root')) })
    const answer = summary(judge(server, { ...options, fetch }))
    expect(answer).toMatch(
      /^revocation_unknown: .*may not sign OCSP responses.*no CRL of CN=tls12 test issuing is at hand/,
    )
    const silent = summary(judge(server, { ...options, fetch: network({}).fetch }))
    expect(silent).toMatch(/http:\/\/ocsp\.example\.com\/ was not fetched; http:\/\/crl\.example\.com/)
  })

  it('finds revoked certificates', () => {
    const revoked = { certificateChain: chainOf('revoked') }
    const { fetch } = network({ [CRL]: derOf(crlOf('issuing')) })
    expect(summary(judge(revoked, { mode: 'soft-fail', fetch }))).toMatch(/^revoked: /)
  })

  it('does not happen where the answer is at hand, nor beyond its limit', () => {
    const { fetch, urls } = network({})
    judge(server, { mode: 'hard-fail', crls: lists, fetch })
    judge(server, { ...options, fetch, maximumFetches: 0 })
    expect(urls()).toEqual([])
    judge(server, { ...options, fetch, maximumFetches: 1 })
    expect(urls()).toEqual([OCSP])
  })

  it('what was of no use is given back, so that no cache keeps it', () => {
    const { fetch } = network({ [OCSP]: ocspOf('bad-signature'), [CRL]: derOf(crlOf('issuing')) })
    const discarded: string[] = []
    const forgetful = Object.assign(fetch, { discard: ({ url }: RevocationRequest) => void discarded.push(url) })
    expect(summary(judge(server, { ...options, fetch: forgetful }))).toBe(GOOD)
    expect(discarded).toEqual([OCSP])
  })

  it('may take its time', async () => {
    const fetch: RevocationFetch = async ({ url }) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      return url === CRL ? derOf(crlOf('issuing')) : undefined
    }
    const revocation = checkRevocation({ ...options, fetch })
    const outcome = await validateChain(server, { provider: noble, anchors, revocation })
    expect(summary(outcome)).toBe(GOOD)
  })

  it.skipIf(program('openssl') === undefined)('an OCSP request is what OpenSSL reads', () => {
    const { fetch, asked } = network({})
    judge(server, { ...options, fetch })
    const [request] = asked
    const folder = mkdtempSync(join(tmpdir(), 'tls12-ocsp-'))
    const file = join(folder, 'request.der')
    writeFileSync(file, request?.kind === 'ocsp' ? request.body : new Uint8Array())
    const { stdout } = spawnSync('openssl', ['ocsp', '-reqin', file, '-req_text'], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    const { serialNumber } = new X509Certificate(certificateOf('server'))
    expect(stdout).toMatch(new RegExp(`Hash Algorithm: sha1[^]*Serial Number: ${serialNumber}`))
  })
})

describe('issuers that a chain lacks', () => {
  const root = mintRoot()
  const place = (url: string) => ({
    oid: '1.3.6.1.5.5.7.1.1',
    value: writeDer(
      0x30,
      writeDer(0x30, Uint8Array.of(6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2), writeDer(0x86, new TextEncoder().encode(url))),
    ),
  })
  const upper = mint({ name: 'Upper', issuer: root, ca: true })
  const lower = mint({ name: 'Lower', issuer: upper, ca: true, extensions: [place('http://a.example/upper.cer')] })
  const leaf = mintLeaf(lower, { extensions: [place('http://a.example/lower.cer')] })
  const judgeWith = (issuers: RevocationFetch | undefined): string => {
    const options: ValidationOptions = {
      provider: noble,
      anchors: [root.der],
      ...(issuers === undefined ? {} : { issuers }),
    }
    const outcome = validateChain({ certificateChain: [leaf.der] }, options)
    if (outcome instanceof Promise) throw new Error('an answer was not there at once')
    return summary(outcome)
  }

  it('are fetched one after the other, and only where that was asked for', () => {
    const { fetch, urls } = network({
      'http://a.example/lower.cer': lower.der,
      'http://a.example/upper.cer': upper.der,
    })
    expect(judgeWith(undefined)).toMatch(/^unknown_issuer/)
    expect(judgeWith(fetch)).toBe(UNCHECKED)
    expect(urls()).toEqual(['http://a.example/lower.cer', 'http://a.example/upper.cer'])
  })

  it('are trusted no more than others', () => {
    const forged = mint({ name: 'Lower', issuer: mintRoot('Upper'), ca: true })
    for (const answer of [forged.der, root.der, Uint8Array.of(1), new Error('no')]) {
      expect(judgeWith(network({ 'http://a.example/lower.cer': answer }).fetch)).toMatch(
        /^(unknown_issuer|bad_certificate)/,
      )
    }
  })
})
