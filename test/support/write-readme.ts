/** Fills the generated sections of the README: `npm run readme`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { sizeTable } from '../../bench/size.js'
import { readmeSections, withSection } from './readme-sections.js'

const file = new URL('../../README.md', import.meta.url)
let readme = withSection(readFileSync(file, 'utf8'), 'size', await sizeTable())
for (const [name, content] of Object.entries(readmeSections)) readme = withSection(readme, name, content())
writeFileSync(file, readme)
