import { TlsFault } from '../handshake/fault.js'
import { UsageError } from './arguments.js'
import { connect } from './connect.js'
import { demo } from './demo.js'
import { explain } from './explain.js'
import { meant } from './nearest.js'
import { serve } from './serve.js'
import type { Terminal } from './terminal.js'
import { versionText } from './version.js'

type Command = (argv: readonly string[], terminal: Terminal) => number | Promise<number>

const commands: Readonly<Record<string, Command>> = { demo, serve, connect, explain }

const OVERVIEW = `usage: tls12 [demo | serve | connect | explain] [options]

  demo      a handshake in memory, told step by step (what runs without a command)
  serve     a TLS 1.2 server on the loopback interface
  connect   a TLS 1.2 client
  explain   the TLS 1.2 connections of a capture, told and checked

tls12 COMMAND --help tells more, tls12 --version which version this is. Exit codes: 0 where it went well, 1 where it did not,
2 for a call that makes no sense, 130 and 143 where connect is stopped by SIGINT and SIGTERM.
`

/** Runs the command that `argv` names, `demo` without one. Returns the exit code: 2 for a call that makes no sense. */
export async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = argv
  if (first === '--help' || first === '-h' || first === 'help') {
    terminal.out(OVERVIEW)
    return 0
  }
  if (first === '--version' || first === 'version') {
    terminal.out(versionText())
    return 0
  }
  const named = first !== undefined && !first.startsWith('-')
  const name = named ? first : 'demo'
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    terminal.err(`tls12: there is no command ${JSON.stringify(name)}${meant(name, Object.keys(commands))}\n${OVERVIEW}`)
    return 2
  }
  try {
    return await command(named ? rest : argv, terminal)
  } catch (error) {
    const misused = error instanceof UsageError || (error instanceof TlsFault && error.origin === 'misuse')
    if (!misused) throw error
    terminal.err(`tls12 ${name}: ${error.message}\n(tls12 ${name} --help tells more)\n`)
    return 2
  }
}
