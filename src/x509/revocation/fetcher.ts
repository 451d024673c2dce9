import { concat } from '../../bytes/convert.js'
import { FetchCache } from './fetch-cache.js'
import type { RevocationFetch, RevocationRequest } from './sources.js'
import { type AddressPolicy, checkWebAddress } from './web-address.js'

/** Limits of a fetcher. Everything has a default. */
export interface WebFetcherOptions extends AddressPolicy {
  /** Octets of one answer: 32 MiB for CRLs by default, 64 KiB for everything else at most. */
  readonly maximumSize?: number
  /** Milliseconds for one request with its redirects; 10 seconds by default. */
  readonly timeout?: number
  /** 2 by default. Browsers do not let redirects be looked at: there, each ends a request. */
  readonly maximumRedirects?: number
  /** Octets of all answers that are kept until their nextUpdate; 64 MiB by default, 0 keeps nothing. */
  readonly cacheSize?: number
  /** Milliseconds for which an answer is kept at most; a day by default. */
  readonly cacheAge?: number
  /** The clock of the cache; the system's by default. */
  readonly time?: () => Date
  /** `globalThis.fetch` by default. */
  readonly fetch?: typeof globalThis.fetch
}

const MEBIBYTE = 1 << 20
const LARGEST_SMALL = 65_536
const LONGEST_URL = 2048
const DAY = 24 * 60 * 60_000

type Settings = Required<Omit<WebFetcherOptions, 'resolve'>> & Pick<WebFetcherOptions, 'resolve'>

/**
 * A function for `RevocationOptions.fetch` and `issuers` that gets CRLs, OCSP responses and certificates over HTTP. What
 * it answers is as untrusted as the network; whoever asked verifies it. It rejects for addresses that are not http or
 * https, lie in private networks or are longer than 2048 characters, for answers that are too large or too slow, and for every status but 200.
 */
export function webFetcher(options: WebFetcherOptions = {}): RevocationFetch {
  const settings: Settings = {
    ...{ maximumSize: 32 * MEBIBYTE, timeout: 10_000, maximumRedirects: 2, cacheSize: 64 * MEBIBYTE, cacheAge: DAY },
    ...{ time: () => new Date(), allowPrivate: false, fetch: globalThis.fetch },
    ...options,
  }
  if (!(settings.maximumSize > 0 && settings.timeout > 0 && settings.maximumRedirects >= 0)) {
    throw new TypeError('maximumSize, timeout and maximumRedirects must be positive numbers')
  }
  const cache = new FetchCache({ bytes: settings.cacheSize, age: settings.cacheAge })
  const fetch: RevocationFetch = (request, signal) => {
    if (request.url.length > LONGEST_URL) return Promise.reject(tooLong())
    const cached = cache.get(request, settings.time().getTime())
    if (cached !== undefined) return cached
    return fetchOverWeb(request, settings, signal).then((bytes) => {
      cache.put(request, bytes, settings.time().getTime())
      return bytes
    })
  }
  return Object.assign(fetch, { discard: (request: RevocationRequest) => cache.delete(request) })
}

async function fetchOverWeb(
  request: RevocationRequest,
  settings: Settings,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(settings.timeout)
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
  const limit = request.kind === 'crl' ? settings.maximumSize : Math.min(settings.maximumSize, LARGEST_SMALL)
  let url = await checked(request.url, settings, either)
  for (let redirects = 0; redirects <= settings.maximumRedirects; redirects++) {
    const response = await respond(url, form(request), settings, either)
    const next = redirectOf(response, url)
    if (next === undefined) return await readBody(response, limit, either)
    abandon(response)
    url = await checked(next, settings, either)
  }
  throw new Error(`more than ${settings.maximumRedirects} redirects`)
}

const tooLong = (): Error => new TypeError(`the address is longer than ${LONGEST_URL} characters`)

async function checked(url: string, settings: Settings, signal: AbortSignal): Promise<URL> {
  if (url.length > LONGEST_URL) throw tooLong()
  return await untilAborted(checkWebAddress(url, settings), signal)
}

async function respond(url: URL, init: RequestInit, settings: Settings, signal: AbortSignal): Promise<Response> {
  const { fetch } = settings // called as a method it would be an illegal invocation in browsers
  const answer = fetch(url, { ...init, ...QUIETLY, signal })
  try {
    return await untilAborted(answer, signal)
  } catch (cause) {
    answer.then(abandon, () => undefined) // it may still come, and nobody would read it
    throw cause
  }
}

/** Lets go of a body without waiting for whoever sends it. */
function abandon({ body }: Response): void {
  body?.cancel().catch(() => undefined)
}

/** A caller's `resolve` may never answer, and neither may a `fetch` that ignores its signal, nor the body it gives. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(signal.reason)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
    // Also where it is too late: a rejection that nobody hears ends a process.
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** Nothing of the caller goes along, and no redirect is followed before it was looked at. */
const QUIETLY = { redirect: 'manual', credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' } as const

function form(request: RevocationRequest): RequestInit {
  if (request.kind !== 'ocsp') return { method: 'GET' }
  const headers = { 'Content-Type': 'application/ocsp-request', Accept: 'application/ocsp-response' }
  return { method: 'POST', headers, body: request.body.slice() }
}

function redirectOf({ status, headers, type }: Response, from: URL): string | undefined {
  if (type === 'opaqueredirect') throw new Error('it redirects, and where to cannot be seen here')
  const location = headers.get('Location')
  if (status < 300 || status > 399 || location === null) return undefined
  if (!URL.canParse(location, from.href)) throw new Error('it redirects to what is no address')
  return new URL(location, from.href).href
}

async function readBody(response: Response, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const refuse = (why: string): never => {
    abandon(response)
    throw new Error(why)
  }
  if (response.status !== 200) return refuse(`the status is ${response.status}`)
  if (Number(response.headers.get('Content-Length') ?? 0) > limit) return refuse(`it is larger than ${limit} bytes`)
  const reader = response.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  try {
    return await readParts(reader, limit, signal)
  } catch (cause) {
    reader.cancel().catch(() => undefined)
    throw cause
  }
}

async function readParts(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { value } = await untilAborted(reader.read(), signal)
    if (value === undefined) return concat(...parts)
    length += value.length
    if (length > limit) throw new Error(`it is larger than ${limit} bytes`)
    parts.push(value)
  }
}
