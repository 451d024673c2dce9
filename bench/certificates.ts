/**
 * What a certificate costs: parsing, beside node:crypto and the asn1 package alone, and the validation of a chain of three,
 * new and known, with each provider. `npm run bench:certificates`. Chains are minted before anything is timed.
 */
import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate } from '@peculiar/asn1-x509'
import { nobleProvider } from '../src/providers/noble/index.js'
import { nodeProvider } from '../src/providers/node/index.js'
import { chainVerifier, parseCertificate } from '../src/x509/index.js'
import { ecKey, type Minted, mint, mintLeaf, mintRoot, rsaKey } from '../test/x509/minting.js'
import { elapsed, median, perCall } from './lib/measure.js'
import { fixed, table } from './lib/table.js'

const CHAINS = 120
const makers = { 'ECDSA P-256': () => ecKey(), 'RSA-2048': () => rsaKey() } as const
type KeyKind = keyof typeof makers

interface Chain {
  readonly root: Minted
  readonly certificateChain: readonly Uint8Array[]
}

/** Chains whose certificates no cache has seen: new names and serial numbers; keys are reused, since making them is slow. */
function mintChains(kind: KeyKind): readonly Chain[] {
  const [rootKey, issuerKey, leafKey] = [makers[kind](), makers[kind](), makers[kind]()]
  return Array.from({ length: CHAINS }, (_, i) => {
    const root = mintRoot(`Root ${kind} ${i}`, { key: rootKey })
    const issuer = mint({ name: `Issuer ${kind} ${i}`, issuer: root, key: issuerKey, ca: true })
    const leaf = mintLeaf(issuer, { name: `leaf ${i}`, key: leafKey, dns: ['bench.example'] })
    return { root, certificateChain: [leaf.der, issuer.der] }
  })
}

const request = (certificateChain: readonly Uint8Array[]) =>
  ({ peer: 'server', certificateChain, serverName: 'bench.example' }) as const

const never = new AbortController().signal

function validation(kind: KeyKind, provider: ReturnType<typeof nobleProvider>): readonly [cold: number, warm: number] {
  const cold: number[] = []
  const warm: number[] = []
  for (const { root, certificateChain } of mintChains(kind)) {
    const verify = chainVerifier({ anchors: [root.der], provider })
    const judge = (): void => {
      const verdict = verify(request(certificateChain), never)
      if (verdict instanceof Promise || !verdict.accepted) throw new Error('a good chain was refused')
    }
    cold.push(elapsed(judge))
    warm.push(perCall(20, 4, judge))
  }
  return [median(cold.slice(CHAINS >> 2)), median(warm.slice(CHAINS >> 2))]
}

const providers = { noble: nobleProvider(), node: nodeProvider() }
const kinds: readonly KeyKind[] = ['ECDSA P-256', 'RSA-2048']

const rows = kinds.flatMap((kind) =>
  Object.entries(providers).map(([name, provider]) => {
    const [cold, warm] = validation(kind, provider)
    return [`${kind}, ${name}`, fixed(cold, 2), fixed(warm, 3)]
  }),
)
console.log(table(['a chain of three certificates, validated', 'new ms', 'known ms'], rows))

/** Each certificate is new to our cache; the other two have none. */
const fresh = kinds.map((kind) => mintChains(kind).flatMap(({ certificateChain }) => certificateChain))
const microseconds = (work: (der: Uint8Array) => void): string[] =>
  fresh.map((certificates) => fixed(1_000 * median(certificates.map((der) => elapsed(() => work(der)))), 0))
const [known] = fresh[0] ?? []
if (known === undefined) throw new Error('no certificate was minted')
parseCertificate(known)
const cached = perCall(1_000, 20, () => void parseCertificate(known))
const parsing = [
  ['tls12, new', ...microseconds((der) => void parseCertificate(der))],
  ['asn1-x509 alone', ...microseconds((der) => void AsnConvert.parse(der, Certificate))],
  ['node:crypto', ...microseconds((der) => void new X509Certificate(der))],
  ['tls12, known', fixed(1_000 * cached, 1), ''],
]
console.log(`\n${table(['one certificate, parsed', ...kinds.map((kind) => `${kind} µs`)], parsing)}`)
