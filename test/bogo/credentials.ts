import { readFileSync } from 'node:fs'
import { decode } from '../../src/codec/codec.js'
import type { Credential } from '../../src/crypto/key-types.js'
import { SignedCertificateTimestampList } from '../../src/messages/extensions/signed-certificate-timestamp.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { certificatesFromPem, privateKeyInfoFromPem } from '../../src/x509/pem.js'
import type { Settings } from './flags.js'

export const provider = nodeProvider()

export const certificatesFrom = (path: string): readonly Uint8Array[] => certificatesFromPem(readFileSync(path, 'utf8'))

/** The library hands timestamps on as they are; this shim looks at what it is given to hand on. */
function timestampsOf(settings: Settings): Uint8Array | undefined {
  const list = settings.bytes('-signed-cert-timestamps')
  try {
    if (list !== undefined) decode(SignedCertificateTimestampList, list)
  } catch (cause) {
    throw new Error(':INVALID_SCT_LIST:', { cause })
  }
  return list
}

/** What this side shows, or `undefined` where it is given nothing. */
export function credentialOf(settings: Settings): Credential | undefined {
  const [certFile, keyFile] = [settings.text('-cert-file'), settings.text('-key-file')]
  if (certFile === undefined || keyFile === undefined) return undefined
  const key = provider.importPrivateKey(privateKeyInfoFromPem(readFileSync(keyFile, 'utf8')))
  const ocspResponse = settings.bytes('-ocsp-response')
  const signedCertificateTimestamps = timestampsOf(settings)
  return {
    certificateChain: certificatesFrom(certFile),
    key,
    ...(ocspResponse === undefined ? {} : { ocspResponse }),
    ...(signedCertificateTimestamps === undefined ? {} : { signedCertificateTimestamps }),
  }
}
