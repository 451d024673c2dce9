import { describe, expect, it } from 'vitest'
import { playDemo } from '../../src/cli/demo.js'
import { demoClientEcdsa, demoClientRsa, demoServerEcdsa, demoServerRsa } from '../../src/cli/demo-pki.js'
import { formatSteps, narrate } from '../../src/inspect/index.js'
import { pki } from '../support/pki.js'
import { runHere, runProcess } from './run.js'

const ESCAPE = '\u001b'

/** The titles that a handshake must be told with, in order, by key exchange. */
const titles = (keyExchange: string, clientAuthentication: boolean): string[] => {
  const ephemeral = keyExchange !== 'rsa'
  const all: readonly (readonly [string, boolean])[] = [
    ['Client hello', true],
    ['Server hello', true],
    ["Server's certificate", true],
    ["Server's key exchange", ephemeral],
    ["Server's certificate request", clientAuthentication],
    ['Server hello done', true],
    ["The client checks the server's certificate and signature", ephemeral],
    ["The client checks the server's certificate", !ephemeral],
    ["Client's certificate", clientAuthentication],
    ["Client's key exchange", true],
    ['Certificate verify', clientAuthentication],
    ['The server checks all three', clientAuthentication],
    ["The server checks the client's key exchange", !clientAuthentication],
    ['Both derive the keys', true],
    ["Client's change cipher spec and finished", true],
    ["Server's change cipher spec and finished", true],
    ['Application data from the client', true],
    ['Application data from the server', true],
    ['The client closes', true],
    ['The server closes', true],
  ]
  return all.filter(([, present]) => present).map(([title]) => title)
}

/** The titles of the steps in an output, whose numbers must count up from 1. */
function titlesIn(out: string): string[] {
  const heads = [...out.matchAll(/^ {0,2}(\d+) {2}.{15} {2}(\S.*)$/gm)]
  expect(heads.map(([, number]) => Number(number))).toEqual(heads.map((_, index) => index + 1))
  return heads.map(([, , rest = '']) => rest.split('  ')[0] ?? '')
}

describe('demo', () => {
  for (const keyExchange of ['rsa', 'dhe', 'ecdhe']) {
    for (const clientAuthentication of [true, false]) {
      it(`tells ${keyExchange}, ${clientAuthentication ? 'mutual' : 'server-only'}, in the order of the RFC`, async () => {
        const argv = ['demo', '--key-exchange', keyExchange, ...(clientAuthentication ? [] : ['--no-client-auth'])]
        const { code, out, err } = await runHere(argv)
        expect({ code, err }).toEqual({ code: 0, err: '' })
        expect(titlesIn(out)).toEqual(titles(keyExchange, clientAuthentication))
        expect(out).not.toContain(ESCAPE)
        expect(out).toContain('pinned key matched; chain, expiry, revocation: not checked')
        expect(out.match(/pinned key matched/g)).toHaveLength(clientAuthentication ? 2 : 1)
        expect(out).toContain('compression           null: none')
        expect(out).toContain('session id            empty')
        expect(out.includes('(comes before the key exchange (RFC 5246 §7.3)')).toBe(clientAuthentication)
        expect(out).toMatch(
          keyExchange === 'rsa' ? /\(the "random data/ : /\(many descriptions have random data encrypted/,
        )
        expect(out.includes('the client is not authenticated')).toBe(!clientAuthentication)
      })
    }

    it(`shows nothing secret of ${keyExchange}, its bytes included`, () => {
      const lines: string[] = []
      const { trace, fault } = playDemo({
        keyExchange: keyExchange as 'rsa' | 'dhe' | 'ecdhe', // the list above is these three
        clientAuthentication: true,
        keyLog: (line) => lines.push(line),
      })
      expect(fault).toBeUndefined()
      const shown = [formatSteps(narrate(trace), { bytes: true }), JSON.stringify(trace.entries)].join('\n')
      const masterSecrets = lines.map((line) => line.split(' ')[2] ?? '')
      expect(masterSecrets).toHaveLength(2) // one line from each side
      const hex = shown.replace(/[\s|]/g, '')
      for (const secret of masterSecrets) {
        expect(secret).toMatch(/^[0-9a-f]{96}$/)
        for (let at = 0; at + 16 <= secret.length; at += 8) expect(hex).not.toContain(secret.slice(at, at + 16))
      }
    })
  }

  it('annotates every byte of every message with --bytes', async () => {
    const { out } = await runHere(['demo', '--bytes'])
    const steps = out.split(/\n\n(?= {0,2}\d)/)
    const sized = steps.filter((step) =>
      /, \d+ bytes?$/m.test(step.split('\n').find((line) => /^ {0,2}\d/.test(line)) ?? ''),
    )
    expect(sized).toHaveLength(15)
    for (const step of sized) {
      const size = Number(/, (\d+) bytes?$/m.exec(step)?.[1])
      const rows = [...step.matchAll(/^ +\| [0-9a-f]{4} {2}(.{23}|[0-9a-f ]+$|\.\.\. \d+ more \.\.\..*)/gm)]
      const counts = rows.map(([, cell = '']) => {
        const elided = /^\.\.\. (\d+) more \.\.\./.exec(cell)?.[1]
        return elided === undefined ? (cell.match(/[0-9a-f]{2}/g) ?? []).length : Number(elided)
      })
      expect(
        counts.reduce((sum, count) => sum + count, 0),
        step,
      ).toBe(size)
    }
  })

  it('has the certificates of the test PKI: make-demo-pki.ts follows make-pki.ts', () => {
    const entries = [pki.server.rsa, pki.server.ecdsaP256, pki.client.rsa, pki.client.ecdsaP256]
    expect([demoServerRsa, demoServerEcdsa, demoClientRsa, demoClientEcdsa]).toEqual(
      entries.map(({ chainPem, keyPem }) => ({ chain: chainPem.trim(), key: keyPem.trim() })),
    )
  })

  it('colours on a terminal only, unless told otherwise', async () => {
    const coloured = async (...call: Parameters<typeof runHere>) => (await runHere(...call)).out.includes(ESCAPE)
    expect(await coloured(['demo'], { tty: true })).toBe(true)
    expect(await coloured(['demo'], { tty: false })).toBe(false)
    expect(await coloured(['demo', '--no-color'], { tty: true })).toBe(false)
    expect(await coloured(['demo', '--color'], { tty: false })).toBe(true)
    expect(await coloured(['demo'], { tty: true, environment: { NO_COLOR: '1' } })).toBe(false)
    expect(await coloured(['demo'], { tty: true, environment: { NO_COLOR: '' } })).toBe(true)
    expect(await coloured(['demo'], { tty: true, environment: { TERM: 'dumb' } })).toBe(false)
  })

  it('is what runs without a command, as a process', async () => {
    const { code, out, err } = await runProcess([])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(titlesIn(out)).toEqual(titles('ecdhe', true))
    expect(out).not.toContain(ESCAPE)
  }, 20_000)
})
