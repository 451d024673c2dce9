/** Every implementation that the matrix and the captures know. */
import { botan } from './botan-peer.js'
import { gnutls } from './gnutls-peer.js'
import { chromium, curl, nginx } from './http-peers.js'
import { nss } from './nss-peer.js'
import { openssl } from './openssl-peer.js'
import { ownPrograms } from './own-programs.js'
import type { Peer } from './peer.js'

/** Their names, and what finds each and builds what must be built. */
export const allPeers: Readonly<Record<string, () => Peer>> = {
  OpenSSL: () => openssl,
  GnuTLS: () => gnutls,
  NSS: () => nss,
  ...ownPrograms,
  Botan: () => botan,
  Chromium: () => chromium,
  curl: () => curl,
  nginx: () => nginx,
}
