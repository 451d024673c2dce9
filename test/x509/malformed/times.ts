import { integer, parts, text } from '../../support/der-editor.js'
import { DER, type Row, time } from './changes.js'

export const times: readonly Row[] = [
  ['a UTCTime without seconds', 'bad_time', DER, time(23, '4912312359Z')],
  ['a UTCTime with an offset', 'bad_time', DER, time(23, '491231235959+0000')],
  ['a UTCTime of words', 'bad_time', DER, time(23, 'hello world!!')],
  ['month 13', 'bad_time', DER, time(23, '491331235959Z')],
  ['month 0', 'bad_time', DER, time(23, '490001235959Z')],
  ['February 29 in a common year', 'bad_time', DER, time(23, '490229000000Z')],
  ['February 29 in 2100', 'bad_time', DER, time(24, '21000229000000Z')],
  ['April 31', 'bad_time', DER, time(23, '490431000000Z')],
  ['hour 24', 'bad_time', DER, time(23, '491231240000Z')],
  ['minute 60', 'bad_time', DER, time(23, '491231236000Z')],
  ['second 60', 'bad_time', DER, time(23, '491231235960Z')],
  ['a fraction of a second', 'bad_time', DER, time(24, '20491231235959.5Z')],
  ['a GeneralizedTime in local time', 'bad_time', DER, time(24, '20491231235959')],
  [
    'an integer for a time',
    'wrong_tag',
    'RFC 5280 §4.1.2.5',
    (c) => {
      parts(c.validity)[0] = integer(1)
    },
  ],
  [
    'one time',
    'missing_element',
    'RFC 5280 §4.1.2.5',
    (c) => {
      parts(c.validity).pop()
    },
  ],
  [
    'three times',
    'extra_element',
    'RFC 5280 §4.1.2.5',
    (c) => {
      parts(c.validity).push(text(23, '491231235959Z'))
    },
  ],
]
