/** The written table of the live matrix is of the peers and the reasons that the code has now. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { known } from './matrix/known.js'
import { allPeers } from './peers/all.js'

const written = readFileSync(new URL('matrix/RESULTS.md', import.meta.url), 'utf8')

test('every peer has a row', () => {
  for (const name of Object.keys(allPeers)) expect(written).toContain(`\n| ${name} | `)
})

test('what is not green has a reason that the matrix knows, and the other way round', () => {
  const lines = [...written.matchAll(/^- (.+), (?:client|server): (.+) \(\d+ cells?\)$/gm)]
  const reasons = lines.map(([, peer, reason]) => `${peer}: ${reason}`)
  expect(new Set(reasons)).toEqual(new Set(known.map(({ peer, reason }) => `${peer}: ${reason}`)))
  expect(written).not.toContain('RED')
})
