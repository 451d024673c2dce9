/** `openssl s_server` and `openssl s_client` as scenarios.ts wants them, each told by its console what to say. */
import { writeFileSync } from 'node:fs'
import { startSaying } from '../test/interop/peers/listening.js'
import { scratchFile } from '../test/interop/peers/peer.js'
import { Program } from '../test/interop/program.js'
import type { Run } from './capture-run.js'
import type { Said } from './index-entry.js'
import type { Scenario } from './scenarios.js'
import type { End } from './seen.js'

/** The environment in which a program of OpenSSL has these `Options` of SSL_CONF, which no argument reaches. */
function environment(options: string | undefined): NodeJS.ProcessEnv {
  const path = scratchFile('.cnf')
  const lines = ['openssl_conf = main', '[main]', 'ssl_conf = ssl', '[ssl]', 'system_default = tls', '[tls]']
  if (options !== undefined) lines.push(`Options = ${options}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return { OPENSSL_CONF: path }
}

function commands(scenario: Scenario): Record<End, string[]> {
  const files = (role: string, kind: string): string[] => [
    ...['-cert', `pki/${role}/${kind}.cert.pem`, '-key', `pki/${role}/${kind}.key.pem`],
    ...['-cert_chain', `pki/ca/${kind.startsWith('rsa') ? 'rsa' : 'ecdsa'}.cert.pem`],
  ]
  const ticket = scenario.name === 'session-ticket' ? [] : ['-no_ticket']
  const common = ['-tls1_2', '-cipher', scenario.cipher, ...ticket, '-keylogfile', 'KEYLOG']
  const authorities = ['-CAfile', 'pki/ca/all.cert.pem']
  const ours = (args: readonly string[] = []): string[] => (args.includes('-CAfile') ? [] : authorities)
  const client = scenario.client === undefined || scenario.client === 'none' ? [] : files('client', scenario.client)
  return {
    server: [
      ...['s_server', '-accept', '127.0.0.1:0', '-naccept', '1', ...common, ...files('server', scenario.server)],
      ...ours(scenario.serverArguments),
      ...(scenario.serverArguments ?? []),
    ],
    client: [
      ...['s_client', '-connect', '127.0.0.1:PORT', ...common, '-verify_return_error', ...client],
      ...ours(scenario.clientArguments),
      ...(scenario.clientArguments ?? []),
    ],
  }
}

/** Lines of digits: neither program takes a line that begins with one for a command. */
export const saidIn = (
  scenario: Scenario,
): { readonly [from in End]: { readonly text: string; readonly times?: number } } => {
  const { dataLength: length } = scenario
  const of = (from: End) =>
    length === undefined ? { text: `1 line from the ${from}\n` } : { text: '012345678\n', times: length / 10 }
  return { client: of('client'), server: of('server') }
}

const written = (said: Said): string => ('text' in said ? said.text.repeat(said.times ?? 1) : '')

async function exchange(server: Program, client: Program, said: { readonly [from in End]: Said }): Promise<void> {
  await server.says(/CIPHER is /)
  await client.says(/Verify return code/)
  const heard = (from: End): RegExp => new RegExp(written(said[from]).trimEnd().replaceAll('\n', '\\r?\\n'))
  client.write(written(said.client))
  await server.says(heard('client'))
  server.write(written(said.server))
  await client.says(heard('server'))
  client.endInput()
}

const shown = (args: readonly string[], options: string | undefined): string =>
  `openssl ${args.join(' ')}${options === undefined ? '' : ` (with the SSL_CONF line Options = ${options})`}`

export const commandsOf = (scenario: Scenario): { readonly [from in End]: string } => {
  const { server, client } = commands(scenario)
  return {
    server: shown(server, scenario.serverOptions).replace('127.0.0.1:0', '127.0.0.1:PORT'),
    client: shown(client, scenario.clientOptions),
  }
}

/** The run of a scenario, in vectors/. */
export function consoleRun(scenario: Scenario): Run {
  const keyLog = scratchFile('.keylog')
  const args = commands(scenario)
  const program = (end: End, options: string | undefined, port = 0): Program => {
    const filled = args[end].map((arg) => arg.replace('KEYLOG', keyLog).replace('PORT', `${port}`))
    return new Program('openssl', filled, environment(options))
  }
  const established = scenario.outcome === 'established'
  return {
    keyLog,
    keepsKeys: true,
    server: () => startSaying(program('server', scenario.serverOptions), /ACCEPT 127\.0\.0\.1:(\d+)/),
    client: (port) => program('client', scenario.clientOptions, port),
    ...(established ? { meanwhile: (server, client) => exchange(server, client, saidIn(scenario)) } : {}),
    mayFail: !established,
  }
}
