/** Certificates, keys and CRLs in files, as the options of trust want them, and servers that show them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accept } from '../../src/adapters/node/index.js'
import type { Credential } from '../../src/crypto/key-types.js'
import { certificatesFromPem, privateKeyInfoFromPem } from '../../src/x509/index.js'
import { noble } from '../support/endpoints.js'
import { type Minted, type MintOptions, mint, mintLeaf, mintRoot, purposes } from '../x509/minting.js'
import { connectHere } from './run.js'

const scratch = mkdtempSync(join(tmpdir(), 'tls12-trust-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))

export const write = (name: string, content: string | Uint8Array): string => {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}

/** Files that OpenSSL made: a root, an issuing authority, whom they certified, and what they revoked. */
export const made = (name: string): string =>
  fileURLToPath(new URL(`../../vectors/revocation/${name}`, import.meta.url))
export const keystore = (name: string): string =>
  fileURLToPath(new URL(`../../vectors/keystore/${name}`, import.meta.url))
const text = (name: string): string => readFileSync(made(name), 'utf8')

export const madeCredential = (name: string): Credential => ({
  certificateChain: certificatesFromPem(text(`${name}.chain.pem`)),
  key: noble.importPrivateKey(privateKeyInfoFromPem(text(`${name}.key.pem`))),
})
export const identity = (name: string): string[] => [
  '--cert',
  made(`${name}.chain.pem`),
  '--key',
  made(`${name}.key.pem`),
]
export const ca = ['--ca', made('root.cert.pem')]
export const crls = ['--crl', made('root.crl.pem'), '--crl', made('issuing.crl.pem')]

// What OpenSSL's files have not: wrong dates, a wrong role, another host, a root that nobody trusts.
export const root = mintRoot('Minted root')
const year = (number: number): Date => new Date(Date.UTC(number, 0, 1))
const leaf = (name: string, options: Partial<MintOptions> = {}): Minted => mintLeaf(root, { name, ...options })
export const minted = {
  expired: leaf('expired', { notAfter: year(2021) }),
  future: leaf('future', { notBefore: year(2039) }),
  elsewhere: leaf('elsewhere', { dns: ['example.org'] }),
  role: leaf('role', { purposes: [purposes.clientAuth] }),
  stranger: mintLeaf(mintRoot('Stranger'), { name: 'unknown' }),
  /** Its issuer has the name of one that is trusted, and another key. */
  namesake: mintLeaf(mintRoot('tls12 test root'), { name: 'namesake', purposes: [purposes.clientAuth] }),
  client: leaf('client', { purposes: [purposes.clientAuth] }),
  expiredClient: leaf('expired client', { purposes: [purposes.clientAuth], notAfter: year(2021) }),
  impostor: mint({
    name: 'under a leaf',
    issuer: leaf('no authority'),
    purposes: [purposes.serverAuth],
    dns: ['localhost'],
  }),
}
export const mintedRoot = ['--ca', write('root.pem', root.pem)]
export const credentialOf = ({ der, key }: Minted): Credential => ({
  certificateChain: [der],
  key: noble.importPrivateKey(key.privateKeyInfo),
})
export const identityOf = (name: string, { pem, key }: Minted): string[] => [
  ...['--cert', write(`${name}.pem`, pem), '--key'],
  write(`${name}.key.pem`, String(key.privateKey.export({ type: 'pkcs8', format: 'pem' }))),
]

/** A server of ours that echoes and asks nobody who he is. */
export async function echoing(credential: Credential): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => {
    const stream = accept(socket, noble, { credentials: [credential] })
    stream.on('error', () => {}).pipe(stream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, server } // a TCP server has such an address
}

export async function against(credential: Credential, ...argv: string[]) {
  const { port, server } = await echoing(credential)
  const target = argv.includes('--by-address') ? '127.0.0.1' : 'localhost'
  const flags = argv.filter((one) => one !== '--by-address')
  // The server listens on IPv4 alone, and a name may stand for both.
  const name = target === 'localhost' ? ['--servername', 'localhost'] : []
  const named = flags.includes('--servername') ? [] : name
  try {
    return await connectHere([...flags, ...named, `127.0.0.1:${port}`], 'hello')
  } finally {
    server.close()
  }
}

export const ok = { code: 0, out: 'hello', err: '' }
