/**
 * Writes src/cli/demo-pki.ts from the test PKI in vectors/pki, so that the installed command needs no file. Run with
 * `tsx vectors/make-demo-pki.ts` after `vectors/make-pki.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const read = (path: string): string => readFileSync(new URL(`./pki/${path}`, import.meta.url), 'utf8').trim()

const constant = (name: string, base: string): string =>
  `export const ${name}: DemoCredential = {\n  chain: \`${read(`${base}.chain.pem`)}\`,\n  key: \`${read(`${base}.key.pem`)}\`,\n}\n`

const text = `/**
 * Test certificates and their private keys, PUBLIC and so without any worth as secrets: for \`demo\`, and for \`serve\`
 * without \`--cert\`. Written by vectors/make-demo-pki.ts, not by hand.
 */

/** Texts in PEM: the certificate with its issuer after it, and its private key. */
export interface DemoCredential {
  readonly chain: string
  readonly key: string
}

${constant('demoServerRsa', 'server/rsa')}
${constant('demoServerEcdsa', 'server/ecdsaP256')}
${constant('demoClientRsa', 'client/rsa')}
${constant('demoClientEcdsa', 'client/ecdsaP256')}`

writeFileSync(new URL('../src/cli/demo-pki.ts', import.meta.url), text)
