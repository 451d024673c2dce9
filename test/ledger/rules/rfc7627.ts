import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const rules = inFile('test/resumption/session-rules.test.ts')
const policy = inFile('test/resumption/policy.test.ts')
const extension = inFile('test/extensions/rules.test.ts')

const used = inFile('test/attacks/man-in-the-middle.test.ts')(
  'triple handshake: with the extended master secret, one pre-master secret gives two master secrets',
)
const unused = inFile('test/attacks/man-in-the-middle.test.ts')(
  'triple handshake: without it both are the same, which is why policy can require it',
)
const vectors = inFile('test/crypto/key-schedule.test.ts')
const openssl = inFile('test/interop/openssl-client.test.ts')('the client %s it, ours is %s: %s')
const opensslServer = inFile('test/interop/openssl-server.test.ts')('server %s, ours %s: %s')
const said = rules('say that the session has an extended master secret')
const afterwards = rules('without an extended master secret there is no renegotiation afterwards, and no tls-unique')
const noMaterial = extension('is no keying material for applications')
const missingToServer = rules(
  'a server refuses a session with an extended master secret in a hello without the extension',
)
const missingToClient = rules('a client refuses a server that resumes such a session and does not say so')

export const rfc7627: Ledger = {
  rfc: '7627',
  sections: {
    '2': definition,
    '5.1': [
      kept(
        'where both hellos have the extension, both sides derive the extended master secret',
        used,
        vectors('derives the extended master secrets and key blocks of ACVP (skipped without ../shared)'),
      ),
    ],
    '5.2': [
      kept('a client offers the extension in a full handshake, unless it is switched off', opensslServer, said),
      kept('a server answers it, unless it is switched off', openssl, said),
      kept(
        'a server that was not offered it does not answer it',
        inFile('test/renegotiation/rules.test.ts')(
          'a server answers the signalling suite with an empty renegotiation_info, and with nothing else',
        ),
      ),
      kept('without it both sides derive the master secret as ever', unused, openssl),
    ],
    '5.3': [
      kept(
        'a client offers the extension with a session to resume',
        said,
        policy('a client does not offer a session with it where it would not send the extension'),
      ),
      kept(
        'a session without it is not resumed for a client that offers it',
        policy('a session without it is not resumed with it'),
      ),
      kept('a session with it is refused to a client that does not offer it', missingToServer),
      kept('a server that resumes answers it', said),
      kept(
        'a client ends the handshake with a server that answers it for a session without it',
        rules('a client refuses a server that resumes a session without it, and says that it has it'),
      ),
      kept('and with one that does not answer it for a session with it', missingToClient),
    ],
    '5.4': [
      kept('without it nothing is exported for applications to authenticate by', noMaterial, afterwards),
      kept('exporters are off without it', noMaterial, afterwards),
      kept('in a session resumed without it the verify_data authenticates nothing', afterwards),
      kept('there is no renegotiation then, and no tls-unique', afterwards),
      kept('a handshake that resumes without it what was made with it is ended', missingToServer, missingToClient),
    ],
    '6.4': [notOurs('SSL 3.0 goes with the master secret of old', 'SSL 3.0 is not spoken')],
  },
}
