/** What a certificate is to be used for. */
export type Purpose = 'serverAuth' | 'clientAuth'

/** Key purposes in dotted form (RFC 5280 §4.2.1.12). */
export const purposeIdentifiers: Readonly<Record<Purpose, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
}

export const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0'
