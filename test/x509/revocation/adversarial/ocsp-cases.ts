/** Composed attacks with OCSP responses, and beside them the honest cases that they imitate. */
import { mintOcsp, type OcspAnswerWish, type OcspWish } from '../../../support/mint-ocsp.js'
import { ecKey, type Minted, mint, mintLeaf, purposes } from '../../minting.js'
import * as s from './stage.js'

const { issuer, leaf } = s

export interface OcspCase extends s.Case {
  /** Whose status is asked for: a plain leaf under the issuer where there is none. */
  readonly about?: Minted
  readonly response: Uint8Array
}

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const noCheck = { oid: '1.3.6.1.5.5.7.48.1.5', value: Uint8Array.of(5, 0) }
const signing = { purposes: [OCSP_SIGNING], extensions: [noCheck] }

const answer = (of: Minted, wish: Partial<OcspAnswerWish> = {}): OcspAnswerWish => ({
  ...{ certificate: of.der, issuer: issuer.der },
  ...wish,
})

/** A response of `by`, with its certificate, that says that the leaf is good unless told otherwise. */
const from = (by: Minted, answers = [answer(leaf)], wish: Partial<OcspWish> = {}): Uint8Array =>
  mintOcsp({
    ...{ answers, responder: by.der, key: by.key.privateKey },
    certificates: by === issuer ? [] : [by.der],
    ...wish,
  })

const responder = mint({ name: 'Responder', issuer, ...signing })
const says = (wish: Partial<OcspAnswerWish>): Uint8Array => from(responder, [answer(leaf, wish)])

const honest: readonly OcspCase[] = [
  { what: 'good by the issuer', response: from(issuer), verdict: 'good' },
  { what: 'good by a delegate', response: from(responder), verdict: 'good' },
  {
    what: 'good by a delegate, named by its key',
    response: from(responder, undefined, { named: 'by key' }),
    verdict: 'good',
  },
  { what: 'revoked by the issuer', response: from(issuer, [answer(leaf, { status: 'revoked' })]), verdict: 'revoked' },
  { what: 'revoked by a delegate', response: says({ status: 'revoked' }), verdict: 'revoked' },
  { what: 'a responder that does not know the leaf', response: says({ status: 'unknown' }), verdict: 'unknown' },
  {
    what: 'good among other answers',
    response: from(responder, [answer(issuer, { status: 'revoked' }), answer(leaf)]),
    verdict: 'good',
  },
  {
    what: 'a nonce that nobody asked for',
    response: from(responder, undefined, {
      extensions: [{ oid: '1.3.6.1.5.5.7.48.1.2', value: Uint8Array.of(4, 1, 7) }],
    }),
    verdict: 'good',
  },
]

const otherSubject: readonly OcspCase[] = [
  {
    what: 'an answer about another certificate',
    response: from(responder, [answer(mintLeaf(issuer))]),
    verdict: 'unknown',
  },
  {
    what: 'an answer about the same number of another issuer',
    response: from(responder, [answer(leaf, { issuer: s.sibling.der })]),
    verdict: 'unknown',
  },
  {
    what: 'an answer about the same number of a namesake of the issuer',
    response: from(responder, [answer(leaf, { issuer: s.namesake.der })]),
    verdict: 'unknown',
  },
  { what: 'no answer', response: from(responder, []), verdict: 'unknown' },
]

const dates: readonly OcspCase[] = [
  { what: 'an expired answer', response: says({ nextUpdate: s.OVER }), verdict: 'unknown' },
  { what: 'an answer of the future', response: says({ thisUpdate: s.LATER }), verdict: 'unknown' },
  {
    what: 'an answer that ends before it begins',
    response: says({ thisUpdate: s.MALICE, nextUpdate: s.OVER }),
    verdict: 'unknown',
  },
  {
    what: 'an answer of months ago without nextUpdate',
    response: says({ nextUpdate: null }),
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 6960 §4.2.2.1: newer information is available all the time then, and an old answer proves nothing',
  },
  {
    what: 'an expired answer that revokes',
    response: says({ status: 'revoked', nextUpdate: s.OVER }),
    verdict: 'unknown',
  },
  {
    what: 'good and revoked at once',
    response: from(responder, [answer(leaf), answer(leaf, { status: 'revoked' })]),
    verdict: 'revoked',
    openssl: 'good',
    because: 'RFC 6960 §2.2: revoked means revoked, whatever stands beside it; OpenSSL reads the first answer only',
  },
  {
    what: 'revoked and good at once',
    response: from(responder, [answer(leaf, { status: 'revoked' }), answer(leaf)]),
    verdict: 'revoked',
  },
  {
    what: 'an expired good answer before one that revokes',
    response: from(responder, [answer(leaf, { nextUpdate: s.OVER }), answer(leaf, { status: 'revoked' })]),
    verdict: 'revoked',
    openssl: 'unknown',
    because: 'RFC 6960 §3.2: the answer that is current counts; both refuse',
  },
]

const delegate = (options: Partial<Parameters<typeof mint>[0]>): Minted =>
  mint({ name: 'Responder', issuer, ...signing, ...options })

const signers: readonly OcspCase[] = (() => {
  const other = delegate({ issuer: s.sibling })
  const namesakes = delegate({ issuer: s.namesake })
  const forged = delegate({ signer: ecKey() })
  const between = mint({ name: 'Between', issuer, ca: true })
  const both = { purposes: [purposes.serverAuth, OCSP_SIGNING], extensions: [noCheck] }
  const dual = mintLeaf(issuer, both)
  const twin = delegate({ key: leaf.key })
  return [
    {
      what: 'a response by the key of nobody',
      response: from(responder, undefined, { key: ecKey().privateKey }),
      verdict: 'unknown',
    },
    {
      what: 'a response in the name of the issuer by the key of nobody',
      response: from(issuer, undefined, { key: ecKey().privateKey }),
      verdict: 'unknown',
    },
    {
      what: 'a response without the certificate of its delegate',
      response: from(responder, undefined, { certificates: [] }),
      verdict: 'unknown',
    },
    {
      what: 'a delegate without the purpose',
      response: from(delegate({ purposes: [purposes.serverAuth] })),
      verdict: 'unknown',
    },
    { what: 'a delegate without any purpose', response: from(mint({ name: 'Responder', issuer })), verdict: 'unknown' },
    { what: 'a delegate for any purpose', response: from(delegate({ purposes: ['2.5.29.37.0'] })), verdict: 'unknown' },
    {
      what: 'a delegate of a sibling',
      response: from(other, undefined, { certificates: [other.der, s.sibling.der] }),
      verdict: 'unknown',
    },
    { what: 'a delegate of the root', response: from(delegate({ issuer: s.root })), verdict: 'unknown' },
    {
      what: 'a delegate of a namesake of the issuer',
      response: from(namesakes, undefined, { certificates: [namesakes.der, s.namesake.der, s.sibling.der] }),
      verdict: 'unknown',
    },
    { what: 'a delegate that the issuer has not signed', response: from(forged), verdict: 'unknown' },
    {
      what: 'a delegate of an authority below the issuer',
      response: (() => {
        const below = delegate({ issuer: between })
        return from(below, undefined, { certificates: [below.der, between.der] })
      })(),
      verdict: 'unknown',
    },
    { what: 'an expired delegate', response: from(delegate({ notAfter: s.OVER })), verdict: 'unknown' },
    { what: 'a delegate of tomorrow', response: from(delegate({ notBefore: s.LATER })), verdict: 'unknown' },
    {
      what: 'a delegate that may only agree on keys',
      response: from(delegate({ keyUsage: ['keyAgreement'] })),
      verdict: 'unknown',
      openssl: 'good',
      because: 'RFC 5280 §4.2.1.3: without digitalSignature or nonRepudiation a key does not sign such data',
    },
    {
      what: 'a delegate with an unknown critical extension',
      response: from(delegate({ extensions: [noCheck, s.unknownExtension(true)] })),
      verdict: 'unknown',
    },
    { what: 'a response by the leaf about itself', response: from(leaf), verdict: 'unknown' },
    {
      what: 'a response by a leaf that may sign responses about itself',
      about: dual,
      response: from(dual, [answer(dual)]),
      verdict: 'unknown',
      openssl: 'good',
      because: 'RFC 6960 §4.2.2.2: the issuer delegates to another entity; a stolen key would vouch for itself',
    },
    {
      what: 'a response by another certificate of the leaf’s key',
      response: from(twin),
      verdict: 'unknown',
      openssl: 'good',
      because: 'RFC 6960 §4.2.2.2: whoever stole the key of the one has that of the other',
    },
    { what: 'a response of the root', response: from(s.root), verdict: 'unknown' },
    { what: 'a response of a stranger', response: from(s.stranger), verdict: 'unknown' },
    {
      what: 'the certificate of a stranger that is called like the issuer',
      response: from(s.strangersNamesake),
      verdict: 'unknown',
    },
  ]
})()

const single = (critical: boolean): readonly OcspAnswerWish[] => [
  answer(leaf, { extensions: [s.unknownExtension(critical)] }),
]

const extensions: readonly OcspCase[] = [
  {
    what: 'an unknown extension of the response',
    response: from(responder, undefined, { extensions: [s.unknownExtension(false)] }),
    verdict: 'good',
  },
  {
    what: 'an unknown critical extension of the response',
    response: from(responder, undefined, { extensions: [s.unknownExtension(true)] }),
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 6960 §4.4: extensions are as in RFC 5280 §4.2, where what is critical and unknown is refused',
  },
  { what: 'an unknown extension of the answer', response: from(responder, [...single(false)]), verdict: 'good' },
  {
    what: 'an unknown critical extension of the answer',
    response: from(responder, [...single(true)]),
    verdict: 'unknown',
    openssl: 'good',
    because: 'RFC 6960 §4.4: extensions are as in RFC 5280 §4.2, where what is critical and unknown is refused',
  },
]

export const ocspCases: readonly OcspCase[] = [...honest, ...otherSubject, ...dates, ...signers, ...extensions]
