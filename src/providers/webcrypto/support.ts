import { fromHex } from '../../bytes/convert.js'
import { type NativeGroup, type NativeGroupName, type NativeScheme, nativeGroup } from './algorithms.js'
import { rsaPublicKeyInfo } from './key-forms.js'
import { generatePair, owned, type Subtle } from './subtle.js'

const known = new WeakMap<Subtle, Map<string, Promise<boolean>>>()

/** The outcome of a trial, which is made once; whatever goes wrong in it, the algorithm is not relied on. */
function once(subtle: Subtle, name: string, attempt: () => Promise<boolean>): Promise<boolean> {
  const answers = known.get(subtle) ?? new Map<string, Promise<boolean>>()
  known.set(subtle, answers)
  const answer = answers.get(name) ?? attempt().catch(() => false)
  answers.set(name, answer)
  return answer
}

const CONTENT = fromHex('747269616c')

/** An odd number of 2048 bits: to make a real key would take a tenth of a second. */
const trialModulus = (1n << 2047n) + 1n

async function tryRsa(subtle: Subtle, { key, use }: NativeScheme): Promise<boolean> {
  const info = rsaPublicKeyInfo({ n: trialModulus, e: 65537n })
  const imported = await subtle.importKey('spki', owned(info), key, false, ['verify'])
  return (await subtle.verify(use, imported, new ArrayBuffer(256), owned(CONTENT))) === false
}

async function trySigning(subtle: Subtle, { key, use }: NativeScheme): Promise<boolean> {
  const { privateKey, publicKey } = await generatePair(subtle, key, ['sign', 'verify'])
  const signature = await subtle.sign(use, privateKey, owned(CONTENT))
  return subtle.verify(use, publicKey, signature, owned(CONTENT))
}

/** Whether the runtime signs and verifies like this: found out by trying, since there is nothing to ask. */
export const supportsScheme = (subtle: Subtle, scheme: NativeScheme): Promise<boolean> =>
  once(subtle, scheme.name, () => (scheme.name.startsWith('RSA') ? tryRsa : trySigning)(subtle, scheme))

async function tryAgreement(subtle: Subtle, { algorithm, secretLength }: NativeGroup): Promise<boolean> {
  const { privateKey, publicKey } = await generatePair(subtle, algorithm, ['deriveBits'])
  const octets = await subtle.exportKey('raw', publicKey)
  const peer = await subtle.importKey('raw', octets, algorithm, true, [])
  const secret = await subtle.deriveBits({ name: algorithm.name, public: peer }, privateKey, 8 * secretLength)
  return secret.byteLength === secretLength
}

/** Whether the runtime makes key shares of this group. */
export const supportsGroup = (subtle: Subtle, group: NativeGroupName): Promise<boolean> =>
  once(subtle, group, () => tryAgreement(subtle, nativeGroup(group)))
