/**
 * Writes src/cli/demo-pki.ts from the test PKI in vectors/pki, so that the installed command needs no file. Run with
 * `tsx vectors/make-demo-pki.ts` after `vectors/make-pki.ts`. The authorities' CRLs are made here, with the openssl
 * command, where they are not there yet: each revokes one certificate that nobody has.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const pki = (path: string): string => fileURLToPath(new URL(`./pki/${path}`, import.meta.url))
const read = (path: string): string => readFileSync(pki(path), 'utf8').trim()

/** As long as the certificates live. */
const UPDATES = ['-crl_lastupdate', '20200101000000Z', '-crl_nextupdate', '20491231235959Z']

/** A line of OpenSSL's database: revoked, its end, the time and reason of revocation, serial number, file, name. */
const REVOKED = ['R', '491231235959Z', '240101000000Z,superseded', '1000', 'unknown', '/CN=tls12 test, revoked']

function makeCrl(kind: 'rsa' | 'ecdsa', scratch: string): void {
  const file = (name: string): string => join(scratch, name)
  writeFileSync(file('index.txt'), `${REVOKED.join('\t')}\n`)
  writeFileSync(file('crlnumber'), '01\n')
  const section = ['[it]', `database=${file('index.txt')}`, `crlnumber=${file('crlnumber')}`, 'default_md=sha256']
  const extensions = ['crl_extensions=extensions', '[extensions]', 'authorityKeyIdentifier=keyid']
  writeFileSync(file('ca.cnf'), ['[ca]', 'default_ca=it', ...section, ...extensions].join('\n'))
  const issuer = ['-cert', pki(`ca/${kind}.cert.pem`), '-keyfile', pki(`ca/${kind}.key.pem`)]
  const command = ['ca', '-gencrl', '-config', file('ca.cnf'), ...UPDATES, ...issuer]
  execFileSync('openssl', [...command, '-out', pki(`ca/${kind}.crl.pem`)], { stdio: ['ignore', 'ignore', 'pipe'] })
}

const scratch = mkdtempSync(join(tmpdir(), 'tls12-demo-pki-'))
try {
  for (const kind of ['rsa', 'ecdsa'] as const) if (!existsSync(pki(`ca/${kind}.crl.pem`))) makeCrl(kind, scratch)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

const credential = (name: string, base: string): string =>
  `export const ${name}: DemoCredential = {\n  chain: \`${read(`${base}.chain.pem`)}\`,\n  key: \`${read(`${base}.key.pem`)}\`,\n}\n`

const bundle = (name: string, ...paths: readonly string[]): string =>
  `export const ${name} = \`${paths.map(read).join('\n')}\`\n`

const text = `/**
 * Test certificates and their private keys, PUBLIC and so without any worth as secrets: for \`demo\`, and for \`serve\`
 * without \`--cert\`. Written by vectors/make-demo-pki.ts, not by hand.
 */

/** Texts in PEM: the certificate with its issuer after it, and its private key. */
export interface DemoCredential {
  readonly chain: string
  readonly key: string
}

${credential('demoServerRsa', 'server/rsa')}
${credential('demoServerEcdsa', 'server/ecdsaP256')}
${credential('demoClientRsa', 'client/rsa')}
${credential('demoClientEcdsa', 'client/ecdsaP256')}
/** The authorities that issued them, PEM. */
${bundle('demoAuthorities', 'ca/all.cert.pem')}
/** What these authorities have revoked: none of the above. PEM. */
${bundle('demoRevocationLists', 'ca/rsa.crl.pem', 'ca/ecdsa.crl.pem')}`

writeFileSync(new URL('../src/cli/demo-pki.ts', import.meta.url), text)
