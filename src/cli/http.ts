import { Buffer } from 'node:buffer'
import type { TlsDuplex } from '../adapters/node/index.js'
import { page } from './page.js'

/** A request head of this many bytes without an end is no request. */
const LONGEST_HEAD = 16_384

/** A client that takes longer to say what it wants is not waited for. */
const REQUEST_MILLISECONDS = 30_000

const END_OF_HEAD = /\r?\n\r?\n/

function response(status: string, body: string, headers: readonly string[] = []): string {
  const lines = [
    `HTTP/1.1 ${status}`,
    'Content-Type: text/html; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    "Content-Security-Policy: default-src 'none'",
    'X-Content-Type-Options: nosniff',
    ...headers,
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

const errorPage = (title: string): string => `<!doctype html>\n<title>tls12</title>\n<h1>${title}</h1>\n`

const badRequest = (): string => response('400 Bad Request', errorPage('This is no HTTP request'))

function answer(head: string, stream: TlsDuplex): string {
  // Blank lines before a request are skipped, as HTTP wants it; a version is not asked for.
  const method = /^(?:\r?\n)*([A-Z]+)(?:[ \t]|\r?\n)/.exec(head)?.[1]
  if (method === undefined || stream.summary === undefined) return badRequest()
  if (method !== 'GET') return response('405 Method Not Allowed', errorPage('GET is all there is'), ['Allow: GET'])
  return response('200 OK', page(stream.summary))
}

/** Answers one GET as soon as a blank line ends it, whatever the line ends are, then close_notify, then closes. */
export function answerHttp(stream: TlsDuplex): void {
  let head = ''
  const reply = (text: string): void => {
    clearTimeout(timer)
    stream.off('data', onData)
    // What else the client sends is read away: to close with unread input resets the connection under our answer.
    stream.resume()
    stream.write(text)
    stream.destroySoon()
  }
  const timer = setTimeout(
    () => reply(response('408 Request Timeout', errorPage('No request came'))),
    REQUEST_MILLISECONDS,
  )
  const onData = (chunk: Buffer): void => {
    head += chunk.toString('latin1')
    const body = head.replace(/^(?:\r?\n)+/, '')
    if (END_OF_HEAD.test(body)) reply(answer(body, stream))
    else if (head.length > LONGEST_HEAD) reply(badRequest())
  }
  stream.on('data', onData).once('close', () => clearTimeout(timer))
}
