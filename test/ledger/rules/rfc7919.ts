import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const groups = inFile('test/extensions/groups.test.ts')
const logjam = inFile('test/attacks/dh-groups.test.ts')
const shares = inFile('test/providers/key-shares.test.ts')

const named = groups('a client that names groups gets one of them, or no finite field')
const none = groups('with no group in common and no other suite it ends with insufficient_security')
const small = logjam('Logjam: %s')
const fromServer = logjam('dh_Ys: %s')
const fromClient = logjam('dh_Yc: %s')

export const rfc7919: Ledger = {
  rfc: '7919',
  sections: {
    '1.1': definition,
    '3': [
      kept(
        'curves and finite fields are named in one list',
        groups('curves and point formats are offered beside suites of curves, and not otherwise (RFC 8422 §4)'),
      ),
      kept(
        'a client can agree on a key in every group that it names',
        shares('%s: two shares agree, and no two are the same'),
        inFile('test/handshake/mutual.test.ts')('group %s'),
      ),
      kept(
        'a client looks whether dh_Ys lies between 1 and p - 1',
        fromServer,
        logjam('dh_Ys under a group that was proved'),
      ),
      kept('one that does not ends with handshake_failure', fromServer),
    ],
    '3.1': [
      kept(
        'a client that takes groups of no name looks at their size at least',
        small,
        logjam('Logjam: a sound group that no RFC names is refused, unless policy has it proved'),
      ),
      kept('a modulus below 768 bits is refused, and here every one below 2048', small),
    ],
    '4': [
      kept('a server with none of the groups named chooses no finite field', named),
      kept('where that leaves no suite it ends with insufficient_security', none),
      kept('a finite field is one of those that the client named', named, none),
      kept('no other named group is chosen for such a client', named),
      kept(
        'no finite field is chosen without a suite for it',
        groups('a group without a suite for it brings no finite field'),
      ),
      kept('a server looks whether dh_Yc lies between 1 and p - 1', fromClient),
      kept('one that does not ends with handshake_failure', fromClient),
    ],
    '5.1': [
      kept(
        'each side checks the range of the public value of the other',
        fromServer,
        fromClient,
        shares('finite field: 0, 1, p - 1, p and more'),
      ),
    ],
    '8.9': [
      notOurs(
        'no False Start with a weak group',
        'this client has no False Start: it sends data behind Finished of the server only',
      ),
    ],
    'Appendix A': [notOurs('further groups have safe primes', 'addresses those who define groups')],
  },
}
