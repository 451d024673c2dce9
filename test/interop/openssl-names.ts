import type { SuiteParameters } from '../../src/crypto/suite-parameters.js'
import { certificateSuites } from '../support/suites.js'

/** What every build of OpenSSL has: most leave triple DES out. */
export const opensslSuites: readonly SuiteParameters[] = certificateSuites.filter(
  ({ bulk }) => bulk.cipher !== '3DES_EDE_CBC',
)

/** OpenSSL's name of a suite: `ECDHE-RSA-AES128-GCM-SHA256`. */
export const opensslName = ({ name }: SuiteParameters): string =>
  name
    .replace(/^TLS_(?:RSA_WITH_)?/, '')
    .replace('_WITH', '')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20_POLY1305')
    .replace(/AES_(\d+)/, 'AES$1')
    .replace('_CBC', '')
    .replace('CCM_8', 'CCM8')
    .replaceAll('_', '-')
