/**
 * Makes vectors/odd with the openssl command: certificates that a careful peer refuses, each for one reason. The ECDSA
 * authority of vectors/pki issues them, all for one key. Run with `tsx vectors/make-odd.ts` after make-pki.ts.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const folder = path('./odd/')
const key = join(folder, 'key.pem')
const scratch = mkdtempSync(join(tmpdir(), 'tls12-odd-'))
const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

const here = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
const server = ['extendedKeyUsage=serverAuth', here]
const always = ['20200101000000Z', '20491231235959Z'] as const

interface Odd {
  readonly name: string
  readonly from?: string
  readonly to?: string
  readonly extensions: readonly string[]
}

const certificates: readonly Odd[] = [
  { name: 'expired', to: '20210101000000Z', extensions: server },
  { name: 'not-yet-valid', from: '20480101000000Z', extensions: server },
  { name: 'other-name', extensions: ['extendedKeyUsage=serverAuth', 'subjectAltName=DNS:other.example'] },
  { name: 'for-clients-only', extensions: ['extendedKeyUsage=clientAuth', here] },
  { name: 'must-staple', extensions: [...server, 'tlsfeature=status_request'] },
  { name: 'expired-client', to: '20210101000000Z', extensions: ['extendedKeyUsage=clientAuth'] },
  { name: 'client-for-servers-only', extensions: server },
]

function make({ name, from = always[0], to = always[1], extensions }: Odd): void {
  const config = join(scratch, 'ca.cnf')
  const usual = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature']
  const lines = [
    ...[
      '[ca]',
      'default_ca=it',
      '[it]',
      `database=${scratch}/index.txt`,
      `new_certs_dir=${scratch}`,
      'rand_serial=yes',
    ],
    ...['default_md=sha256', 'policy=any', 'unique_subject=no', '[any]', 'commonName=supplied'],
    ...['[extensions]', ...usual, 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid', ...extensions],
  ]
  writeFileSync(join(scratch, 'index.txt'), '')
  writeFileSync(config, lines.join('\n'))
  const request = join(scratch, 'request.pem')
  openssl('req', '-new', '-key', key, '-subj', `/CN=tls12 test ${name}`, '-out', request)
  const issuer = ['-cert', path('./pki/ca/ecdsa.cert.pem'), '-keyfile', path('./pki/ca/ecdsa.key.pem')]
  const command = ['ca', '-batch', '-notext', '-config', config, '-extensions', 'extensions']
  openssl(
    ...command,
    '-startdate',
    from,
    '-enddate',
    to,
    ...issuer,
    '-in',
    request,
    '-out',
    `${folder}${name}.cert.pem`,
  )
}

try {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key)
  for (const one of certificates) make(one)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
