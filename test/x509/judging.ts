/** Verifiers over minted certificates, answered at once by the noble provider. */
import type { CertificateRequestToVerify, CertificateVerdict } from '../../src/crypto/environment.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { type ChainVerifierOptions, chainVerifier } from '../../src/x509/index.js'
import type { Minted } from './minting.js'

export const provider = nobleProvider()

export const NOW = new Date('2026-11-21T12:00:00Z')

export type JudgeOptions = Partial<Omit<ChainVerifierOptions, 'anchors' | 'intermediates'>>

/** What a verifier says of a chain, end entity first, under these roots: by all of RFC 5280 unless `options` say otherwise. */
export function judge(
  chain: readonly Minted[],
  roots: readonly Minted[],
  options: JudgeOptions = {},
  request: Partial<CertificateRequestToVerify> = {},
): CertificateVerdict {
  const anchors = roots.map(({ der }) => der)
  const verify = chainVerifier({ provider, time: () => NOW, policy: 'rfc5280', ...options, anchors })
  const verdict = verify(
    { peer: 'server', certificateChain: chain.map(({ der }) => der), serverName: 'localhost', ...request },
    new AbortController().signal,
  )
  if (verdict instanceof Promise) throw new Error('the noble provider answers at once')
  return verdict
}

/** The verdict in one line: `accepted`, or reason and message. */
export const told = (verdict: CertificateVerdict): string =>
  verdict.accepted ? 'accepted' : `${verdict.reason}: ${verdict.message}`
