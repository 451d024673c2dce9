/** Tests of the runner that are not passed on purpose: few, real, and with the words of the RFC that speak against them. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { shared } from '../support/outside.js'

interface Exception {
  readonly rfc: string
  readonly text: string
  readonly here: string
}

const exceptions: Readonly<Record<string, Exception>> = JSON.parse(
  readFileSync(new URL('exceptions.json', import.meta.url), 'utf8'),
)
const tests = shared('conformance/bogo/core-tests.txt')

/** The text of one section without page breaks and line ends. */
function section(number: string, name: string): string {
  const text = readFileSync(shared(`rfc/rfc${number}.txt`) ?? '', 'utf8')
  const start = text.lastIndexOf(`\n${name}. `)
  const following = /\n\d+(?:\.\d+)*\. {2}/g
  following.lastIndex = start + 1
  const end = following.exec(text)?.index
  return text.slice(start, end).replace(/\s+/g, ' ')
}

describe("exceptions to BoringSSL's runner", () => {
  it('are five at most', () => {
    expect(Object.keys(exceptions).length).toBeLessThanOrEqual(5)
  })

  it.skipIf(tests === undefined).each(Object.entries(exceptions))(
    '%s is a test, and the RFC says so',
    (name, exception) => {
      expect(readFileSync(tests ?? '', 'utf8').split('\n')).toContain(name)
      const [, number = '', at = ''] = /^RFC (\d+) §([\d.]+)$/.exec(exception.rfc) ?? []
      expect(section(number, at)).toContain(exception.text)
      expect(exception.here.length).toBeGreaterThan(20)
    },
  )
})
