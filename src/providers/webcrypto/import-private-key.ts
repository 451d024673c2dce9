import { checkKeyParameters } from '../../crypto/key-parameters.js'
import type { PrivateKey } from '../../crypto/key-types.js'
import { type PrivateKeyInfo, readPrivateKeyInfo } from '../../crypto/private-key-info.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { importRsaPrivateKey } from '../../crypto/rsa-key.js'
import type { NativeScheme } from './algorithms.js'
import { heldKeys, nativeSchemes, type SigningKind, schemeFor, signWith } from './held-keys.js'
import { plainPrivateKeyInfo } from './key-forms.js'
import { owned, type Subtle, type WebCryptoKey } from './subtle.js'
import { supportsScheme } from './support.js'

/** What imports need: the runtime, and a provider that checks the key and does with it what the runtime cannot. */
export interface ImportContext {
  readonly subtle: Subtle
  readonly beside: Pick<CryptoProvider, 'importPrivateKey'>
}

function kindOfInfo({ keyType, curve, parameters, privateKey }: PrivateKeyInfo): SigningKind {
  const onlyHash = checkKeyParameters(keyType, parameters)
  const rsa = keyType === 'rsa' || keyType === 'rsa-pss'
  return {
    ...{ keyType, onlyHash },
    ...(curve === undefined ? {} : { curve }),
    ...(rsa ? { rsaBits: importRsaPrivateKey(privateKey).bits } : {}),
  }
}

/** One key for each algorithm that the runtime has and takes this key for; ECDSA keys are the same for all hashes. */
async function importAll(subtle: Subtle, kind: SigningKind, info: Uint8Array): Promise<readonly WebCryptoKey[]> {
  const keys = new Map<string, WebCryptoKey>()
  const importOne = async (native: NativeScheme): Promise<void> => {
    const name = Object.values(native.key).join()
    if (keys.has(name) || !(await supportsScheme(subtle, native))) return
    const key = await subtle.importKey('pkcs8', owned(info), native.key, false, ['sign']).catch(() => undefined)
    if (key !== undefined) keys.set(name, key)
  }
  for (const native of nativeSchemes(kind).values()) await importOne(native)
  return [...keys.values()]
}

interface Importing {
  readonly kind: SigningKind
  /** The same key in the other provider, which has checked it. */
  readonly inMemory: PrivateKey
  readonly keys: Promise<readonly WebCryptoKey[]>
}

function importing({ subtle, beside }: ImportContext, privateKeyInfo: Uint8Array): Importing {
  const inMemory = beside.importPrivateKey(privateKeyInfo)
  const info = readPrivateKeyInfo(privateKeyInfo)
  const kind = kindOfInfo(info)
  const octets = plainPrivateKeyInfo(info)
  const keys = octets === undefined ? [] : importAll(subtle, kind, octets).finally(() => octets.fill(0))
  return { kind, inMemory, keys: Promise.resolve(keys) }
}

/**
 * A signer from a DER PrivateKeyInfo: by the runtime where it has the scheme, else by the provider beside it, which keeps
 * the key in memory. Throws `TypeError` for keys that provider cannot use.
 */
export function importPrivateKey(context: ImportContext, privateKeyInfo: Uint8Array): PrivateKey {
  const { kind, inMemory, keys } = importing(context, privateKeyInfo)
  const held = keys.then((all) => heldKeys(kind, all))
  return {
    keyType: kind.keyType,
    ...(kind.curve === undefined ? {} : { curve: kind.curve }),
    sign: (scheme, content, signal) => {
      schemeFor(kind, scheme)
      const octets = owned(content)
      return held.then((all) => {
        const key = all.get(scheme)
        return key === undefined
          ? inMemory.sign(scheme, new Uint8Array(octets), signal)
          : signWith(context.subtle, kind, key, octets)
      })
    },
    ...(inMemory.decryptPreMaster === undefined ? {} : { decryptPreMaster: inMemory.decryptPreMaster.bind(inMemory) }),
  }
}

/**
 * Non-extractable CryptoKeys from a DER PrivateKeyInfo: one for ECDSA and Ed25519, and for RSA one for each padding and
 * hash, since WebCrypto binds both to a key. They sign, and nothing takes them out again; what was imported from is the
 * caller's to forget. Rejects with `TypeError` for keys that the provider beside cannot use, and for kinds that the
 * runtime has not.
 */
export async function importNonExtractable(
  context: ImportContext,
  privateKeyInfo: Uint8Array,
): Promise<readonly WebCryptoKey[]> {
  const { kind, keys } = importing(context, privateKeyInfo)
  const all = await keys
  if (all.length > 0) return all
  throw new TypeError(`the WebCrypto of this runtime takes no such ${[kind.keyType, kind.curve].join(' ').trim()} key`)
}
