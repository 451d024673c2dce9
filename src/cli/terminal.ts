/** What a command may see of the process it runs in. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  readonly outIsTty: boolean
  readonly errIsTty: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The process's own streams. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  outIsTty: process.stdout.isTTY === true,
  errIsTty: process.stderr.isTTY === true,
  environment: process.env,
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
