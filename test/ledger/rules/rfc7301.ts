import { definition, inFile, kept, type Ledger } from '../entry.js'

const rules = inFile('test/extensions/rules.test.ts')
const whole = rules('names go out whole, in order, each behind its length')

export const rfc7301: Ledger = {
  rfc: '7301',
  sections: {
    '2': definition,
    '3.1': [
      kept(
        'no name is empty: none is offered, and none is taken',
        inFile('test/adapters/options.test.ts')('client %j'),
        inFile('test/attacks/client-hello.test.ts')('malformed extensions: %s'),
      ),
      kept('no name is cut short', whole),
      kept(
        'a server answers with one name and no more',
        whole,
        inFile('test/attacks/server-hello.test.ts')('ALPN: a protocol not offered, two protocols, none at all'),
      ),
    ],
  },
}
