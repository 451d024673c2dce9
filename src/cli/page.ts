import type { ConnectionSummary } from '../handshake/negotiated.js'
import { peerText, verifiedNames } from './summary.js'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that a browser shows as it is, in elements and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')

/** The page of `serve --http`: what was negotiated, and by whom the client is authenticated. */
export function page(summary: ConnectionSummary): string {
  const { suite, sessionId, extendedMasterSecret, secureRenegotiation, applicationProtocol, serverName } =
    summary.negotiated
  const rows: readonly (readonly [string, string])[] = [
    ['version', 'TLS 1.2'],
    ['cipher suite', suite.name],
    ['key exchange', suite.keyExchange],
    ['record protection', suite.bulk.cipher],
    ['hash of the key derivation', suite.prfHash],
    ['session id', sessionId.length === 0 ? 'none' : `${sessionId.length} bytes`],
    ['extended master secret', extendedMasterSecret ? 'yes' : 'no'],
    ['secure renegotiation indication', secureRenegotiation ? 'yes' : 'no'],
    ['application protocol', applicationProtocol ?? 'none'],
    ['server name', serverName ?? 'none'],
    ['client', peerText(summary, 'client')],
    ["client's verified identities", verifiedNames(summary) ?? 'none'],
    ["checks of the client's certificate", summary.peer.identity?.checked.join(', ') || 'none'],
  ]
  const lines = rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>tls12</title>
<h1>This connection</h1>
<table>
${lines.join('\n')}
</table>
</html>
`
}
