/** A pair of stacks as pairs.ts wants them, and what they are known to say. */
import { createPublicKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { allSuites } from '../src/crypto/suite-parameters.js'
import { allPeers } from '../test/interop/peers/all.js'
import { type Peer, request, scratchFile, type Terms } from '../test/interop/peers/peer.js'
import type { Program } from '../test/interop/program.js'
import { pki } from '../test/support/pki.js'
import type { Run } from './capture-run.js'
import type { Said } from './index-entry.js'
import type { Pair } from './pair.js'
import type { End } from './seen.js'

const loaded = new Map<string, Peer>()
export function peerCalled(name: string): Peer {
  const peer = loaded.get(name) ?? allPeers[name]?.()
  if (peer === undefined) throw new Error(`there is no peer ${name}`)
  loaded.set(name, peer)
  return peer
}

/** A chain that takes more than one record: its authority again and again, which clients may ignore (RFC 8446 §4.4.2). */
function longChain(): string {
  const path = scratchFile('.chain.pem')
  writeFileSync(path, pki.server.rsa.chainPem + pki.ca.rsa.certPem.repeat(24))
  return path
}

/** nginx answers with this file. */
function longAnswer(): string {
  const path = scratchFile('.txt')
  writeFileSync(path, 'answer of nginx. '.repeat(2000))
  return `location = / { root ${dirname(path)}; try_files /${basename(path)} =404; }`
}

/** The public half of a key of the test PKI. */
function publicKey(): string {
  const path = scratchFile('.public.pem')
  const key = createPublicKey(readFileSync(pki.server.ecdsaP256.keyPath))
  writeFileSync(path, key.export({ type: 'spki', format: 'pem' }))
  return path
}

/** Arguments that stand for what is made anew for each run. */
const made: Readonly<Record<string, () => string>> = {
  LONG: longChain,
  'LONG ANSWER': longAnswer,
  'PUBLIC KEY': publicKey,
}

const ownCertificate = ['-cert', '--cert', '-nocert', '--x509certfile']

/** The kind of certificate that the server shows, unless its arguments name one. */
function kindOf({ suite, serverTerms }: Pair): Terms['kind'] {
  const names = (arg: string): boolean => ownCertificate.includes(arg) || arg.startsWith('ssl_certificate ')
  if (serverTerms?.args?.some(names) === true) return undefined
  return serverTerms?.kind ?? (suite.includes('_ECDSA_') ? 'ecdsaP256' : 'rsa')
}

function termsOf(pair: Pair, keyLog: string): Record<End, Terms> {
  const suites = allSuites.filter(({ name }) => name === pair.suite)
  const allowed = suites.length === 0 ? {} : { suites }
  const common = { resume: pair.resume ?? 'none', keyLog } as const
  const { suites: none, ...clientTerms } = pair.clientTerms ?? {}
  const others =
    none === undefined ? allowed : { suites: allSuites.filter(({ keyExchange }) => keyExchange === 'ECDHE_RSA') }
  const { kind: _, args = [], ...serverTerms } = pair.serverTerms ?? {}
  const kind = kindOf(pair)
  // a page that names no path of this machine
  const page = pair.server === 'OpenSSL' && serverTerms.console !== true ? ['-WWW'] : []
  return {
    server: {
      ...{ ...common, ...allowed, http: true },
      ...(kind === undefined ? {} : { kind }),
      ...serverTerms,
      args: [...page, ...args.map((arg) => made[arg]?.() ?? arg)],
    },
    client: { ...common, ...others, ...clientTerms },
  }
}

/** What each server answers, whoever asks. */
const answers: Readonly<Record<string, string>> = {
  OpenSSL: 'HTTP/1.0 200 ok',
  GnuTLS: 'HTTP/1.0 200 OK',
  NSS: 'HTTP/1.0 200 OK',
  nginx: 'answer of nginx',
  Botan: 'GET / HTTP/1.',
}
const ownAnswer: Said = { text: 'HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer' }

/** What the ends say of which the keys are known. */
export function saidBy(pair: Pair): { readonly [from in End]?: Said } {
  const { server, client, resume = 'none', said } = pair
  const browses = ['curl', 'Chromium'].includes(client)
  const once = resume === 'none'
  const answer = answers[server]
  const line: Said = once ? { text: request } : { includes: request }
  return {
    client: browses ? { includes: 'GET / HTTP/1.1' } : line,
    server:
      answer !== undefined ? { includes: answer } : once && !browses ? ownAnswer : { includes: 'answer of a peer' },
    ...said,
  }
}

/** The private keys of a pair, in vectors/. */
export function keysOf(pair: Pair): { readonly server?: string; readonly client?: string } {
  const [server, client] = [kindOf(pair), pair.clientTerms?.kind]
  return {
    ...(server === undefined ? {} : { server: `pki/server/${server}.key.pem` }),
    ...(client === undefined ? {} : { client: `pki/client/${client}.key.pem` }),
    ...pair.keys,
  }
}

/** What some clients wait for to end: the end of their input, a moment after the server's answer. */
async function hangUp(program: Program): Promise<void> {
  const timer = setTimeout(() => program.endInput(), 4000)
  await program.exit()
  clearTimeout(timer)
}

export function pairRun(pair: Pair): Run {
  const [server, client] = [peerCalled(pair.server).server, peerCalled(pair.client).client]
  if (server === undefined || client === undefined) throw new Error(`${pair.name}: a role is missing`)
  const keyLog = scratchFile('.keylog')
  const terms = termsOf(pair, keyLog)
  const withPort = (port: number): Terms => ({
    ...terms.client,
    ...(terms.client.args === undefined
      ? {}
      : { args: terms.client.args.map((arg) => arg.replace('PORT', `${port}`)) }),
  })
  return {
    keyLog,
    keepsKeys: allSuites.some(({ name }) => name === pair.suite),
    server: () => server.start(terms.server),
    client: (port) => client.start(withPort(port), port),
    meanwhile: async (serving, asking) => {
      if (pair.meanwhile !== undefined) await pair.meanwhile(serving, asking)
      if (client.hangsUp === true) await hangUp(asking)
    },
    mayFail: pair.refusedWith !== undefined || pair.mayFail === true,
  }
}
