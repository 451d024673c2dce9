import { definition, inFile, kept, type Ledger } from '../entry.js'

const control = inFile('test/extensions/hello-control.test.ts')

export const rfc7685: Ledger = {
  rfc: '7685',
  sections: {
    '2': definition,
    '3': [
      kept('padding is zeros and nothing else', control('brings ClientHello to %i bytes with zeros')),
      kept(
        'no server sends it back',
        control('a server takes padding of any length, and does not answer it'),
        control('a server that sends it back is refused'),
      ),
    ],
  },
}
