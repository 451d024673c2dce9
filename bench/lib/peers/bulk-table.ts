/** Application data in writes of 16 KiB through whole connections, both directions in turn, beside sealing and opening alone. */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { Secret } from '../../../src/bytes/secret.js'
import type { CryptoProvider } from '../../../src/crypto/provider.js'
import { type AsyncWork, asyncInTurns, median, type Turns } from '../measure.js'
import { fixed, table } from '../table.js'
import type { ConnectedStreams, Contestant, Setting } from './contestant.js'
import { ends, joined, reused } from './tls12.js'

const RECORD = 16_384
/** Bytes each way and turn. */
const AMOUNT = 2 ** 22

const setting: Setting = { kind: 'ecdsaP256', mutual: false }
const block = new Uint8Array(RECORD).fill(0x61)

/** Writes like a program that heeds back-pressure, and resolves when the other end has read everything. */
async function carry(from: Duplex, to: Duplex): Promise<void> {
  let received = 0
  const arrived = new Promise<void>((resolve) => {
    const count = (chunk: Uint8Array): void => {
      received += chunk.length
      if (received < AMOUNT) return
      to.off('data', count)
      resolve()
    }
    to.on('data', count)
  })
  for (let sent = 0; sent < AMOUNT; sent += RECORD) if (!from.write(block)) await once(from, 'drain')
  await arrived
}

async function throughStreams({ prepare }: Contestant<ConnectedStreams>): Promise<AsyncWork> {
  const connected = await prepare(setting)?.()
  if (connected === undefined) throw new Error('no connection')
  const { client, server } = connected
  return async () => {
    await carry(client, server)
    await carry(server, client)
    return {}
  }
}

/** Bare connections: bytes go from one to the other in the same call. */
function throughConnections(provider: CryptoProvider): AsyncWork {
  const [client, server] = joined(ends(setting, reused(provider, setting))())
  return async () => {
    for (let sent = 0; sent < AMOUNT; sent += RECORD) client.send(block)
    for (let sent = 0; sent < AMOUNT; sent += RECORD) server.send(block)
    return {}
  }
}

/** What no connection can outdo. */
function sealAndOpen(provider: CryptoProvider): AsyncWork {
  const aead = provider.aead('AES_128_GCM', new Secret(new Uint8Array(16).fill(7)))
  const [nonce, additionalData] = [new Uint8Array(12), new Uint8Array(13)]
  return async () => {
    for (let done = 0; done < 2 * AMOUNT; done += RECORD) {
      if (aead.open(nonce, additionalData, aead.seal(nonce, additionalData, block)) === undefined)
        throw new Error('AEAD')
    }
    return {}
  }
}

export interface BulkContestants {
  readonly streams: readonly Contestant<ConnectedStreams>[]
  readonly providers: ReadonlyMap<string, CryptoProvider>
}

/** Megabytes a second, sealed and opened. */
export async function bulkTable({ streams, providers }: BulkContestants, options: Turns): Promise<string> {
  const contestants = new Map<string, AsyncWork>()
  for (const contestant of streams) contestants.set(contestant.name, await throughStreams(contestant))
  for (const [name, provider] of providers) {
    contestants.set(`tls12 ${name}, level 3`, throughConnections(provider))
    contestants.set(`${name}: seal and open alone`, sealAndOpen(provider))
  }
  const times = await asyncInTurns(contestants, { ...options, clean: true })
  const rows = [...times].map(([name, all]) => [name, fixed((2 * AMOUNT) / 1_000 / median(all), 0)])
  return table(['AES128-GCM, writes of 16 KiB', 'MB/s'], rows)
}
