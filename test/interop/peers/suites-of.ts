/** Which of our suites a peer has, from the list that it prints. */
import { spawnSync } from 'node:child_process'
import { allSuites, type SuiteParameters } from '../../../src/crypto/suite-parameters.js'

const printed = (command: string, args: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 })
  return `${stdout}\n${stderr}`
}

export const codeOf = (suite: SuiteParameters): string => suite.cipherSuite.toString(16).padStart(4, '0')

/** Lists of codes, in any of the notations `c02f`, `0xC0,0x2F`, `0xc0, 0x2f`, or of registered names. */
export function suitesPrintedBy(command: string, ...args: readonly string[]): readonly SuiteParameters[] {
  const text = printed(command, args)
  const pairs = [...text.matchAll(/0x([0-9a-f]{2}),\s*0x([0-9a-f]{2})/gi)].map(([, high, low]) => `${high}${low}`)
  const words = new Set([...pairs, ...text.split(/\s+/)].map((word) => word.toLowerCase()))
  return allSuites.filter((suite) => words.has(codeOf(suite)) || words.has(suite.name.toLowerCase()))
}

export const suitesWhere = (has: (suite: SuiteParameters) => boolean): readonly SuiteParameters[] =>
  allSuites.filter(has)
