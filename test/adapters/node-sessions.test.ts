/** Sessions on Node streams, by the names of node:tls. */
import { describe, expect, test } from 'vitest'
import { accept, connect, type StreamClientOptions, type TlsDuplex } from '../../src/adapters/node/index.js'
import { type By, resuming } from '../resumption/ends.js'
import { noble } from '../support/endpoints.js'
import { memoryPair, until } from './support.js'

interface Met {
  readonly near: TlsDuplex
  readonly far: TlsDuplex
  /** What the event `session` brought to each end, and whether `secureConnect` had been emitted by then. */
  readonly sessions: { readonly at: 'client' | 'server'; readonly session: unknown; readonly secure: boolean }[]
}

/** Two ends that have completed a handshake; the client without a cache. */
function meeting(by: By) {
  const { client, server } = resuming(by)
  const { sessionCache: _none, ...plain } = client
  const sessionTickets = by === 'ticket' ? ('on' as const) : ('off' as const)
  return async (session?: StreamClientOptions['session']): Promise<Met> => {
    const { left, right } = memoryPair(65_536)
    const far = accept(right, noble, server)
    const near = connect(left, noble, { ...plain, sessionTickets, ...(session === undefined ? {} : { session }) })
    const sessions: Met['sessions'] = []
    const note = (at: 'client' | 'server', end: TlsDuplex): void => {
      end.on('error', () => {}) // streams are destroyed here without a close
      end.on('session', (one: unknown) => sessions.push({ at, session: one, secure: end.summary !== undefined }))
    }
    note('client', near)
    note('server', far)
    await until(() => near.summary !== undefined && far.summary !== undefined)
    return { near, far, sessions }
  }
}

const close = ({ near, far }: Met): void => {
  near.destroy()
  far.destroy()
}

describe.each<By>(['session id', 'ticket'])('by %s', (by) => {
  test('a client is given a session, and resumes it', async () => {
    const meet = meeting(by)
    const first = await meet()
    expect([first.near.isSessionReused(), first.far.isSessionReused()]).toEqual([false, false])
    const session = first.near.getSession()
    // not a piece of the pool that small Buffers share, which whoever has one of them can read
    expect(session?.buffer.byteLength).toBe(session?.length)
    expect(session).toBeInstanceOf(Buffer)
    expect(first.sessions).toEqual([{ at: 'client', session, secure: true }])
    expect(first.far.getSession()).toBeUndefined()

    const second = await meet(session)
    expect([second.near.isSessionReused(), second.far.isSessionReused()]).toEqual([true, true])
    expect(second.near.summary?.resumed).toBe(by)
    expect([second.near.authorized, second.far.authorized]).toEqual([true, true])
    expect(second.far.getPeerCertificate()).toEqual(first.far.getPeerCertificate())
    second.near.write('resumed')
    await until(() => second.far.readableLength > 0)
    expect(String(second.far.read())).toBe('resumed')
    close(first)
    close(second)
  })

  test('what is given out is a copy, and is gone once the stream is', async () => {
    const met = await meeting(by)()
    const session = met.near.getSession()
    const before = session?.toString('hex')
    session?.fill(0)
    expect(met.near.getSession()?.toString('hex')).toBe(before)
    met.near.destroy()
    expect(met.near.getSession()).toBeUndefined()
    close(met)
  })
})

test('bytes that are no session are refused at once', async () => {
  const meet = meeting('ticket')
  const met = await meet()
  const session = met.near.getSession() ?? Buffer.of()
  close(met)
  for (const wrong of [Buffer.of(), Buffer.from('a session'), session.subarray(1), Buffer.concat([session, session])]) {
    await expect(meet(wrong)).rejects.toThrow(/session must be what getSession/)
  }
})
