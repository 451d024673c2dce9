import { allSuites, type SuiteParameters } from '../../src/crypto/suite-parameters.js'

/** Every suite under which the server shows a certificate and no shared key is needed. */
export const certificateSuites: readonly SuiteParameters[] = allSuites.filter(
  ({ keyExchange }) => !keyExchange.endsWith('PSK'),
)

/** Every suite of a shared key. */
export const pskSuites: readonly SuiteParameters[] = allSuites.filter(({ keyExchange }) => keyExchange.endsWith('PSK'))
