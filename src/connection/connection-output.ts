import type { KeptSession } from '../crypto/session.js'
import type { TlsFault } from '../handshake/fault.js'
import type { ConnectionSummary } from '../handshake/negotiated.js'

/** What a connection has for its owner, in order. */
export type ConnectionOutput =
  /** Send these bytes to the peer. */
  | { readonly type: 'transmit'; readonly bytes: Uint8Array }
  /**
   * A later connection may resume this session: a client shows its handle, a server keeps it by its session id. Its secret
   * belongs to whoever takes it from here, who says too when it was made.
   */
  | { readonly type: 'session'; readonly kept: KeptSession }
  /**
   * The handshake is complete and the peer proved itself: `send` may be called from now on. Told again after each
   * renegotiation: what data came before this belongs to the summary before.
   */
  | { readonly type: 'established'; readonly summary: ConnectionSummary }
  /** The peer does not want the renegotiation that we asked for. The connection is what it was. */
  | { readonly type: 'renegotiationDeclined' }
  | { readonly type: 'application_data'; readonly data: Uint8Array }
  /** The peer said that it sends nothing more: what came before is whole. */
  | { readonly type: 'peerClosed' }
  /** The connection failed. The alert, if one is sent, was transmitted before this. Nothing follows. */
  | { readonly type: 'failed'; readonly fault: TlsFault }
