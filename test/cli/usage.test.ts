import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parseTarget } from '../../src/cli/address.js'
import { escapeHtml } from '../../src/cli/page.js'
import { printable } from '../../src/cli/terminal.js'
import { pki } from '../support/pki.js'
import { runHere, runProcess } from './run.js'

const scratch = mkdtempSync(join(tmpdir(), 'tls12-cli-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const server = pki.server.rsa
const other = pki.server.ecdsaP256

describe('calls that make no sense end with 2 and say why', () => {
  const empty = join(scratch, 'empty.pem')
  writeFileSync(empty, 'nothing here\n')
  const damaged = join(scratch, 'damaged.pem')
  writeFileSync(damaged, '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n')
  const zeros = join(scratch, 'zeros.crl')
  writeFileSync(zeros, Uint8Array.of(0x30, 0))
  const crl = fileURLToPath(new URL('../../vectors/pki/ca/rsa.crl.pem', import.meta.url))

  it.each<[readonly string[], RegExp]>([
    [['nonsense'], /no command "nonsense"/],
    [['conect', 'localhost:1'], /no command "conect"; did you mean connect\?/],
    [['demo', '--nonsense'], /there is no option --nonsense\n/],
    [['--nonsense'], /--nonsense/],
    [['serve', '--prot', '1'], /there is no option --prot; did you mean --port\?/],
    [['serve', '--client-auht=none'], /there is no option --client-auht; did you mean --client-auth\?/],
    [['connect', '--cyphersuites', 'all', 'localhost:1'], /did you mean --cipher-suites\?/],
    [['connect', '--sign', 'x', 'localhost:1'], /did you mean --signature-algorithms\?/],
    [['explain', '--key-log', 'x', 'y'], /did you mean --keylog\?/],
    [['demo', '-x'], /-x/],
    [['demo', `--${'a'.repeat(100_000)}`], /there is no option --a+\n/],
    [['demo', 'more'], /unexpected argument "more"/],
    [['demo', '--key-exchange', 'psk'], /--key-exchange must be one of rsa, dhe, ecdhe, not "psk"/],
    [['demo', '--key-exchange'], /--key-exchange/],
    [['serve', '--nonsense'], /--nonsense/],
    [['serve', '--port', '70000'], /--port must be a number from 0 to 65535, not "70000"/],
    [['serve', '--port', '1e3'], /--port must be a number/],
    [['serve', '--port', ''], /--port must be a number/],
    [['serve', '--client-auth', 'maybe'], /--client-auth must be one of none, request, require/],
    [['serve', '--ca', join(scratch, 'absent')], /--ca .* cannot be read: ENOENT/],
    [['serve', '--ca', empty], /--ca .*CERTIFICATE block is needed/],
    [['serve', '--ca', damaged], /--ca .*: /],
    [['serve', '--ca', server.certPath, '--crl', join(scratch, 'absent')], /--crl .* cannot be read: ENOENT/],
    [['serve', '--ca', server.certPath, '--crl', empty], /--crl .* does not hold what it should/],
    [['serve', '--ca', server.certPath, '--crl', server.certPath], /--crl .* does not hold what it should/],
    [['serve', '--ca', server.certPath, '--crl', damaged], /--crl .* does not hold what it should/],
    [['serve', '--ca', server.certPath, '--crl', zeros], /--crl .*: /],
    [['serve', '--ca', server.certPath, '--revocation', 'on'], /--revocation must be one of off, soft-fail, hard-fail/],
    [
      ['serve', '--ca', server.certPath, '--revocation', 'off', '--crl', crl],
      /--crl has no effect with --revocation off/,
    ],
    [['serve', '--ca', server.certPath, '--policy', 'lax'], /--policy must be one of basic, rfc5280, webpki/],
    [['serve', '--crl', crl], /--crl says how chains are judged, and needs --ca/],
    [['serve', '--revocation', 'hard-fail'], /--revocation says how chains are judged, and needs --ca/],
    [['serve', '--policy', 'webpki'], /--policy says how chains are judged, and needs --ca/],
    [['demo', '--trust', 'all'], /--trust must be one of ca, pin/],
    [['serve', '--cert', server.certPath], /--cert and --key go together/],
    [['serve', '--key', server.keyPath], /--cert and --key go together/],
    [['serve', '--cert', join(scratch, 'absent'), '--key', server.keyPath], /--cert .* cannot be read: ENOENT/],
    [['serve', '--cert', empty, '--key', server.keyPath], /--cert .*CERTIFICATE block is needed/],
    [['serve', '--cert', server.certPath, '--key', empty], /--key .*PRIVATE KEY block is needed/],
    [['serve', '--cert', server.certPath, '--key', other.keyPath], /is not the key of the first certificate/],
    [['serve', '--cert', server.certPath, '--key', pki.client.rsa.keyPath], /is not the key of the first certificate/],
    [['serve', '--pin', 'sha256/tooshort'], /--pin "sha256\/tooshort": a pin is/],
    [['serve', '--pin', empty], /--pin .*CERTIFICATE block is needed/],
    [['serve', '--pin', join(scratch, 'absent')], /--pin .* cannot be read/],
    [['serve', '--cipher-suites', 'TLS_NULL_WITH_NULL_NULL'], /--cipher-suites: "TLS_NULL_WITH_NULL_NULL"/],
    [['serve', '--cipher-suites', 'TLS_FALLBACK_SCSV'], /--cipher-suites: "TLS_FALLBACK_SCSV"/],
    [['serve', '--cipher-suites', ','], /--cipher-suites has an empty entry/],
    [['serve', '--groups', 'x25519,constructor'], /--groups: "constructor"/],
    [['serve', '--signature-algorithms', 'md5'], /--signature-algorithms: "md5"/],
    [['serve', '--alpn', 'a b'], /--alpn: "a b"/],
    [['serve', '--handshake-timeout', '0'], /--handshake-timeout must be a number/],
    [['serve', '--key-log', join(scratch, 'no', 'such')], /--key-log .* cannot be opened: ENOENT/],
    [['connect'], /HOST:PORT is missing/],
    [['connect', 'localhost'], /"localhost" is not HOST:PORT/],
    [['connect', 'localhost:1', 'more'], /unexpected argument "more"/],
    [['connect', '--ca', empty, 'localhost:1'], /--ca .*CERTIFICATE block is needed/],
    [['connect', '--linger', '-1', 'localhost:1'], /--linger/],
    [['connect', '--servername', '127.0.0.1', '127.0.0.1:1'], /"127.0.0.1" is not a DNS name/],
    [['connect', '--client-auth', 'none', 'localhost:1'], /--client-auth/],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await runHere(argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toContain('BEGIN')
  })

  it('as a process too', async () => {
    const { code, out, err } = await runProcess(['serve', '--ca', scratch])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^tls12 serve: --ca .* cannot be read: EISDIR/)
  }, 20_000)
})

describe('help', () => {
  it.each([
    ['demo', ['key-exchange', 'trust', 'no-client-auth', 'bytes']],
    [
      'serve',
      'port cert key p12 key-password-file ca crl revocation policy pin client-auth cipher-suites groups signature-algorithms alpn key-log http handshake-timeout'.split(
        ' ',
      ),
    ],
    [
      'connect',
      'servername show cert key p12 key-password-file ca crl revocation policy pin cipher-suites groups signature-algorithms alpn key-log handshake-timeout'.split(
        ' ',
      ),
    ],
  ])('%s tells its options', async (command, options) => {
    const { code, out, err } = await runHere([command, '--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const option of options) expect(out).toMatch(new RegExp(`^  --${option}( |$)`, 'm'))
    expect(out.split('\n').every((line) => line.length <= 104)).toBe(true)
  })

  it.each(['demo', 'serve', 'connect', 'explain'])('%s answers -h, and tells its exit codes', async (command) => {
    const [long, short] = [await runHere([command, '--help']), await runHere([command, '-h'])]
    expect(short).toEqual(long)
    expect(short.code).toBe(0)
    expect(short.out).toMatch(/^ {2}-h, --help /m)
    expect(short.out).toMatch(/\n\nexit codes:\n {2}0 {4}\S/)
    expect(short.out).toMatch(/^ {2}1 {4}\S/m)
    expect(short.out).toMatch(/^ {2}2 {4}\S/m)
  })

  it.each([[], ['demo'], ['serve'], ['connect'], ['explain']])(
    '%j --version tells that of the package',
    async (...argv) => {
      const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
      const { code, out, err } = await runHere([...argv, '--version'])
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(new RegExp(`^tls12 ${version} \\(TLS 1\\.2 only\\), Node `))
    },
  )

  it('names the commands', async () => {
    const { code, out } = await runHere(['--help'])
    expect(await runHere(['-h'])).toEqual({ code, out, err: '' })
    expect(code).toBe(0)
    for (const command of ['demo', 'serve', 'connect']) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
  })
})

describe('HOST:PORT', () => {
  it.each([
    ['localhost:443', { host: 'localhost', port: 443, serverName: 'localhost' }],
    ['Example.ORG.:443', { host: 'example.org.', port: 443, serverName: 'example.org' }],
    ['bücher.example:443', { host: 'xn--bcher-kva.example', port: 443, serverName: 'xn--bcher-kva.example' }],
    ['127.0.0.1:4433', { host: '127.0.0.1', port: 4433, serverName: undefined }],
    ['[::1]:4433', { host: '::1', port: 4433, serverName: undefined }],
    ['[fe80::1%lo]:1', { host: 'fe80::1%lo', port: 1, serverName: undefined }],
  ])('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target)
  })

  it.each([
    '',
    ':1',
    'a',
    'a:',
    'a:0',
    'a:65536',
    'a:x',
    '::1:443',
    '[::1]',
    '[1.2.3.4]:1',
    '[a]:1',
    'a:1:2',
    '127.1:80',
    'a b:1',
  ])('refuses %j', (text) => {
    expect(() => parseTarget(text)).toThrow(/is not HOST:PORT/)
  })
})

describe('text of others', () => {
  it('cannot steer a terminal', () => {
    expect(printable('a\u001b[2Jb\r\n\u009b\u202e\u2028ü')).toBe('a\\u{1b}[2Jb\\u{d}\\u{a}\\u{9b}\\u{202e}\\u{2028}ü')
  })

  it('cannot leave its place in a page', () => {
    expect(escapeHtml(`<a href='x' title="y">&</a>`)).toBe(
      '&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;&lt;/a&gt;',
    )
  })
})
