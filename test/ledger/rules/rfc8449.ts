import { definition, inFile, kept, type Ledger } from '../entry.js'

const limits = inFile('test/extensions/record-limits.test.ts')
const record = inFile('test/record/agreed-limits.test.ts')
const options = inFile('test/adapters/options.test.ts')

export const rfc8449: Ledger = {
  rfc: '8449',
  sections: {
    '2': definition,
    '4': [
      kept(
        'no protected record holds more than the peer said that it takes',
        limits('each side says what it takes, and each keeps to what the other takes'),
        record('keys bring a limit with them: no record that is sent is longer'),
      ),
      kept(
        'a side says no more than 2^14',
        options('client %j'),
        limits('is said by default, though nothing is limited (RFC 8449 §4)'),
      ),
      kept(
        'a server takes a higher value, which may be meant for another version',
        limits('a limit above that of TLS 1.2 is for other versions, and means 2^14 (RFC 8449 §4)'),
      ),
      kept(
        'whatever the peer takes, 2^14 is the most that is sent',
        limits('a limit above that of TLS 1.2 is for other versions, and means 2^14 (RFC 8449 §4)'),
        inFile('test/record/round-trip.test.ts')('cuts at 2^14 bytes unless told otherwise'),
      ),
      kept(
        'a record above our own limit is record_overflow',
        limits('a record above the limit that was said ends the connection'),
      ),
      kept('a side says no less than 64', options('client %j')),
      kept('less than 64 from the peer is illegal_parameter', limits('a limit below 64 is refused, from either side')),
    ],
    '4.1': [
      kept(
        'padding makes no record longer than the fullest one with the least padding',
        inFile('test/record/cbc.test.ts')('is as short as possible in what we seal'),
        inFile('test/record/encrypt-then-mac.test.ts')('pads as little as it must, and has the MAC behind the blocks'),
      ),
    ],
    '5': [
      kept(
        'a server with this extension ignores the older one',
        limits('a server that knows record_size_limit ignores the other'),
      ),
      kept('a client that gets both answers ends the handshake', limits('a client that is answered both refuses')),
    ],
  },
}
