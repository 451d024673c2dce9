/** `openssl s_server` and `openssl s_client`. */
import { fileURLToPath } from 'node:url'
import { type PkiKind, pki } from '../../support/pki.js'
import { Configuration } from '../openssl.js'
import { Program, versionOf } from '../program.js'
import { startSaying } from './listening.js'
import { allKinds, commonName, type Peer, type Role, request, sharedKey, type Terms, trusted, which } from './peer.js'
import { suitesPrintedBy } from './suites-of.js'

const command = which('openssl')

const nameOf = (name: string): string =>
  name
    .replace(/^TLS_(?:RSA_WITH_)?/, '')
    .replace('PSK_DHE', 'DHE_PSK')
    .replace('_WITH', '')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20_POLY1305')
    .replace(/AES_(\d+)/, 'AES$1')
    .replace(/^((?:ECDHE|DHE)?_?(?:RSA|ECDSA)?_?AES\d+)_CBC/, '$1')
    .replace('3DES_EDE_CBC', 'DES_CBC3')
    .replace('CCM_8', 'CCM8')
    .replace(/(CCM8?)_SHA256$/, '$1')
    .replaceAll('_', '-')

/** With a shared key alone s_server would choose a group of 1024 bits. */
const dhGroup = ['-dhparam', fileURLToPath(new URL('../../../vectors/dh/ffdhe2048.pem', import.meta.url))]

const all = 'ALL:PSK'
const list = ({ suites }: Terms): string => `${suites?.map(({ name }) => nameOf(name)).join(':') ?? all}:@SECLEVEL=0`

/** What goes behind the certificate itself. */
const authorityOf = (kind: PkiKind | undefined): string =>
  pki.ca[kind?.startsWith('rsa') === true ? 'rsa' : 'ecdsa'].certPath

function common(role: Role, terms: Terms): string[] {
  const { kind, resume, keyLog, psk, args = [] } = terms
  const own = kind === undefined ? undefined : pki[role][kind]
  return [
    ...(args.some((arg) => /^-(no_)?tls1/.test(arg)) ? [] : ['-tls1_2']),
    ...['-cipher', list(terms), '-CAfile', trusted(terms)],
    ...(own === undefined ? [] : ['-cert', own.certPath, '-key', own.keyPath, '-cert_chain', authorityOf(kind)]),
    ...(resume === 'ticket' ? [] : ['-no_ticket']),
    ...(keyLog === undefined ? [] : ['-keylogfile', keyLog]),
    ...(psk === true ? ['-psk', sharedKey.hex, '-psk_identity', sharedKey.identity] : []),
    ...args,
  ]
}

let configuration: Configuration | undefined

/** `Options` of SSL_CONF for what no argument reaches. */
function environment({ ems, etm }: Terms): NodeJS.ProcessEnv {
  const options = [ems === 'off' ? '-ExtendedMasterSecret' : '', etm === 'off' ? '-EncryptThenMac' : '']
  if (options.join('') === '') return {}
  if (configuration === undefined) {
    const made = new Configuration()
    configuration = made
    process.once('exit', () => made.remove())
  }
  return configuration.environment(options.filter((option) => option !== '').join(','))
}

const wanted = { request: ['-verify', '5', '-verify_return_error'], require: ['-Verify', '5', '-verify_return_error'] }

export const openssl: Peer = {
  name: 'OpenSSL',
  version: command === undefined ? '' : versionOf(command, 'version').replace(/ \(Library.*/, ''),
  ...(command === undefined ? { absent: 'no openssl' } : {}),
  suites:
    command === undefined
      ? []
      : suitesPrintedBy(command, 'ciphers', '-V', '-s', '-psk', '-tls1_2', `${all}:@SECLEVEL=0`),
  kinds: allKinds,
  logsKeys: true,
  server: {
    resumes: ['id', 'ticket'],
    clientCertificates: true,
    alpn: true,
    renegotiates: true,
    answer: '0.1/PTTH / TEG',
    shows: (certificate) => `depth=0 CN = ${commonName(certificate)}`,
    start: (terms) => {
      const asks = terms.clientAuth === undefined ? [] : wanted[terms.clientAuth]
      const alpn = terms.alpn === undefined ? [] : ['-alpn', terms.alpn.join(',')]
      const cache = terms.resume === 'none' ? ['-no_cache'] : []
      const again = terms.renegotiation === true ? ['-client_renegotiation'] : []
      const args = [
        's_server',
        '-accept',
        '127.0.0.1:0',
        ...(terms.console === true ? [] : [terms.http === true ? '-www' : '-rev']),
        ...dhGroup,
        ...common('server', terms),
        ...asks,
        ...alpn,
        ...cache,
        ...again,
      ]
      return startSaying(new Program('openssl', args, environment(terms)), /ACCEPT 127\.0\.0\.1:(\d+)/)
    },
  },
  client: {
    resumes: ['id', 'ticket'],
    clientCertificates: true,
    alpn: true,
    renegotiates: true,
    hangsUp: true,
    start: (terms, port) => {
      const check = ['-verify_return_error', '-verify_hostname', 'localhost', '-servername', 'localhost']
      const alpn = terms.alpn === undefined ? [] : ['-alpn', terms.alpn.join(',')]
      const again = terms.resume === 'none' ? [] : ['-reconnect']
      const args = [
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        ...common('client', terms),
        ...check,
        ...alpn,
        ...again,
      ]
      const program = new Program('openssl', args, environment(terms))
      program.write(request)
      return program
    },
  },
}
