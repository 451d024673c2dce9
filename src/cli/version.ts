import { readFileSync } from 'node:fs'

/** The version of this package, as `--version` tells it: package.json stands two folders above source and build alike. */
export function versionText(): string {
  const described: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const version =
    typeof described === 'object' && described !== null && 'version' in described
      ? String(described.version)
      : 'unknown'
  return `tls12 ${version} (TLS 1.2 only), Node ${process.versions.node}\n`
}
