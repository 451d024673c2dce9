/**
 * `npm run bench:timing -- [SCALE] [SECTION]`: does the time of a decryption tell what was decrypted? Welch's t between
 * classes of input, for RSA key transport and for CBC records, with both providers. SCALE multiplies the samples, 1 by
 * default; only sections whose title has SECTION in it are measured.
 */
import { nobleProvider } from '../src/providers/noble/index.js'
import { nodeProvider } from '../src/providers/node/index.js'
import { type Comparison, compare, EVIDENT, SUSPICIOUS, type Verdict } from './lib/dudect.js'
import { cbcComparisons, leakyCbc } from './lib/timing-cbc.js'
import { leakyUnpadding, rsaComparisons, unpaddingComparisons } from './lib/timing-rsa.js'

const scale = Number(process.argv[2] ?? 1)
if (!(scale > 0)) throw new Error('SCALE must be a positive number')
const only = process.argv[3] ?? ''
const samples = (count: number): number => Math.ceil(count * scale)

const providers = { noble: nobleProvider(), node: nodeProvider() }

/** What is measured; of the controls it is known that they leak. */
const sections: readonly (readonly [string, boolean, () => readonly Comparison<Uint8Array>[]])[] = [
  ['control: RSA unpadding that stops early', true, () => [leakyUnpadding(samples(100_000))]],
  ['control: CBC without the balance of hashing, noble', true, () => [leakyCbc(providers.noble, samples(40_000))]],
  ['control: CBC without the balance of hashing, node', true, () => [leakyCbc(providers.node, samples(200_000))]],
  ['RSA unpadding, without the arithmetic', false, () => unpaddingComparisons(samples(100_000))],
  ['noble: RSA decryption', false, () => rsaComparisons(providers.noble, samples(3_000))],
  ['node: RSA decryption', false, () => rsaComparisons(providers.node, samples(15_000))],
  ['noble: CBC records', false, () => cbcComparisons(providers.noble, samples(50_000))],
  ['node: CBC records', false, () => cbcComparisons(providers.node, samples(200_000))],
]

const judge = (t: number): string =>
  Math.abs(t) > EVIDENT ? 'A DIFFERENCE' : Math.abs(t) > SUSPICIOUS ? 'suspicious' : 'nothing seen'

function time(nanoseconds: number): string {
  const size = Math.abs(nanoseconds)
  if (size >= 10_000) return `${(nanoseconds / 1_000).toFixed(1)} µs`
  return `${nanoseconds.toFixed(size < 10 ? 1 : 0)} ns`
}

function print({ name, samples, t, share, difference, visible, median }: Verdict): void {
  const found = `t ${t.toFixed(1).padStart(7)} in the fastest ${(100 * share).toFixed(0).padStart(3)} %`
  const size = `${time(difference).padStart(9)} of ${time(median).padStart(9)}`
  console.log(`  ${name.padEnd(66)} ${found} ${size}, ±${time(visible)}, ${samples} samples: ${judge(t)}`)
}

let blind = false
for (const [title, leaks, make] of sections.filter(([title]) => title.includes(only))) {
  console.log(`${leaks ? '' : '\n'}${title}`)
  for (const comparison of make()) {
    globalThis.gc?.()
    const verdict = compare(comparison)
    print(verdict)
    blind ||= leaks && Math.abs(verdict.t) < EVIDENT
  }
}

console.log(`
t: Welch's, between the two classes named, in that share of the times (the fastest) where it is greatest. The difference is
that of the means there, second less first; ± is what would have reached |t| ${SUSPICIOUS} in the share that shows most.
It can show a difference, not that there is none: one below ±, one that another processor, engine or version of OpenSSL
makes, one in the caches that other programs see, or one that these classes of input do not bring out.`)
if (blind) {
  console.log(
    'A control that is known to leak was not seen: this run says nothing. Use a quieter machine or a larger SCALE.',
  )
  process.exitCode = 1
}
