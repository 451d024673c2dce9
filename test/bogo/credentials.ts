import { readFileSync } from 'node:fs'
import type { Credential } from '../../src/crypto/key-types.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { certificatesFromPem, privateKeyInfoFromPem } from '../../src/x509/pem.js'
import type { Settings } from './flags.js'

export const provider = nodeProvider()

export const certificatesFrom = (path: string): readonly Uint8Array[] => certificatesFromPem(readFileSync(path, 'utf8'))

/** What this side shows, or `undefined` where it is given nothing. */
export function credentialOf(settings: Settings): Credential | undefined {
  const [certFile, keyFile] = [settings.text('-cert-file'), settings.text('-key-file')]
  if (certFile === undefined || keyFile === undefined) return undefined
  const key = provider.importPrivateKey(privateKeyInfoFromPem(readFileSync(keyFile, 'utf8')))
  const ocspResponse = settings.bytes('-ocsp-response')
  return {
    certificateChain: certificatesFrom(certFile),
    key,
    ...(ocspResponse === undefined ? {} : { ocspResponse }),
  }
}
