/** A sample of the live matrix (`npm run interop`): what OpenSSL and GnuTLS resume, by both means and in both roles. */
import { describe, expect, test } from 'vitest'
import { noble } from '../support/endpoints.js'
import { program } from '../support/outside.js'
import { nameOf } from './matrix/case.js'
import { runPeer } from './matrix/run.js'
import { gnutls } from './peers/gnutls-peer.js'
import { openssl } from './peers/openssl-peer.js'

const peers = [
  ['openssl', openssl],
  ['gnutls-cli', gnutls],
] as const

describe.each(peers)('%s', (command, peer) => {
  const absent = program(command, '--version') === undefined

  test.skipIf(absent).each(['server', 'client'] as const)(
    'sessions resumed with its %s',
    { timeout: 120_000 },
    async (role) => {
      const cells = await runPeer(peer, noble, { roles: [role], wanted: ({ panel }) => panel === 'resumption' })
      const bad = cells.filter(({ outcome }) => outcome === 'red')
      expect(bad.map(({ of, detail }) => `${nameOf(of)}: ${detail}`)).toEqual([])
      expect(cells.filter(({ outcome }) => outcome === 'green').length).toBeGreaterThan(6)
    },
  )
})
