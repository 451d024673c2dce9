import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { UsageError } from './arguments.js'

/** Where to connect to, and by which DNS name, if any, to ask for the server. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly serverName: string | undefined
}

const wrong = (text: string): UsageError =>
  new UsageError(`${JSON.stringify(text)} is not HOST:PORT; an IPv6 address stands in brackets, [::1]:443`)

/** Reads `HOST:PORT` or `[IPV6]:PORT`. Addresses are not asked for by name (RFC 6066 §3). Throws `UsageError`. */
export function parseTarget(text: string): Target {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const given = bracketed ?? plain
  const port = Number(digits)
  if (given === undefined || given === '' || !(port >= 1 && port <= 65_535)) throw wrong(text)
  if (bracketed !== undefined) {
    if (isIP(bracketed.replace(/%.*$/, '')) !== 6) throw wrong(text)
    return { host: bracketed, port, serverName: undefined }
  }
  if (isIP(given) === 4) return { host: given, port, serverName: undefined }
  const host = domainToASCII(given)
  // The mapping turns 127.1 into an address of another spelling: what is meant must be said in full.
  if (host === '' || isIP(host) !== 0) throw wrong(text)
  return { host, port, serverName: host.replace(/\.$/, '') }
}
