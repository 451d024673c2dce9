/** The ready fetcher: where it goes, what it takes, what it keeps. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type WebFetcherOptions, webFetcher } from '../../../src/x509/index.js'
import { readPem } from '../../../src/x509/pem.js'
import { FetchCache } from '../../../src/x509/revocation/fetch-cache.js'
import { checkWebAddress } from '../../../src/x509/revocation/web-address.js'
import { crlOf, ocspOf } from './vectors.js'

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'none'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('an address', () => {
  it.each([
    ['http://crl.example.com/a.crl'],
    ['https://crl.example.com:8443/a.crl'],
    ['http://8.8.8.8/'],
    ['http://[2606:4700::1111]/'],
  ])('%s is gone to', async (url) => {
    expect(await refusal(checkWebAddress(url, {}))).toBe('none')
  })

  const PRIVATE = 'the host is not on the public internet'
  it.each([
    ['ftp://crl.example.com/', 'the address is not http or https'],
    ['ldap://crl.example.com/', 'the address is not http or https'],
    ['file:///etc/passwd', 'the address is not http or https'],
    ['nonsense', 'the address is not a URL'],
    ['http://user:word@example.com/', 'the address holds credentials'],
    ['http://example.com:25/', 'the address has another privileged port'],
    ['http://localhost/', 'the host is a local name'],
    ['http://router/', 'the host is a local name'],
    ['http://db.internal./', 'the host is a local name'],
    ['http://printer.local/', 'the host is a local name'],
    ['http://127.0.0.1/', PRIVATE],
    ['http://127.1/', PRIVATE],
    ['http://0x7f000001/', PRIVATE],
    ['http://2130706433/', PRIVATE],
    ['http://0/', PRIVATE],
    ['http://10.1.2.3/', PRIVATE],
    ['http://172.31.0.1/', PRIVATE],
    ['http://192.168.1.1/', PRIVATE],
    ['http://169.254.169.254/latest/meta-data', PRIVATE],
    ['http://100.100.1.1/', PRIVATE],
    ['http://224.0.0.1/', PRIVATE],
    ['http://255.255.255.255/', PRIVATE],
    ['http://[::1]/', PRIVATE],
    ['http://[::]/', PRIVATE],
    ['http://[::ffff:127.0.0.1]/', PRIVATE],
    ['http://[64:ff9b::7f00:1]/', PRIVATE],
    ['http://[fe80::1]/', PRIVATE],
    ['http://[fd00::1]/', PRIVATE],
    ['http://[2002:7f00:1::]/', PRIVATE],
    ['http://[2001:db8::1]/', PRIVATE],
    ['http://[ff02::1]/', PRIVATE],
  ])('%s is not: %s', async (url, why) => {
    expect(await refusal(checkWebAddress(url, {}))).toBe(why)
  })

  it('172.32.0.1 is outside the private block, and 127.0.0.1 may be allowed', async () => {
    expect(await refusal(checkWebAddress('http://172.32.0.1/', {}))).toBe('none')
    expect(await refusal(checkWebAddress('http://127.0.0.1/', { allowPrivate: true }))).toBe('none')
    expect(await refusal(checkWebAddress('ftp://127.0.0.1/', { allowPrivate: true }))).toMatch(/not http/)
  })

  it('whose name leads to a private one is not gone to, where names can be looked up', async () => {
    const url = 'http://crl.example.com/'
    expect(await refusal(checkWebAddress(url, { resolve: () => ['8.8.8.8', '10.0.0.1'] }))).toBe(PRIVATE)
    expect(await refusal(checkWebAddress(url, { resolve: async () => [] }))).toBe('the host has no address')
    expect(await refusal(checkWebAddress(url, { resolve: async () => ['8.8.8.8'] }))).toBe('none')
  })
})

const crl = readPem(crlOf('issuing'))[0]?.der ?? new Uint8Array()
let base = ''
let seen: string[] = []

function answer(request: IncomingMessage, response: ServerResponse): void {
  seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''}`.trim())
  const [, what = '', rest = ''] = (request.url ?? '').split('/')
  if (what === 'crl') response.end(crl)
  else if (what === 'ocsp') response.end(ocspOf('good'))
  else if (what === 'around')
    response.writeHead(302, { Location: Number(rest) > 0 ? `/around/${Number(rest) - 1}` : '/crl' }).end()
  else if (what === 'away') response.writeHead(302, { Location: 'ftp://a.example/' }).end()
  else if (what === 'large') response.end(new Uint8Array(200_000))
  else if (what === 'endless') void setInterval(() => response.write(new Uint8Array(1000)), 2).unref()
  else if (what === 'silent') return
  else response.writeHead(404).end()
}

const server = createServer(answer)
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a listening TCP server has an address of this kind
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  seen = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const get = (path: string, options: WebFetcherOptions = {}, fetcher = webFetcher({ allowPrivate: true, ...options })) =>
  Promise.resolve(fetcher({ kind: 'crl', url: base + path }))

describe('fetching over HTTP', () => {
  it('gets a CRL, and posts an OCSP request', async () => {
    expect(await get('/crl')).toEqual(crl)
    const fetcher = webFetcher({ allowPrivate: true })
    const body = Uint8Array.of(1, 2, 3)
    expect(await fetcher({ kind: 'ocsp', url: `${base}/ocsp`, body })).toEqual(ocspOf('good'))
    expect(seen).toEqual(['GET /crl', 'POST /ocsp application/ocsp-request'])
  })

  it('does not go to this machine by default', async () => {
    expect(await refusal(Promise.resolve(webFetcher()({ kind: 'crl', url: `${base}/crl` })))).toMatch(/public internet/)
    expect(seen).toEqual([])
  })

  it('follows two redirects, each looked at first', async () => {
    expect(await get('/around/1')).toEqual(crl)
    expect(await refusal(get('/around/2'))).toBe('more than 2 redirects')
    expect(await refusal(get('/around/0', { maximumRedirects: 0 }))).toBe('more than 0 redirects')
    expect(await refusal(get('/away'))).toMatch(/not http/)
  })

  it('takes no more than its limit, whether announced or not', async () => {
    expect(await refusal(get('/large', { maximumSize: 100_000 }))).toBe('it is larger than 100000 bytes')
    expect(await refusal(get('/endless', { maximumSize: 20_000 }))).toBe('it is larger than 20000 bytes')
    const small = webFetcher({ allowPrivate: true })({ kind: 'issuer', url: `${base}/large` })
    expect(await refusal(Promise.resolve(small))).toBe('it is larger than 65536 bytes')
    expect((await get('/large'))?.length).toBe(200_000)
  })

  it('does not wait for ever, and stops when it is told to', async () => {
    expect(await refusal(get('/silent', { timeout: 50 }))).toMatch(/timeout|aborted/i)
    expect(await refusal(get('/endless', { timeout: 50 }))).toMatch(/timeout|aborted/i)
    const resolve = (): Promise<readonly string[]> => new Promise(() => undefined)
    const stuck = webFetcher({ resolve, timeout: 50 })({ kind: 'crl', url: 'http://a.example/' })
    expect(await refusal(Promise.resolve(stuck))).toMatch(/timeout|aborted/i)
    const stop = new AbortController()
    const work = webFetcher({ allowPrivate: true })({ kind: 'crl', url: `${base}/silent` }, stop.signal)
    stop.abort(new Error('no longer wanted'))
    expect(await refusal(Promise.resolve(work))).toBe('no longer wanted')
  })

  it.each<[string, typeof globalThis.fetch]>([
    ['an answer', () => new Promise(() => undefined)],
    ['a body', async () => new Response(new ReadableStream({}))],
    [
      'the rest of a body',
      async () => new Response(new ReadableStream({ start: (it) => it.enqueue(crl.slice(0, 9)) })),
    ],
    [
      'the end of a body that it lets go of',
      async () =>
        new Response(new ReadableStream({ cancel: () => new Promise(() => undefined) }), {
          status: 302,
          headers: { Location: '/' },
        }),
    ],
  ])('does not wait for %s of a fetch that ignores its signal', async (_what, fetch) => {
    const work = webFetcher({ fetch, timeout: 50 })({ kind: 'crl', url: 'http://a.example/' })
    expect(await refusal(Promise.resolve(work))).toMatch(/timeout|aborted|more than 2 redirects/i)
  })

  it('cancels an answer that comes too late', async () => {
    let answerLate: (response: Response) => void = () => undefined
    const late = new Promise<Response>((resolve) => {
      answerLate = resolve
    })
    const fetcher = webFetcher({ fetch: () => late, timeout: 20 })
    expect(await refusal(Promise.resolve(fetcher({ kind: 'crl', url: 'http://a.example/' })))).toMatch(/timeout/i)
    await new Promise<void>((cancel) => answerLate(new Response(new ReadableStream({ cancel: () => cancel() }))))
  })

  it('goes to no address of more than 2048 characters', async () => {
    const long = `/crl/${'x'.repeat(2048 - base.length - 5)}`
    expect(await get(long)).toEqual(crl)
    expect(await refusal(get(`${long}x`))).toBe('the address is longer than 2048 characters')
    const fetch = async () =>
      new Response(null, { status: 302, headers: { Location: `http://a.example${long}x${long}` } })
    expect(await refusal(get('/', { fetch }))).toBe('the address is longer than 2048 characters')
  })

  it('refuses every status but 200', async () => {
    expect(await refusal(get('/nothing'))).toBe('the status is 404')
  })
})

describe('the cache', () => {
  it('answers at once until nextUpdate, with the same array', async () => {
    let now = new Date('2026-06-01')
    const fetcher = webFetcher({ allowPrivate: true, time: () => now, cacheAge: Number.MAX_SAFE_INTEGER })
    const first = await get('/crl', {}, fetcher)
    expect(fetcher({ kind: 'crl', url: `${base}/crl` })).toBe(first)
    now = new Date('2049-12-31T23:59:58Z')
    expect(fetcher({ kind: 'crl', url: `${base}/crl` })).toBe(first)
    now = new Date('2050-01-01')
    expect(await get('/crl', {}, fetcher)).not.toBe(first)
    expect(seen).toHaveLength(2)
  })

  it('forgets what was of no use', async () => {
    const fetcher = webFetcher({ allowPrivate: true })
    await get('/crl', {}, fetcher)
    fetcher.discard?.({ kind: 'crl', url: `${base}/crl` })
    await get('/crl', {}, fetcher)
    expect(seen).toHaveLength(2)
  })

  it('keeps nothing longer than its age, nothing unreadable, nothing too large, and the last things used', async () => {
    let now = Date.parse('2026-06-01')
    const options = { allowPrivate: true, time: () => new Date(now), cacheAge: 1000, cacheSize: 2 * crl.length + 100 }
    const fetcher = webFetcher(options)
    await get('/crl', {}, fetcher)
    now += 1001
    await get('/crl', {}, fetcher)
    for (const path of ['/large', '/large', '/crl/2', '/crl', '/crl/3', '/crl', '/crl/2']) await get(path, {}, fetcher)
    expect(seen.map((one) => one.slice('GET /'.length))).toEqual([
      ...['crl', 'crl', 'large', 'large', 'crl/2', 'crl/3', 'crl/2'],
    ])
    const without = webFetcher({ ...options, cacheSize: 0 })
    seen = []
    await get('/crl', {}, without)
    await get('/crl', {}, without)
    expect(seen).toHaveLength(2)
  })

  const request = (url: string) => ({ kind: 'crl', url }) as const

  it('counts the addresses', () => {
    const cache = new FetchCache({ bytes: 2 * crl.length + 1000, age: 1e12 })
    const [long, short, other] = [request(`http://a/${'x'.repeat(900)}`), request('http://b/'), request('http://c/')]
    const now = Date.parse('2026-06-01')
    cache.put(long, crl, now)
    cache.put(short, crl, now)
    expect(cache.get(long, now)).toBe(crl)
    cache.delete(short)
    cache.put(request(`http://d/${'y'.repeat(900)}`), crl, now)
    expect(cache.get(long, now)).toBeUndefined()
    cache.put(other, crl, now)
    expect(cache.get(other, now)).toBe(crl)
    cache.put(request(`http://e/${'z'.repeat(2 * crl.length + 1000)}`), crl, now)
    expect(cache.get(other, now)).toBe(crl)
  })

  it('makes room by what is past its time before what is not', () => {
    const cache = new FetchCache({ bytes: 2 * crl.length + 100, age: 1e12 })
    const now = Date.parse('2026-06-01')
    cache.put(request('http://a/'), crl, now)
    cache.put({ kind: 'issuer', url: 'http://b/' }, crl, now)
    const later = now + 2 * 60 * 60_000
    cache.put(request('http://c/'), crl, later)
    expect(cache.get(request('http://a/'), later)).toBe(crl)
    expect(cache.get(request('http://c/'), later)).toBe(crl)
  })
})
