/** `botan tls_server` and `botan tls_client`: neither has client certificates. */
import { writeFileSync } from 'node:fs'
import type { SuiteParameters } from '../../../src/crypto/suite-parameters.js'
import { pki } from '../../support/pki.js'
import { Program, versionOf } from '../program.js'
import { startOnPort } from './listening.js'
import { type Peer, request, scratchFile, type Terms, trusted, which } from './peer.js'
import { suitesWhere } from './suites-of.js'

const command = which('botan')

const cipherOf = ({ bulk, name }: SuiteParameters): string => {
  if (bulk.cipher === 'CHACHA20_POLY1305') return 'ChaCha20Poly1305'
  if (bulk.cipher === '3DES_EDE_CBC') return '3DES'
  const size = bulk.keyLength * 8
  if (name.includes('_CCM_8')) return `AES-${size}/CCM(8)`
  if (name.includes('_CCM')) return `AES-${size}/CCM`
  return bulk.type === 'aead' ? `AES-${size}/GCM` : `AES-${size}`
}

const macOf = ({ bulk }: SuiteParameters): string =>
  bulk.type === 'aead' ? 'AEAD' : bulk.mac.toUpperCase().replace('SHA', 'SHA-')

const exchanges = { RSA: 'RSA', DHE_RSA: 'DH', ECDHE_RSA: 'ECDH', ECDHE_ECDSA: 'ECDH' } as const

const keyExchangeOf = ({ keyExchange }: SuiteParameters): string =>
  keyExchange in exchanges ? exchanges[keyExchange as keyof typeof exchanges] : keyExchange // its own keys are all that `in` finds

/** A policy file that allows these suites and no others; `args` are further lines of it. */
function policy(suites: readonly SuiteParameters[], { etm, args = [] }: Terms): string {
  const path = scratchFile('.policy')
  const each = (of: (suite: SuiteParameters) => string): string => [...new Set(suites.map(of))].join(' ')
  const lines = [
    ['allow_tls12', 'true'],
    ['ciphers', each(cipherOf)],
    ['macs', each(macOf)],
    ['key_exchange_methods', each(keyExchangeOf)],
    ['signature_methods', 'ECDSA RSA IMPLICIT'],
    ['signature_hashes', 'SHA-512 SHA-384 SHA-256'],
    ['negotiate_encrypt_then_mac', etm === 'off' ? 'false' : 'true'],
    ['allow_client_initiated_renegotiation', 'true'],
    ['allow_server_initiated_renegotiation', 'true'],
  ]
  writeFileSync(path, [...lines.map(([name, value]) => `${name} = ${value}`), ...args, ''].join('\n'))
  return path
}

/** It connects once, and what it keeps in a file the next run resumes; its input stays open, since it leaves at its end. */
const twice = (args: readonly string[]): Program => {
  const input = `printf '${JSON.stringify(request).slice(1, -1)}'; exec cat 2>/dev/null`
  return new Program('bash', ['-c', `for i in 1 2; do botan "$@" < <(${input}) || exit; done`, 'bash', ...args])
}

const suites = suitesWhere(({ keyExchange }) => keyExchange in exchanges)

export const botan: Peer = {
  name: 'Botan',
  version: command === undefined ? '' : `Botan ${versionOf(command, 'version')}`,
  ...(command === undefined ? { absent: 'no botan' } : {}),
  suites,
  kinds: ['rsa', 'ecdsaP256', 'ecdsaP384', 'ecdsaP521'],
  logsKeys: false,
  server: {
    resumes: ['id'],
    clientCertificates: false,
    renegotiates: true,
    answer: 'GET / HTTP/1.0',
    start: (terms) => {
      const { chainPath, keyPath } = pki.server[terms.kind ?? 'rsa']
      const rules = policy(terms.suites ?? suites, terms)
      return startOnPort('botan', (port) => ['tls_server', chainPath, keyPath, `--port=${port}`, `--policy=${rules}`])
    },
  },
  client: {
    resumes: ['id', 'ticket'],
    clientCertificates: false,
    alpn: true,
    renegotiates: true,
    start: (terms, port) => {
      const rules = policy(terms.suites ?? suites, terms)
      const trust = ['--skip-system-cert-store', `--trusted-cas=${trusted(terms)}`]
      const alpn = terms.alpn === undefined ? [] : [`--next-protocols=${terms.alpn.join(',')}`]
      const args = ['tls_client', 'localhost', `--port=${port}`, `--policy=${rules}`, ...trust, ...alpn]
      if (terms.resume !== 'none')
        return twice([...args, `--session-db=${scratchFile('.sessions')}`, '--session-db-pass=any'])
      const program = new Program('botan', args)
      program.write(request)
      return program
    },
  },
}
