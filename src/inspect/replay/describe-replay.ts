import { type Fact, fact, type UnnumberedStep } from '../described-step.js'
import type { Side } from '../trace.js'
import { visible } from '../words.js'
import { type Difference, openChoices } from './differences.js'
import { type EndReport, notReplayedReasons, type ReplayedMessage, type ReplayReport } from './replay-report.js'

function differenceText({ what, detail }: Difference): string {
  return what === 'content' ? detail : `${what}, which ${openChoices[what]} leaves open: ${detail}`
}

/** What our machine said, in the place of the captured end. */
function saidFacts(sent: readonly ReplayedMessage[]): Fact[] {
  const same = sent.filter(({ differences }) => differences.length === 0).map(({ name }) => name)
  const different = sent.flatMap(({ name, differences }) =>
    differences.map((difference) => fact('says otherwise', visible(`${name}: ${differenceText(difference)}`))),
  )
  return same.length === 0 ? different : [fact('says the same', `${same.join(', ')}: byte for byte`), ...different]
}

function outcomeText(end: Exclude<EndReport, { outcome: 'not replayed' }>): string {
  switch (end.outcome) {
    case 'connected':
      return 'connected: every check that it had to make came out right'
    case 'failed':
      return `failed in ${end.state}: ${end.reason}`
    case 'refused':
      if (end.by !== end.role) return `hears the alert ${end.alert} and gives up`
      return end.ours === end.alert ? `refuses as well, with ${end.alert}` : `refuses as well, but with ${end.ours}`
  }
}

const endFacts = (end: EndReport): Fact[] =>
  end.outcome === 'not replayed'
    ? [fact('not replayed', notReplayedReasons[end.reason])]
    : [fact('outcome', visible(outcomeText(end))), ...saidFacts(end.sent)]

const stepFor = (side: Side | 'both', title: string, facts: readonly Fact[]): UnnumberedStep => ({
  ...{ title, direction: side, message: '', size: 0, facts },
  bytes: [],
})

/** Where several handshakes were in one connection, which of them. */
const ordinal = (index: number, count: number): string => (count === 1 ? '' : `, handshake ${index + 1} of ${count}`)

/** What came of the replays of one connection, as steps for behind its story: one for each end of each handshake. */
export function describeReplays(reports: readonly ReplayReport[]): readonly UnnumberedStep[] {
  return reports.flatMap(({ client, server }, i) => {
    const which = ordinal(i, reports.length)
    const sameReason =
      client.outcome === 'not replayed' && server.outcome === 'not replayed' && client.reason === server.reason
    if (sameReason) return [stepFor('both', `Replay${which}`, endFacts(client))]
    return [client, server].map((end) => stepFor(end.role, `Our machine as the ${end.role}${which}`, endFacts(end)))
  })
}
