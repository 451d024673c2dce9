import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const rules = inFile('test/extensions/rules.test.ts')
const limits = inFile('test/extensions/record-limits.test.ts')
const record = inFile('test/record/agreed-limits.test.ts')
const resumption = inFile('test/resumption/session-rules.test.ts')
const live = inFile('test/x509/revocation/live.test.ts')

const unasked = rules('does not come without a question for it, nor without a response')
const stapled = rules('comes behind an answer to a client that asked, and is in the transcript like everything')
const lengths = limits('%i bytes: asked for, answered alike, and kept by both sides')

const noUrls = 'client_certificate_url is not implemented: no server of this library fetches what a client names'
const pkiPath = 'the media type is for certificates behind URLs, which are not implemented'

export const rfc6066: Ledger = {
  rfc: '6066',
  sections: {
    '1.1': [
      kept('messages of extensions count for Finished like all others', stapled),
      kept(
        'a server that resumes answers none of these extensions, and what was agreed on holds on',
        resumption('a resumed handshake answers none of the extensions of RFC 6066, and keeps the length of fragments'),
      ),
    ],
    '1.2': definition,
    '3': [
      kept('a client names one host at most', inFile('test/attacks/client-hello.test.ts')('two host names')),
      notOurs('names of further kinds begin with a length of 16 bits', 'addresses those who define kinds of names'),
      kept(
        'no session is resumed under another name',
        resumption('a session is not resumed under another server name, by a server that is asked to'),
      ),
      kept(
        'a server that resumes does not acknowledge the name',
        resumption('a resumed handshake answers none of the extensions of RFC 6066, and keeps the length of fragments'),
      ),
    ],
    '4': [
      kept(
        'a length that is none of the four is illegal_parameter',
        limits('a length that is none of the four is refused'),
      ),
      kept(
        'so is an answer with another length than was asked for',
        limits('an answer that is not the length asked for is refused'),
      ),
      kept('from then on nothing longer is sent, messages of the handshake included', lengths),
      kept(
        'a record that is too long is record_overflow, and is not decrypted',
        record('a record that is too long with any padding is refused on its header'),
        limits('the other side must keep to it, also before there are keys'),
      ),
    ],
    '5': [
      notOurs('each URL is absolute', noUrls),
      notOurs('the byte named padding is 1', noUrls),
      notOurs('a server can fetch by http', noUrls),
      notOurs('a server follows no redirect', noUrls),
      notOurs('a client chooses no URL that redirects', noUrls),
      notOurs('a server compares the hash of what it fetched', noUrls),
      notOurs('another hash is bad_certificate_hash_value', noUrls),
      notOurs('what cannot be fetched and is required is certificate_unobtainable', noUrls),
    ],
    '7': [
      notOurs(
        'MACs are cut to ten bytes where that was agreed on',
        'truncated_hmac is not implemented, for RFC 7366 §4 and attacks on short MACs speak against it',
      ),
    ],
    '8': [
      notOurs(
        'the nonce of a request is an octet string in DER',
        'a request in a hello of ours carries no extensions, nonces among them',
      ),
      kept('a server that sends CertificateStatus has answered the extension', stapled),
      kept('it sends none without question and answer', unasked),
      kept(
        'a client checks the response, and refuses a bad one as bad_certificate_status_response',
        live('is refused to %s'),
      ),
    ],
    '9': [
      kept(
        'who sent no extensions gets no alert of theirs',
        rules('a client without extensions gets an alert of TLS itself'),
      ),
    ],
    '10.1': [notOurs('certificates are as RFC 5280 has them', pkiPath), notOurs('they are encoded in DER', pkiPath)],
    '11.1': [
      notOurs(
        'an application that relies on one name in both layers compares them',
        'is for the application, which finds the name that the client sent in `summary.negotiated`',
      ),
      kept(
        'no length in server_name leads out of its bytes',
        rules('a name is read from its own bytes alone, whatever its lengths say (RFC 6066 §11.1)'),
      ),
    ],
  },
}
