import { clientTable } from '../../src/handshake/client/table.js'
import { diagram } from '../../src/handshake/diagram.js'
import { serverTable } from '../../src/handshake/server/table.js'

const mermaid = (text: string): string => `\`\`\`mermaid\n${text.trimEnd()}\n\`\`\``

/** The parts of the README that are generated, by the name in their marker. */
export const readmeSections: Readonly<Record<string, () => string>> = {
  'client diagram': () => mermaid(diagram(clientTable)),
  'server diagram': () => mermaid(diagram(serverTable)),
}

const marked = (name: string): RegExp => new RegExp(`(<!-- generated: ${name} -->\\n)([\\s\\S]*?)(<!-- end -->)`)

/** What stands between a section's markers. */
export const sectionOf = (readme: string, name: string): string | undefined => marked(name).exec(readme)?.[2]?.trim()

/** The README with a section replaced. */
export const withSection = (readme: string, name: string, content: string): string =>
  readme.replace(marked(name), (_whole, open: string, _old, close: string) => `${open}\n${content}\n\n${close}`)
