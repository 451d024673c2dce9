import { buffer, text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { accept, connect } from '../../src/adapters/node/index.js'
import { accept as acceptStreams, connect as connectStreams } from '../../src/adapters/whatwg/index.js'
import { mutual, noble } from '../support/endpoints.js'
import { bytes, inMemory, readAll } from './channels.js'
import { memoryPair, pattern } from './support.js'

const { client, server } = mutual('ecdsaP256')

test('Node: an echo that pipes a stream into itself answers in full, although the client closed behind its question', async () => {
  const { left, right } = memoryPair()
  const far = accept(right, noble, server)
  far.pipe(far)
  const near = connect(left, noble, client)
  const question = pattern(300_000)
  near.end(question)
  expect((await buffer(near)).equals(question)).toBe(true)
})

test('Node: what was written before the peer closed still leaves, and close_notify follows it', async () => {
  const { left, right } = memoryPair()
  const near = connect(left, noble, client)
  const far = accept(right, noble, server)
  near.end()
  far.on('secureConnect', () => far.write('the answer'))
  far.resume()
  expect(await text(near)).toBe('the answer')
})

test('WHATWG: an echo that pipes readable into writable answers in full', async () => {
  const channels = inMemory()
  const near = connectStreams(channels.near, noble, client)
  const far = acceptStreams(channels.far, noble, server)
  const echo = far.readable.pipeTo(far.writable)
  const writer = near.writable.getWriter()
  await writer.write(bytes('ping'))
  await writer.close()
  expect(new TextDecoder().decode(await readAll(near.readable))).toBe('ping')
  await Promise.all([echo, near.closed, far.closed])
})
