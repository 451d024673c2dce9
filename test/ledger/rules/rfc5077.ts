import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const rules = inFile('test/resumption/session-rules.test.ts')
const policy = inFile('test/resumption/policy.test.ts')
const smack = inFile('test/attacks/smack.test.ts')

const offers = rules('a client that takes tickets says so with nothing in the extension, and another does not say it')
const promises = rules('a server promises a ticket where it will give one to a client that takes it')
const wrongServer = rules('a client keeps none of a server whose Finished is wrong, and any of another')
const sealed = [
  rules('tickets of one session have nothing in common, and show nothing of it'),
  policy('with a bit changed in the %s lead to a full handshake'),
]

export const rfc5077: Ledger = {
  rfc: '5077',
  sections: {
    '2': definition,
    '3.2': [
      kept('a client without a ticket that would take one sends the extension empty', offers),
      kept('one that takes none, and has none, leaves it out', offers),
      kept('a server that will give a ticket sends the extension', promises),
      kept('it does not where the client did not', promises),
    ],
    '3.3': [
      kept(
        'a ticket that was promised comes, if only an empty one',
        promises,
        rules('a promised ticket must come'),
        policy('that cannot be sealed are empty, and the client has nothing to show'),
      ),
      kept(
        'one that was not promised does not',
        promises,
        smack('messages of extensions that were not negotiated: NewSessionTicket and CertificateStatus'),
      ),
      kept(
        'in a full handshake it follows the verified Finished of the client',
        rules('a server gives no ticket to a client whose Finished is wrong'),
      ),
      kept('a client keeps it once it has verified the Finished of the server', wrongServer),
      kept(
        'until the client is finished its old ticket is good',
        rules('a ticket that was renewed still serves: the new one may never have arrived'),
      ),
    ],
    '3.4': [
      kept(
        'a server that takes a ticket repeats the session id beside it',
        rules('the id beside a ticket is given back whatever it is, and means nothing'),
      ),
      kept('whatever value that has', rules('the id beside a ticket is given back whatever it is, and means nothing')),
      kept(
        'beside a ticket the id is not looked up',
        rules('beside a ticket that opens to nothing, the id of a session that is kept does not resume it'),
      ),
    ],
    '4': [kept('to a client a ticket is bytes without a meaning', wrongServer)],
    '5.2': [kept('a ticket is encrypted and authenticated', ...sealed)],
    '5.7': [
      notOurs(
        'a secret that a client is given to resume by goes over a secure channel',
        'clients are given tickets only',
      ),
      kept('what is in a ticket can neither be read nor changed', ...sealed),
    ],
  },
}
