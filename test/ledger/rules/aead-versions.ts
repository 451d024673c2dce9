import { type Entry, inFile, kept, otherwise } from '../entry.js'

const clientHellos = inFile('test/attacks/client-hello.test.ts')
const serverHellos = inFile('test/attacks/server-hello.test.ts')
const rules = inFile('test/handshake/rules.test.ts')

/** What RFC 5288 §4, RFC 6655 §5 and RFC 7251 §3 say of versions, each in the same four sentences. */
export const aeadVersions: readonly Entry[] = [
  kept(
    'The suites are for TLS 1.2, not for what was before it',
    clientHellos('old versions: a client whose best is %s'),
  ),
  kept(
    'A client offers them only with TLS 1.2 or later, which is all that ours offer',
    rules('offers TLS 1.2 and null compression, and nothing else of either'),
  ),
  kept(
    'A server that goes on under an earlier version chooses none of them: ours never does',
    clientHellos('old versions: a client whose best is %s'),
  ),
  otherwise(
    'A client that sees them chosen under an earlier version refuses with illegal_parameter',
    'refused it is, but with protocol_version, which RFC 5246 Appendix E.1 asks for wherever the version is one that the ' +
      'client does not speak: the version is judged before anything else',
    serverHellos('ServerHello: the version of %s'),
  ),
]
