import type { Secret } from '../bytes/secret.js'
import type { DirectionKeys, RecordLimits } from '../crypto/connection-keys.js'
import type { KeptSession } from '../crypto/session.js'
import type { AlertDescription } from '../registry/alert-description.js'
import type { AlertLevel } from '../registry/alert-level.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import type { TlsFault } from './fault.js'
import type { Need } from './need.js'
import type { ConnectionSummary } from './negotiated.js'

/** What a step wants done. The list that a step returns is ordered, and is carried out in that order. */
export type Action =
  /** Send a handshake message, its four-byte header included. */
  | { readonly type: 'sendHandshake'; readonly name: HandshakeTypeName; readonly raw: Uint8Array }
  | { readonly type: 'sendChangeCipherSpec' }
  /** Everything sent from here on is protected with these keys; the carrier owns them. */
  | { readonly type: 'installWriteKeys'; readonly keys: DirectionKeys }
  /** Everything received from here on is protected with these keys; the carrier owns them. */
  | { readonly type: 'installReadKeys'; readonly keys: DirectionKeys }
  /** Most bytes of plaintext in a record from here on, until keys that were agreed with other limits are installed. */
  | { readonly type: 'limitRecords'; readonly limits: RecordLimits }
  | { readonly type: 'sendAlert'; readonly level: AlertLevel; readonly description: AlertDescription }
  /** Ask the environment; the answer comes back as an event. At most one need is open. */
  | { readonly type: 'need'; readonly need: Need }
  /** The master secret exists: the only moment at which a key log may take it. */
  | { readonly type: 'logMasterSecret'; readonly clientRandom: Uint8Array; readonly masterSecret: Secret }
  /** This session may be resumed later; its secret belongs to whoever keeps it. Comes before `established`. */
  | { readonly type: 'storeSession'; readonly kept: KeptSession }
  /** The handshake is complete and the peer has proved what it had to prove. */
  | { readonly type: 'established'; readonly summary: ConnectionSummary }
  /** Application data of an authenticated connection: nothing else delivers any. */
  | { readonly type: 'deliver'; readonly data: Uint8Array }
  /** This secret's time is over. */
  | { readonly type: 'forget'; readonly secret: Secret }
  /** The peer will send nothing more, and said so (close_notify). */
  | { readonly type: 'peerClosed' }
  /** The peer does not want the renegotiation that we asked for (no_renegotiation): the connection is what it was. */
  | { readonly type: 'renegotiationDeclined' }
  | { readonly type: 'failed'; readonly fault: TlsFault }
