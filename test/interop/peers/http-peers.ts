/** Programs that speak HTTP: curl and Chromium as clients, nginx as a server. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { pki } from '../../support/pki.js'
import { opensslName } from '../openssl-names.js'
import { Program, versionOf } from '../program.js'
import { startOnPort } from './listening.js'
import { openssl } from './openssl-peer.js'
import { allKinds, commonName, type Peer, scratchFile, type Terms, trusted, which } from './peer.js'
import { suitesWhere } from './suites-of.js'

const certificatesOnly = openssl.suites.filter(({ keyExchange }) => !keyExchange.endsWith('PSK'))
const names = ({ suites = certificatesOnly }: Terms): string => `${suites.map(opensslName).join(':')}:@SECLEVEL=0`
const keyLogOf = ({ keyLog }: Terms): NodeJS.ProcessEnv => (keyLog === undefined ? {} : { SSLKEYLOGFILE: keyLog })

const curlPath = which('curl')

export const curl: Peer = {
  name: 'curl',
  version: curlPath === undefined ? '' : versionOf(curlPath, '--version').split(' ').slice(0, 2).join(' '),
  ...(curlPath === undefined ? { absent: 'no curl' } : {}),
  suites: certificatesOnly,
  kinds: allKinds,
  logsKeys: true,
  client: {
    resumes: ['id'], // it has SSL_OP_NO_TICKET set and cannot be told otherwise
    clientCertificates: true,
    alpn: true,
    start: (terms, port) => {
      const own = terms.kind === undefined ? undefined : pki.client[terms.kind]
      const url = `https://localhost:${port}/`
      return new Program(
        'curl',
        [
          ...['--silent', '--show-error', '--http1.1', '--tlsv1.2', '--tls-max', '1.2', '--cacert', trusted(terms)],
          ...['--resolve', `localhost:${port}:127.0.0.1`, '--header', 'Connection: close', '--ciphers', names(terms)],
          ...(own === undefined ? [] : ['--cert', own.chainPath, '--key', own.keyPath]),
          ...(terms.args ?? []),
          ...(terms.resume === 'none' ? [url] : [url, url]),
        ],
        keyLogOf(terms),
      )
    },
  },
}

const chromiumPath = which('chromium')

/** What BoringSSL offers in a browser that is told no more; it has no way to choose among them. */
const chromiumSuites = suitesWhere(({ name }) =>
  /^TLS_(ECDHE_(RSA|ECDSA)_WITH_(AES_(128|256)_GCM|CHACHA20)|(ECDHE_RSA|RSA)_WITH_AES_(128|256)_CBC_SHA$|RSA_WITH_AES_\d+_GCM)/.test(
    name,
  ),
)

export const chromium: Peer = {
  name: 'Chromium',
  version: chromiumPath === undefined ? '' : versionOf(chromiumPath, '--version').split(' ').slice(0, 2).join(' '),
  ...(chromiumPath === undefined ? { absent: 'no chromium' } : {}),
  suites: chromiumSuites,
  kinds: ['rsa', 'ecdsaP256', 'ecdsaP384'],
  logsKeys: true,
  client: {
    resumes: [],
    clientCertificates: false,
    alpn: true,
    start: (terms, port) => {
      const { args = [] } = terms
      const profile = scratchFile('-chromium')
      return new Program('chromium', [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
        ...[
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-quic',
          `--user-data-dir=${profile}`,
        ],
        // it takes authorities from the system's store alone
        ...(args.includes('STRICT') ? [] : ['--ignore-certificate-errors']),
        ...['--ssl-version-max=tls1.2', '--virtual-time-budget=5000', ...args.filter((arg) => arg !== 'STRICT')],
        ...(terms.keyLog === undefined ? [] : [`--ssl-key-log-file=${terms.keyLog}`]),
        ...['--dump-dom', `https://localhost:${port}/`],
      ])
    },
  },
}

const nginxPath = which('nginx')

function nginxConfiguration(port: number, terms: Terms): string {
  const own = pki.server[terms.kind ?? 'rsa']
  const folder = scratchFile('-nginx')
  mkdirSync(folder, { recursive: true })
  const asks = { request: 'optional', require: 'on' } as const
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const lines = [
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;`,
    'events {}',
    `http { access_log off; ${temporary.join(' ')}`,
    `server { listen 127.0.0.1:${port} ssl; server_name localhost;`,
    `ssl_protocols TLSv1.2; ssl_ciphers ${names(terms)}; ssl_certificate ${own.chainPath}; ssl_certificate_key ${own.keyPath};`,
    `ssl_dhparam ${new URL('../../../vectors/dh/ffdhe2048.pem', import.meta.url).pathname};`,
    `ssl_session_tickets ${terms.resume === 'ticket' ? 'on' : 'off'};`,
    `ssl_session_cache ${terms.resume === 'id' ? 'builtin:100' : 'none'};`,
    ...(terms.clientAuth === undefined
      ? []
      : [`ssl_verify_client ${asks[terms.clientAuth]}; ssl_client_certificate ${trusted(terms)};`]),
    ...(terms.args ?? []),
    'location / { return 200 "answer of nginx, shown: $ssl_client_s_dn"; } } }',
  ]
  writeFileSync(`${folder}/nginx.conf`, lines.join('\n'))
  return `${folder}/nginx.conf`
}

export const nginx: Peer = {
  name: 'nginx',
  version:
    nginxPath === undefined
      ? ''
      : spawnSync(nginxPath, ['-v'], { encoding: 'utf8' })
          .stderr.trim()
          .replace(/.*nginx\//, 'nginx '),
  ...(nginxPath === undefined ? { absent: 'no nginx' } : {}),
  suites: certificatesOnly,
  kinds: allKinds,
  logsKeys: false,
  server: {
    resumes: ['id', 'ticket'],
    clientCertificates: true,
    alpn: true,
    answer: 'answer of nginx',
    shows: (certificate) => `shown: CN=${commonName(certificate)}`,
    start: (terms) => startOnPort(nginxPath ?? '', (port) => ['-c', nginxConfiguration(port, terms), '-e', 'stderr']),
  },
}
