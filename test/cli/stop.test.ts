import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { main, portOf, root, runHere, start, startServe, until } from './run.js'

const scratch = mkdtempSync(join(tmpdir(), 'tls12-stop-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const refuses = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1')
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })

describe('serve stops', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'cleanly on %s, with connections open',
    async (signal) => {
      const serving = await startServe()
      expect(serving.out().toString()).toBe(`listening on 127.0.0.1:${serving.port}\n`)
      const silent = connectTcp(serving.port, '127.0.0.1').on('error', () => {})
      const client = connectTls({
        port: serving.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        maxVersion: 'TLSv1.2',
      })
      client.on('error', () => {})
      let echoed = ''
      client.on('data', (chunk: Buffer) => {
        echoed += chunk.toString()
      })
      client.write('still here')
      await until(() => echoed === 'still here', 'the echo')
      const ended = new Promise<string>((resolve) => client.once('end', () => resolve('close_notify')))
      expect(await serving.stop(signal)).toBe(0)
      expect(await ended).toBe('close_notify')
      expect(await refuses(serving.port)).toBe(true)
      expect(serving.out().toString().split('\n')).toHaveLength(2)
      silent.destroy()
    },
    20_000,
  )

  // npm is not asked to hand anything on: it is gone at once, and so is whatever it would have done.
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'when the npm that started it is gone by %s',
    async (signal) => {
      const command = [process.execPath, '--import', 'tsx', main].map((part) => JSON.stringify(part)).join(' ')
      const manifest = {
        name: 'scratch',
        version: '1.0.0',
        private: true,
        scripts: { start: `cd ${JSON.stringify(root)} && ${command}` },
      }
      writeFileSync(join(scratch, 'package.json'), JSON.stringify(manifest))
      const npm = start('npm', ['--silent', 'start', '--', 'serve', '--port', '0'], { cwd: scratch })
      const port = await portOf(npm)
      expect(await refuses(port)).toBe(false)
      npm.child.kill(signal)
      let gone = false
      for (let tries = 0; tries < 60 && !gone; tries++) {
        gone = await refuses(port)
        if (!gone) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(gone).toBe(true)
      await npm.ended // its streams are closed only when all who hold them are gone
    },
    30_000,
  )

  it('at once where the port is taken, with 1', async () => {
    const serving = await startServe()
    const { code, out, err } = await runHere(['serve', '--port', String(serving.port)])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/tls12 serve: .*EADDRINUSE/)
    await serving.stop()
  }, 20_000)
})
