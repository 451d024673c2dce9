import { parseArgs } from 'node:util'
import { meant } from './nearest.js'
import { versionText } from './version.js'

/** The command was called wrongly: one line for stderr, and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

interface OptionSpec {
  readonly type: 'string' | 'boolean'
  /** One letter that stands for it. */
  readonly short?: string
  readonly multiple?: boolean
  /** The placeholder of its value in the help. */
  readonly value?: string
  readonly help: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

type ValueOf<S extends OptionSpec> = S['type'] extends 'boolean'
  ? boolean
  : S['multiple'] extends true
    ? readonly string[]
    : string

export type Values<O extends OptionSpecs> = { readonly [K in keyof O]?: ValueOf<O[K]> }

export interface CommandSpec<O extends OptionSpecs> {
  readonly name: string
  /** What stands after the name: `[options] HOST:PORT`. */
  readonly usage: string
  readonly summary: string
  /** Names of the arguments that are not options, all of them required. */
  readonly positionals: readonly string[]
  /** The last of them may come several times. */
  readonly repeats?: boolean
  readonly options: O
  /** What the exit code says, besides 0 for success and 2 for a call that makes no sense. */
  readonly exitCodes?: Readonly<Record<number, string>>
}

const everywhere = {
  help: { type: 'boolean', short: 'h', help: 'show this text and exit' },
  version: { type: 'boolean', help: 'show the version and exit' },
} as const satisfies OptionSpecs

export interface Parsed<O extends OptionSpecs> {
  /** What `--help` or `--version` asks for: to be printed in place of everything else. */
  readonly text: string | undefined
  readonly values: Values<O>
  readonly positionals: readonly string[]
}

/** Reads the arguments of a command. Throws `UsageError` for unknown options, missing values and superfluous arguments. */
export function parseCommand<const O extends OptionSpecs>(command: CommandSpec<O>, argv: readonly string[]): Parsed<O> {
  const specs: OptionSpecs = { ...command.options, ...everywhere }
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, multiple = false, short }]) => [
      name,
      { type, multiple, ...(short === undefined ? {} : { short }) },
    ]),
  )
  let parsed: { values: Record<string, unknown>; positionals: string[] }
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(reasonOf(error, Object.keys(specs)))
  }
  const text = askedText(command, parsed.values)
  if (text === undefined) checkPositionals(command, parsed.positionals)
  // parseArgs checked every value against the very specs that `Values` is computed from.
  return { text, values: parsed.values as Values<O>, positionals: parsed.positionals }
}

/** Node adds a second sentence about positional arguments that look like options; the first says what is wrong. */
function reasonOf(error: unknown, names: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error)
  const unknown = /^Unknown option '--([^']*)'/.exec(message)?.[1]
  return unknown === undefined
    ? (message.split('. ')[0] ?? message)
    : `there is no option --${unknown}${meant(unknown, names, '--')}`
}

function askedText(command: CommandSpec<OptionSpecs>, values: Record<string, unknown>): string | undefined {
  if (values['help'] === true) return helpText(command)
  return values['version'] === true ? versionText() : undefined
}

function checkPositionals(
  { positionals: expected, repeats }: CommandSpec<OptionSpecs>,
  given: readonly string[],
): void {
  const missing = expected[given.length]
  if (missing !== undefined) throw new UsageError(`${missing} is missing`)
  const extra = given[expected.length]
  if (extra !== undefined && repeats !== true) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`)
}

const HELP_COLUMN = 32
const HELP_WIDTH = 70

function wrap(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= HELP_WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const EXIT_CODES = { 0: 'it went well', 2: 'the call made no sense: nothing was done' }

const exitCodeRows = ({ exitCodes = {} }: CommandSpec<OptionSpecs>): string =>
  Object.entries({ ...EXIT_CODES, ...exitCodes })
    .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
    .join('\n')

/** The text of `--help`. */
function helpText(command: CommandSpec<OptionSpecs>): string {
  const rows = Object.entries({ ...command.options, ...everywhere } as OptionSpecs).flatMap(([name, spec]) => {
    const short = spec.short === undefined ? '' : `-${spec.short}, `
    const left = `  ${short}--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`
    const [first = '', ...rest] = wrap(spec.help)
    const continued = rest.map((line) => ' '.repeat(HELP_COLUMN) + line)
    const tooLong = left.length >= HELP_COLUMN
    const lines = tooLong
      ? [left, ' '.repeat(HELP_COLUMN) + first, ...continued]
      : [left.padEnd(HELP_COLUMN) + first, ...continued]
    return lines
  })
  return `usage: tls12 ${command.name} ${command.usage}\n\n${command.summary}\n\noptions:\n${rows.join('\n')}\n\nexit codes:\n${exitCodeRows(command)}\n`
}

/** One of a fixed set of words. */
export function oneOf<const T extends string>(
  option: string,
  value: string | undefined,
  words: readonly T[],
): T | undefined {
  if (value === undefined) return undefined
  const found = words.find((word) => word === value)
  if (found === undefined)
    throw new UsageError(`--${option} must be one of ${words.join(', ')}, not ${JSON.stringify(value)}`)
  return found
}

/** A number in a range; decimal digits only, with a fraction where `fraction` allows it. */
export function numberIn(
  option: string,
  value: string | undefined,
  range: { readonly least: number; readonly most: number; readonly fraction?: boolean },
): number | undefined {
  if (value === undefined) return undefined
  const form = range.fraction === true ? /^\d{1,9}(\.\d{1,9})?$/ : /^\d{1,9}$/
  const number = form.test(value) ? Number(value) : Number.NaN
  if (!(number >= range.least && number <= range.most)) {
    throw new UsageError(
      `--${option} must be a number from ${range.least} to ${range.most}, not ${JSON.stringify(value)}`,
    )
  }
  return number
}

/** A list separated by commas, without empty entries. */
export function listOf(option: string, value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  const parts = value.split(',').map((part) => part.trim())
  if (parts.some((part) => part === '')) throw new UsageError(`--${option} has an empty entry`)
  return parts
}
