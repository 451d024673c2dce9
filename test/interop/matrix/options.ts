/** What both ends of a cell are told. */
import type { ClientOptions, CommonOptions, ServerOptions } from '../../../src/adapters/options.js'
import { SessionCache } from '../../../src/adapters/sessions/client-sessions.js'
import { MemorySessionStore } from '../../../src/adapters/sessions/session-store.js'
import { TicketKeys } from '../../../src/adapters/sessions/ticket-keys.js'
import { fromHex } from '../../../src/bytes/convert.js'
import { preSharedKey } from '../../../src/crypto/pre-shared-key.js'
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import { credentialOf, pinTo } from '../../support/endpoints.js'
import { sharedKey, type Terms } from '../peers/peer.js'
import type { Case, Variation } from './case.js'

/** What the peer is told: only this suite where we serve, anything where it serves and we choose. */
export const termsFor = ({ suite, serverKind, clientKind, resume, role, variation }: Case): Terms => {
  const own = role === 'server' ? (serverKind ?? 'rsa') : clientKind
  return {
    resume,
    psk: suite.keyExchange.endsWith('PSK'),
    ...(own === undefined ? {} : { kind: own }),
    ...(role === 'client' ? { suites: [suite] } : {}),
    ...(role === 'server' && clientKind !== undefined ? { clientAuth: 'require' } : {}),
    ...(variation === 'application protocol' ? { alpn: [protocol] } : {}),
    ...(variation === 'renegotiation' ? { renegotiation: true } : {}),
  }
}

/** One that every peer that knows HTTP is ready to speak. */
export const protocol = 'http/1.1'

const variations: Readonly<Record<Variation, Partial<CommonOptions> & { readonly encryptThenMac?: boolean }>> = {
  'no extended master secret': { extendedMasterSecret: 'off' },
  'MAC then encrypt': { encryptThenMac: false },
  'application protocol': { applicationProtocols: ['unheard of', protocol] },
  renegotiation: {},
}

const schemes = [
  ...(['rsa_pss_pss_sha256', 'rsa_pss_rsae_sha256', 'rsa_pkcs1_sha256', 'ecdsa_secp256r1_sha256'] as const),
  ...(['ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519', 'ed448'] as const),
  ...(['rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512'] as const),
]

const common = ({ suite, variation }: Case) => ({
  cipherSuites: [suite.name],
  signatureSchemes: schemes,
  ...(suite.keyExchange.endsWith('PSK')
    ? { preSharedKeys: [preSharedKey(sharedKey.identity, fromHex(sharedKey.hex))] }
    : {}),
  ...(variation === undefined ? {} : variations[variation]),
})

/** Some peers know nothing of extended master secrets, and their sessions are to be resumed all the same. */
const old = { resumeWithoutExtendedMasterSecret: true } as const

export function clientOptions(one: Case, provider: CryptoProvider): ClientOptions {
  const { serverKind, clientKind, resume } = one
  return {
    ...common(one),
    serverName: 'localhost',
    ...(resume === 'none'
      ? {}
      : { sessionCache: new SessionCache(), sessionTickets: resume === 'ticket' ? 'on' : 'off', ...old }),
    ...(serverKind === undefined ? {} : { verifier: pinTo('server', serverKind, provider) }),
    ...(clientKind === undefined ? {} : { credentials: [credentialOf('client', clientKind, provider)] }),
  }
}

export function serverOptions(one: Case, provider: CryptoProvider): ServerOptions {
  const { serverKind, clientKind, resume } = one
  return {
    ...common(one),
    ...(resume === 'id' ? { sessionStore: new MemorySessionStore(), ...old } : {}),
    ...(resume === 'ticket' ? { ticketKeys: new TicketKeys({ provider }), ...old } : {}),
    ...(serverKind === undefined ? {} : { credentials: [credentialOf('server', serverKind, provider)] }),
    ...(clientKind === undefined
      ? {}
      : { clientAuthentication: 'require', verifier: pinTo('client', clientKind, provider) }),
  }
}
