import { afterEach, describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { accept, connect, secureStreams } from '../../src/adapters/whatwg/index.js'
import { ContentType } from '../../src/registry/content-type.js'
import { mutual, noble, pinTo } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import {
  bytes,
  closePorts,
  inMemory,
  overOnePort,
  overTransforms,
  overTwoPorts,
  readAll,
  readSome,
  rejection,
  text,
  write,
  writeAndClose,
} from './channels.js'
import { delayed, hasApplicationData, pattern, pause, recordTypes } from './support.js'

/** Both ends answer a close_notify at once, as RFC 5246 §7.2.1 has it; that they may also wait is tested in half-open.test.ts. */
const atOnce = { onPeerClose: 'close' } as const
const both = mutual('ecdsaP256')
const client = { ...both.client, ...atOnce }
const server = { ...both.server, ...atOnce }
afterEach(closePorts)

describe.each([
  ['a MessagePort', overOnePort],
  ['a MessagePort for each direction', overTwoPorts],
  ['transforms', overTransforms(65_536)],
  ['transforms that deliver single bytes', overTransforms(1)],
])('over %s', (_name, channels) => {
  test.each([
    ['at once', undefined],
    ['a microtask later', () => Promise.resolve()],
    ['a turn later', () => pause(0)],
  ] as const)('mutual handshake, data both ways, clean close; answers come %s', async (_when, wait) => {
    const [near, far] = channels()
    const later = <E extends ReturnType<typeof clientEndpoint>>(endpoint: E) =>
      wait === undefined ? endpoint : delayed(endpoint, wait)
    const one = secureStreams(near, later(clientEndpoint(noble, client)))
    const other = secureStreams(far, later(serverEndpoint(noble, server)))
    await Promise.all([write(one, bytes('up')), write(other, bytes('down'))])
    expect(text(await readSome(one.readable, 4))).toBe('down')
    const [ours, theirs] = await Promise.all([one.established, other.established])
    expect(ours.peer.identity?.certificateChain).toEqual(pki.server.ecdsaP256.certificateChain)
    expect(theirs.peer.identity?.certificateChain).toEqual(pki.client.ecdsaP256.certificateChain)

    const [heard] = await Promise.all([readAll(other.readable), writeAndClose(one, bytes(' and away'))])
    expect(text(heard)).toBe('up and away')
    expect(await readAll(one.readable)).toEqual(Buffer.alloc(0))
    await Promise.all([one.closed, other.closed])
  })
})

describe('backpressure', () => {
  test('a reader that waits holds the writer back; 3 MB arrive whole', async () => {
    const { near, far, up } = inMemory()
    const [one, other] = [connect(near, noble, client), accept(far, noble, server)]
    const data = pattern(3_000_000)
    let isWritten = false
    const writing = write(one, data).then(() => {
      isWritten = true
    })
    await other.established
    await pause(100)
    expect(isWritten).toBe(false)
    expect(Buffer.concat(up).length).toBeLessThan(1_000_000)
    expect((await readSome(other.readable, data.length)).equals(data)).toBe(true)
    await writing
    await Promise.all([one.writable.close(), one.closed, other.closed])
  })

  test('3 MB each way at once do not lock up', async () => {
    const [near, far] = overTwoPorts()
    const [one, other] = [connect(near, noble, client), accept(far, noble, server)]
    const data = pattern(3_000_000)
    const [, , up, down] = await Promise.all([
      write(one, data),
      write(other, data),
      readSome(other.readable, data.length),
      readSome(one.readable, data.length),
    ])
    expect(up.equals(data) && down.equals(data)).toBe(true)
    await Promise.all([one.writable.close(), one.closed, other.closed])
  })
})

describe('a peer that is refused gets not one byte of what was written', () => {
  test("the server's certificate is not the pinned one", async () => {
    const { near, far, up, down } = inMemory()
    const one = connect(near, noble, { ...client, verifier: pinTo('server', 'rsa') })
    const other = accept(far, noble, server)
    const refused = expect.objectContaining({ name: 'TlsFault', code: 'certificate_not_pinned' })
    const attempts = [write(one, bytes('secret')), readAll(one.readable), one.established, one.closed]
    expect(await Promise.all(attempts.map(rejection))).toEqual([refused, refused, refused, refused])
    expect(await rejection(other.closed)).toMatchObject({ code: 'alert_received', alert: 'certificate_unknown' })
    expect(recordTypes(up)).toEqual([ContentType.handshake, ContentType.alert])
    expect(hasApplicationData(down)).toBe(false)
  })

  test("the client's certificate is not the pinned one", async () => {
    const { near, far, up, down } = inMemory()
    const one = connect(near, noble, client)
    const other = accept(far, noble, { ...server, verifier: pinTo('client', 'rsa') })
    const attempts = [write(one, bytes('request')), write(other, bytes('greeting')), readAll(other.readable)]
    expect(await Promise.all(attempts.map(rejection))).toMatchObject([
      { code: 'alert_received', alert: 'certificate_unknown' },
      { code: 'certificate_not_pinned' },
      { code: 'certificate_not_pinned' },
    ])
    expect(hasApplicationData(up)).toBe(false)
    expect(hasApplicationData(down)).toBe(false)
  })
})
