/** What a command may see of the process it runs in. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  readonly outIsTty: boolean
  readonly errIsTty: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whoever read the output has gone: there is no point in going on. */
  readonly outIsClosed?: boolean
  /** Resolves once what was written is on its way, or whoever read it has gone. Long outputs wait for it now and then. */
  outFlushed?(): Promise<void>
}

/** A pipe's reader that stops reading is noticed by the error of a write alone. */
const outIsClosed = (): boolean => process.stdout.errored !== null || process.stdout.destroyed

/** The process's own streams. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  outIsTty: process.stdout.isTTY === true,
  errIsTty: process.stderr.isTTY === true,
  environment: process.env,
  get outIsClosed() {
    return outIsClosed()
  },
  outFlushed: () =>
    new Promise((resolve) => {
      // An empty write calls back behind all that were made before it, with an error too.
      if (outIsClosed()) resolve()
      else process.stdout.write('', () => resolve())
    }),
}

export const colourOptions = {
  color: { type: 'boolean', help: 'colours, even where the output is no terminal' },
  'no-color': { type: 'boolean', help: 'no colours (NO_COLOR in the environment does the same)' },
} as const

/** Whether to colour: on a terminal, unless the environment or an option says otherwise. */
export function wantsColour(
  values: { readonly color?: boolean; readonly 'no-color'?: boolean },
  isTty: boolean,
  { environment }: Terminal,
): boolean {
  if (values['no-color'] === true) return false
  if (values.color === true) return true
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb'
  return isTty && !refused
}

/** Text of unknown origin for a terminal: whatever could steer one, or hide or reorder text, is escaped. */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
