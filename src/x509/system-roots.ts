/** The trust anchors of the machine: the one file of x509 that needs Node, with an entry point of its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { PemError } from './pem.js'
import { anchorsFromPem, withoutDuplicates } from './trust-anchors.js'
import { tryParse } from './try-parse.js'

/** Where systems keep their bundle: the first that can be read is used. */
const BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch, Gentoo
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, RHEL
  '/etc/pki/tls/certs/ca-bundle.crt', // older ones of these
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // Alpine, macOS, OpenBSD
  '/usr/local/share/certs/ca-root-nss.crt', // FreeBSD
  '/usr/local/etc/ssl/cert.pem',
]

/** The names that OpenSSL gives the files of a directory: a hash of the subject and a number. */
const HASHED_NAME = /^[0-9a-f]{8}\.\d+$/

/** The certificates of a bundle that can be read; those of a broken one are lost, and the other anchors are not. */
function readBundle(path: string): readonly Uint8Array[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  try {
    return anchorsFromPem(text)
  } catch (error) {
    if (error instanceof PemError) return []
    throw error
  }
}

function readDirectory(path: string): readonly Uint8Array[] {
  try {
    const names = readdirSync(path).filter((name) => HASHED_NAME.test(name) || /\.(?:pem|crt)$/.test(name))
    return names.sort().flatMap((name) => readBundle(join(path, name)))
  } catch {
    return []
  }
}

const usable = (certificates: readonly Uint8Array[]): readonly Uint8Array[] =>
  withoutDuplicates(certificates).filter((der) => tryParse(der) !== undefined)

/** The roots that this Node was built with (Mozilla's list at that time), as DER: `tls.rootCertificates`. */
export const nodeRoots = (): readonly Uint8Array[] => usable(anchorsFromPem(rootCertificates.join('\n')))

/**
 * The trust anchors of the system, as DER: the file that `SSL_CERT_FILE` names and the directories of `SSL_CERT_DIR`, as
 * OpenSSL takes them, or else the bundle at one of the usual places. Files that cannot be read are skipped, and so are
 * certificates that break RFC 5280: an empty list is possible, and then no peer is trusted.
 */
export function systemRoots(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly Uint8Array[] {
  const { SSL_CERT_FILE: file = '', SSL_CERT_DIR: directories = '' } = environment
  if (file !== '' || directories !== '') {
    const paths = directories.split(delimiter).filter((path) => path !== '')
    return usable([...(file === '' ? [] : readBundle(file)), ...paths.flatMap(readDirectory)])
  }
  for (const path of BUNDLES) {
    const found = readBundle(path)
    if (found.length > 0) return usable(found)
  }
  return []
}
