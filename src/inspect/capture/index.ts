export { CaptureError, type CaptureErrorCode } from './capture-error.js'
export {
  type CapturedApplicationData,
  CaptureReader,
  type CaptureReaderOptions,
  type CaptureSummary,
} from './capture-reader.js'
export type { CapturedHandshake, HandshakeItem, HandshakeRoad } from './captured-handshake.js'
export type { CapturedRecord } from './captured-record.js'
export type { CaptureCheck, CheckedThing } from './check.js'
export type { ApplicationDataEntry, ConnectionStory, Preface, StoryEntry } from './connection-story.js'
export {
  type CapturedStep,
  type DescribeConnectionOptions,
  describeConnection,
  describeTransport,
} from './describe-connection.js'
export type { KnownSecret, SecretSource } from './key-store.js'
export type { PassedOver } from './packet.js'
export type { FragmentForm } from './record-anatomy.js'
export type { CaptureCrypto } from './record-opener.js'
export { MAX_KEPT_PER_CONNECTION } from './story-log.js'
export type { TcpStatistics } from './tcp-stream.js'
export type { ConnectionEnd } from './tcp-table.js'
