import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const rules = inFile('test/handshake/rules.test.ts')
const schedule = inFile('test/crypto/key-schedule.test.ts')

/** Keying Material Exporters for Transport Layer Security (TLS). */
export const rfc5705: Ledger = {
  rfc: '5705',
  sections: {
    '2': definition,
    '4': [
      notOurs('Labels are registered, with a specification', 'for those who define labels; the library takes any'),
      notOurs('That labels begin with EXPORTER is advice, and no MUST', 'says itself that it is none'),
    ],
    '5': [
      kept(
        'Who chooses contexts, and sees what comes of them, cannot tell what another one would give: output of the PRF',
        rules('tell nothing of one output by others: every label, context and connection has its own'),
        schedule('computes verify_data and exporters with the PRF of their labels'),
      ),
    ],
    '6': [
      kept(
        'The labels of the handshake itself are not lent to exporters',
        rules('lend nobody the labels of the handshake'),
      ),
      notOurs('No registered label is the beginning of another', 'for IANA, which keeps the list of labels'),
    ],
  },
}
