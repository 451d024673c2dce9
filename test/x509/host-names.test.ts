import { isIP, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalHostName, dnsNameMatches, isDnsNameOrWildcard, readHost } from '../../src/x509/host-names.js'
import { formatIpAddress, parseIpAddress } from '../../src/x509/ip-address.js'
import { readMailbox } from '../../src/x509/mailbox.js'
import { canonicalUri, hostOfUri, readSpiffeId } from '../../src/x509/uri.js'

describe('host names', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.Com', 'example.com'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['bücher。example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['1-2.example', '1-2.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('%s is %s', (name, canonical) => {
    expect(canonicalHostName(name)).toBe(canonical)
  })

  it.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['an empty label', 'a..b'],
    ['a leading dot', '.example.com'],
    ['two trailing dots', 'example.com..'],
    ['an underscore', 'a_b.example'],
    ['a leading hyphen', '-a.example'],
    ['a trailing hyphen', 'a-.example'],
    ['a wildcard', '*.example.com'],
    ['a space', 'a b.example'],
    ['a port', 'example.com:443'],
    ['a path', 'example.com/a'],
    ['a user', 'a@example.com'],
    ['an escape', '%65xample.com'],
    ['a NUL', 'example.com\0.evil.example'],
    ['an address', '127.0.0.1'],
    ['an address in odd digits', '１２７.０.０.１'],
    ['an address of two numbers', '0x7f.1'],
    ['a number', '2130706433'],
    ['a slash in disguise', 'example.com／evil'],
    ['a label of 64', `${'a'.repeat(64)}.example`],
    ['a name of 254', `${'a.'.repeat(126)}aa`],
  ])('%s is none', (_, name) => {
    expect(canonicalHostName(name)).toBeUndefined()
  })

  it('hosts are addresses or names', () => {
    expect(readHost('[::1]')).toEqual({ type: 'ip', octets: parseIpAddress('::1') })
    expect(readHost('10.0.0.1')).toEqual({ type: 'ip', octets: Uint8Array.of(10, 0, 0, 1) })
    expect(readHost('Example.com')).toEqual({ type: 'dns', name: 'example.com' })
    expect(readHost('[10.0.0.1]')).toBeUndefined()
    expect(readHost('010.0.0.1')).toBeUndefined()
  })
})

describe('DNS names of certificates', () => {
  it.each([
    ['example.com', 'example.com', true],
    ['EXAMPLE.com', 'example.com', true],
    ['example.com', 'www.example.com', false],
    ['www.example.com', 'example.com', false],
    ['*.example.com', 'www.example.com', true],
    ['*.EXAMPLE.com', 'www.example.com', true],
    ['*.example.com', 'xn--bcher-kva.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', '.example.com', false],
    ['*', 'localhost', false],
    ['*.com', 'example.com', false],
    ['*.localdomain', 'host.localdomain', false],
    ['w*.example.com', 'www.example.com', false],
    ['*w.example.com', 'www.example.com', false],
    ['w*w.example.com', 'www.example.com', false],
    ['www.*.com', 'www.example.com', false],
    ['*.*.com', 'www.example.com', false],
    ['**.example.com', 'www.example.com', false],
    ['xn--*-1b3c148a.example.com', 'xn--bliss-1b3c148a.example.com', false],
    ['example.com.', 'example.com', false],
    ['.example.com', 'www.example.com', false],
    ['', 'localhost', false],
  ])('%s for %s: %s (RFC 6125 §6.4.3)', (presented, name, matches) => {
    expect(dnsNameMatches(presented, name)).toBe(matches)
  })

  it('no wildcard counts right under a public suffix that the caller knows', () => {
    const isPublicSuffix = (domain: string): boolean => domain === 'co.uk' || domain === 's3.amazonaws.com'
    expect(dnsNameMatches('*.s3.amazonaws.com', 'example.s3.amazonaws.com', isPublicSuffix)).toBe(false)
    expect(dnsNameMatches('*.example.co.uk', 'www.example.co.uk', isPublicSuffix)).toBe(true)
    expect(dnsNameMatches('*.com', 'example.com', isPublicSuffix)).toBe(false)
  })

  it('are well-formed or not', () => {
    expect(['a.example', '*.a.example', '*.com'].every(isDnsNameOrWildcard)).toBe(true)
    expect(['a_b.example', '8.8.8.8', '*', 'b*.example', '*.*.example', ''].some(isDnsNameOrWildcard)).toBe(false)
  })
})

describe('IP literals', () => {
  it.each(['010.1.2.3', '10.1', '1.2.3', '1.2.3.4.5', '256.1.1.1', '0x7f.0.0.1', '1.2.3.4 ', '01.2.3.4', '1..2.3', ''])(
    '%s is none',
    (text) => {
      expect(parseIpAddress(text)).toBeUndefined()
    },
  )
  it.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '::g',
    'fe80::1%eth0',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7::8',
    ':1::2',
  ])('%s is none', (text) => {
    expect(isIPv6(text.replace(/%.*/, '%'))).toBe(false)
    expect(parseIpAddress(text)).toBeUndefined()
  })

  it('of version 6 are read as URL reads them, and written as it writes them', () => {
    const group = fc.oneof(
      fc.constant('0'),
      fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16)),
    )
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const octets = parseIpAddress(groups.join(':')) ?? new Uint8Array()
        const text = new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
        expect(formatIpAddress(octets)).toBe(text)
        expect(parseIpAddress(text)).toEqual(octets)
      }),
    )
  })

  it('are exactly those that node:net takes, zones aside', () => {
    const piece = fc.constantFrom('0', '1', 'ff', ':', '::', '.', '1.2.3.4', '255', '256', 'abcd', '12345', '00')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        expect(parseIpAddress(text)?.length ?? 0).toBe([0, 0, 0, 0, 4, 0, 16][isIP(text)])
      }),
      { numRuns: 2000 },
    )
  })
})

describe('mailboxes', () => {
  it('keep the case of the local part and fold that of the host', () => {
    expect(readMailbox('Foo.Bar@EXAMPLE.com')).toEqual({ local: 'Foo.Bar', host: 'example.com' })
    expect(readMailbox('"a@b"@example.com')).toEqual({ local: '"a@b"', host: 'example.com' })
    expect(readMailbox('*@example.com')).toEqual({ local: '*', host: 'example.com' })
  })
  it.each([
    '',
    '@',
    'a@',
    '@b.example',
    'a@b@c.example',
    'a b@c.example',
    'a..b@c.example',
    '.a@c.example',
    'a@b_c',
    'a@1.2.3.4',
    `${'a'.repeat(65)}@b.example`,
  ])('%s is none', (text) => {
    expect(readMailbox(text)).toBeUndefined()
  })
})

describe('URIs', () => {
  it('compare with scheme and host folded', () => {
    expect(canonicalUri('HTTPS://User@EXAMPLE.com:1/Path?Q')).toBe('https://User@example.com:1/Path?Q')
    expect(canonicalUri('URN:Isbn:X')).toBe('urn:Isbn:X')
    expect(canonicalUri('spiffe://Example.org/A')).toBe('spiffe://example.org/A')
  })

  it('have a host that constraints can speak of, or none', () => {
    expect(hostOfUri('https://a@EXAMPLE.com:8443/x')).toBe('example.com')
    expect(hostOfUri('https://good.example@evil.example/')).toBe('evil.example')
    for (const uri of ['urn:a:b', 'https://1.2.3.4/', 'https://[::1]/', 'https:///x', 'x', 'https://a b/']) {
      expect(hostOfUri(uri)).toBeUndefined()
    }
  })

  it('name workloads where they are SPIFFE identifiers', () => {
    expect(readSpiffeId('spiffe://example.org/ns/a/sa/b')).toEqual({ trustDomain: 'example.org', path: '/ns/a/sa/b' })
    expect(readSpiffeId('SPIFFE://Example.org')).toEqual({ trustDomain: 'example.org', path: '' })
  })
  it.each([
    'https://example.org/a',
    'spiffe:///a',
    'spiffe://example.org:80/a',
    'spiffe://user@example.org/a',
    'spiffe://example.org/a/',
    'spiffe://example.org//a',
    'spiffe://example.org/../a',
    'spiffe://example.org/./a',
    'spiffe://example.org/a?b',
    'spiffe://example.org/a#b',
    'spiffe://example.org/a%20b',
    'spiffe://exämple.org/a',
    `spiffe://example.org/${'a'.repeat(2048)}`,
  ])('%s is no SPIFFE identifier', (uri) => {
    expect(readSpiffeId(uri)).toBeUndefined()
  })
})
