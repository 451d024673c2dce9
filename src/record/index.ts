export { RecordError, type RecordErrorCode } from './record-error.js'
export type { RecordLayer, TlsRecord } from './record-layer.js'
export { type StandardRecordLayerOptions, standardRecordLayer } from './standard-record-layer.js'
