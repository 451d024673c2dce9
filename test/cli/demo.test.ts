import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { playDemo } from '../../src/cli/demo.js'
import {
  demoAuthorities,
  demoClientEcdsa,
  demoClientRsa,
  demoRevocationLists,
  demoServerEcdsa,
  demoServerRsa,
} from '../../src/cli/demo-pki.js'
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

/** One line out of many, so that what is said can be looked for wherever lines were broken. */
const flat = (text: string): string => text.replace(/\s+/g, ' ')

/** What either side says of a chain that it checked. */
function expectChainChecks(out: string, clientAuthentication: boolean): void {
  const said = flat(out)
  const owners = clientAuthentication ? ['server', 'client'] : ['server']
  for (const owner of owners) {
    expect(said).toMatch(
      new RegExp(
        `chain 2 certificates to CN=tls12 test CA (RSA|ECDSA), which is trusted, valid: CN=tls12 test ${owner} `,
      ),
    )
    expect(said).toMatch(
      new RegExp(
        `revocation checked: CN=tls12 test ${owner} .{3,11} is not revoked, says the CRL number 1 of CN=tls12 test CA`,
      ),
    )
    expect(said).toContain(`wanted ${owner}Auth, allowed ${owner}Auth`)
  }
  const dates = /validity not expired: 2020-01-01T00:00:00Z to 2049-12-31T23:59:59Z, now is \S+Z \(2 certificates\)/g
  expect(said.match(dates)).toHaveLength(owners.length)
  expect(said.match(/name matched: wanted dns localhost, is for DNS:localhost/g)).toHaveLength(1)
  expect(said).not.toMatch(/pinned|not checked/)
  expect(said).toContain('(checked: chain, validity, purpose, revocation, name)')
}

describe('demo', () => {
  it.each([true, false])('pins with --trust pin, and then claims no more: client authentication %s', async (mutual) => {
    const argv = ['demo', '--trust', 'pin', ...(mutual ? [] : ['--no-client-auth'])]
    const { code, out, err } = await runHere(argv)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(titlesIn(out)).toEqual(titles('ecdhe', mutual))
    expect(out).toContain('pinned key matched; chain, expiry, revocation: not checked')
    expect(out.match(/pinned key matched/g)).toHaveLength(mutual ? 2 : 1)
    expect(out).not.toMatch(/not expired|is trusted|not revoked|matched: wanted/)
    expect(out).toContain('(checked: pin)')
  })

  for (const keyExchange of ['rsa', 'dhe', 'ecdhe']) {
    for (const clientAuthentication of [true, false]) {
      it(`tells ${keyExchange}, ${clientAuthentication ? 'mutual' : 'server-only'}, in the order of the RFC`, async () => {
        const argv = ['demo', '--key-exchange', keyExchange, ...(clientAuthentication ? [] : ['--no-client-auth'])]
        const { code, out, err } = await runHere(argv)
        expect({ code, err }).toEqual({ code: 0, err: '' })
        expect(titlesIn(out)).toEqual(titles(keyExchange, clientAuthentication))
        expect(out).not.toContain(ESCAPE)
        expectChainChecks(out, clientAuthentication)
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
    expect(demoAuthorities).toBe(pki.ca.certPem.trim())
    const crl = (kind: string): string =>
      readFileSync(new URL(`../../vectors/pki/ca/${kind}.crl.pem`, import.meta.url), 'utf8').trim()
    expect(demoRevocationLists).toBe(`${crl('rsa')}\n${crl('ecdsa')}`)
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
