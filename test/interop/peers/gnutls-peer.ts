/** `gnutls-serv` and `gnutls-cli`. */
import { writeFileSync } from 'node:fs'
import type { SuiteParameters } from '../../../src/crypto/suite-parameters.js'
import { pki } from '../../support/pki.js'
import { Program, versionOf } from '../program.js'
import { startOnPort } from './listening.js'
import {
  commonName,
  type Peer,
  type Role,
  request,
  scratchFile,
  sharedKey,
  type Terms,
  trusted,
  which,
} from './peer.js'
import { suitesPrintedBy } from './suites-of.js'

const command = which('gnutls-cli')

/** What a suite is made of, in GnuTLS's words. */
const partsOf = ({ keyExchange, bulk }: SuiteParameters): readonly string[] => [
  `+${keyExchange.replace('_', '-')}`,
  `+${bulk.cipher.replaceAll('_', '-').replace('-EDE', '')}`,
  `+${bulk.type === 'aead' ? 'AEAD' : bulk.mac.toUpperCase()}`,
]

const everything =
  'NORMAL:-VERS-ALL:+VERS-TLS1.2:+RSA:+DHE-RSA:+AES-128-CCM:+AES-256-CCM:+AES-128-CCM-8:+AES-256-CCM-8:+3DES-CBC:+SHA1:+SHA256:+SHA384'
const sharedKeys = ':+PSK:+DHE-PSK:+ECDHE-PSK:+RSA-PSK'

function priority({ suites, psk, ems, etm }: Terms): string {
  const only = (chosen: readonly SuiteParameters[]): string =>
    ['NONE:+VERS-TLS1.2:+COMP-NULL:+CTYPE-X509:+SIGN-ALL:+GROUP-ALL', ...new Set(chosen.flatMap(partsOf))].join(':')
  const base = suites === undefined ? `${everything}${psk === true ? sharedKeys : ''}` : only(suites)
  return `${base}${ems === 'off' ? ':%NO_SESSION_HASH' : ''}${etm === 'off' ? ':%NO_ETM' : ''}`
}

function common(role: Role, terms: Terms): string[] {
  const { kind, resume, alpn = [], args = [] } = terms
  const own = kind === undefined ? undefined : pki[role][kind]
  return [
    ...['--priority', priority(terms)],
    ...(own === undefined ? [] : ['--x509certfile', own.chainPath, '--x509keyfile', own.keyPath]),
    ...(resume === 'ticket' ? [] : ['--noticket']),
    ...alpn.flatMap((name) => ['--alpn', name]),
    ...args,
  ]
}

const environment = ({ keyLog }: Terms): NodeJS.ProcessEnv => (keyLog === undefined ? {} : { SSLKEYLOGFILE: keyLog })

function authentication(terms: Terms): string[] {
  if (terms.clientAuth === undefined) return ['--disable-client-cert']
  const demand = terms.clientAuth === 'require' ? ['--require-client-cert', '--verify-client-cert'] : []
  return [...demand, '--x509cafile', trusted(terms)]
}

function passwords(): string {
  const path = scratchFile('.passwords')
  writeFileSync(path, `${sharedKey.identity}:${sharedKey.hex}\n`)
  return path
}

export const gnutls: Peer = {
  name: 'GnuTLS',
  version: command === undefined ? '' : versionOf(command, '--version'),
  ...(command === undefined ? { absent: 'no gnutls-cli' } : {}),
  suites: command === undefined ? [] : suitesPrintedBy(command, '--list'),
  kinds: ['rsa', 'rsaPss', 'ecdsaP256', 'ecdsaP384', 'ecdsaP521', 'ed25519', 'ed448'],
  logsKeys: true,
  server: {
    resumes: ['id', 'ticket'],
    clientCertificates: true,
    alpn: true,
    renegotiates: true,
    answer: 'GET / HTTP/1.0',
    shows: (certificate) => `Subject: CN=${commonName(certificate)}\n`,
    start: (terms) => {
      const keys = terms.psk === true ? ['--pskpasswd', passwords()] : []
      const cache = terms.resume === 'id' ? [] : ['--nodb']
      const args = [...common('server', terms), ...authentication(terms), ...keys, ...cache]
      return startOnPort(
        'gnutls-serv',
        (port) => ['--port', `${port}`, terms.http === true ? '--http' : '--echo', ...args],
        environment(terms),
      )
    },
  },
  client: {
    resumes: ['id', 'ticket'],
    clientCertificates: true,
    alpn: true,
    renegotiates: true,
    hangsUp: true,
    start: (terms, port) => {
      const keys = terms.psk === true ? ['--pskusername', sharedKey.identity, '--pskkey', sharedKey.hex] : []
      const names = ['--verify-hostname', 'localhost', '--sni-hostname', 'localhost']
      const again = terms.resume === 'none' ? [] : ['--resume']
      const args = [
        ...common('client', terms),
        '--x509cafile',
        trusted(terms),
        ...names,
        ...keys,
        ...again,
        '127.0.0.1',
      ]
      const program = new Program('gnutls-cli', ['--port', `${port}`, ...args], environment(terms))
      program.write(request)
      return program
    },
  },
}
