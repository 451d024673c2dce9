/** The committed test PKI of vectors/pki: public test keys, made by vectors/make-pki.ts with OpenSSL. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type PkiKind = 'rsa' | 'rsaPss' | 'ecdsaP256' | 'ecdsaP384' | 'ecdsaP521' | 'ed25519' | 'ed448'

export const pkiKinds: readonly PkiKind[] = ['rsa', 'rsaPss', 'ecdsaP256', 'ecdsaP384', 'ecdsaP521', 'ed25519', 'ed448']

/** A certificate and its key: as PEM text, as files, and as DER. */
export interface PkiEntry {
  /** The end-entity certificate alone, DER. */
  readonly certificate: Uint8Array
  /** The end-entity certificate and the authority that issued it, DER. */
  readonly certificateChain: readonly Uint8Array[]
  /** PKCS#8 PrivateKeyInfo, DER. */
  readonly privateKeyInfo: Uint8Array
  readonly certPem: string
  readonly chainPem: string
  readonly keyPem: string
  readonly certPath: string
  readonly chainPath: string
  readonly keyPath: string
}

export interface PkiAuthorities {
  readonly rsa: PkiEntry
  readonly ecdsa: PkiEntry
  /** Both authorities' certificates, DER, and the one PEM file that holds them. */
  readonly certificates: readonly Uint8Array[]
  readonly certPem: string
  readonly certPath: string
}

export interface PkiSet {
  readonly ca: PkiAuthorities
  readonly server: Readonly<Record<PkiKind, PkiEntry>>
  readonly client: Readonly<Record<PkiKind, PkiEntry>>
}

const pathOf = (path: string): string => fileURLToPath(new URL(`../../vectors/pki/${path}`, import.meta.url))

/** DER of every block; the PKI's own files hold nothing but blocks that OpenSSL wrote. */
function derBlocks(pem: string): Uint8Array[] {
  const blocks = pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []
  return blocks.map((block) => new Uint8Array(Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64')))
}

function only(blocks: readonly Uint8Array[], path: string): Uint8Array {
  const [first] = blocks
  if (first === undefined || blocks.length !== 1) throw new Error(`${path} does not hold exactly one PEM block`)
  return first
}

function load(base: string, chained: boolean): PkiEntry {
  const certPath = pathOf(`${base}.cert.pem`)
  const chainPath = chained ? pathOf(`${base}.chain.pem`) : certPath
  const keyPath = pathOf(`${base}.key.pem`)
  const [certPem, chainPem, keyPem] = [certPath, chainPath, keyPath].map((path) => readFileSync(path, 'utf8'))
  if (certPem === undefined || chainPem === undefined || keyPem === undefined) throw new Error(`${base} is incomplete`)
  return {
    certificate: only(derBlocks(certPem), certPath),
    certificateChain: derBlocks(chainPem),
    privateKeyInfo: only(derBlocks(keyPem), keyPath),
    ...{ certPem, chainPem, keyPem, certPath, chainPath, keyPath },
  }
}

const loadRole = (folder: string): Readonly<Record<PkiKind, PkiEntry>> => ({
  rsa: load(`${folder}/rsa`, true),
  rsaPss: load(`${folder}/rsaPss`, true),
  ecdsaP256: load(`${folder}/ecdsaP256`, true),
  ecdsaP384: load(`${folder}/ecdsaP384`, true),
  ecdsaP521: load(`${folder}/ecdsaP521`, true),
  ed25519: load(`${folder}/ed25519`, true),
  ed448: load(`${folder}/ed448`, true),
})

function loadSet(prefix: string): PkiSet {
  const certPath = pathOf(`${prefix}ca/all.cert.pem`)
  const certPem = readFileSync(certPath, 'utf8')
  return {
    ca: {
      rsa: load(`${prefix}ca/rsa`, false),
      ecdsa: load(`${prefix}ca/ecdsa`, false),
      certificates: derBlocks(certPem),
      certPem,
      certPath,
    },
    server: loadRole(`${prefix}server`),
    client: loadRole(`${prefix}client`),
  }
}

/** The test PKI, and the same names under other keys: what an impostor has. */
export const pki: PkiSet & { readonly impostor: PkiSet } = { ...loadSet(''), impostor: loadSet('impostor/') }
