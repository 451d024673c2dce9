export type { Action } from './action.js'
export type { ClientConfig, ClientContext } from './client/context.js'
export { type ClientState, type ClientStateName, clientStateFields } from './client/states.js'
export { clientStep, clientTable } from './client/table.js'
export { type DiagramOptions, diagram, type Edge } from './diagram.js'
export type {
  Entropy,
  EventType,
  MachineEvent,
  MessageEvent,
  PlainEvent,
  Received,
  RenegotiationWish,
} from './event.js'
export type {
  AlignedRecords,
  PeerProof,
  PeerProofKind,
  VerifiedFinished,
  VerifiedIdentity,
  VerifiedSignature,
} from './evidence.js'
export { alertFor, type FaultCode, type FaultOrigin, TlsFault } from './fault.js'
export type { Citation, Outcome, Row, Step } from './machine.js'
export type { AnswerEvent, Need, NeedAnswer, NeedRequest, NeedType } from './need.js'
export type { ConnectionSummary, Negotiated } from './negotiated.js'
export type { HandshakeConfig } from './negotiation.js'
export { quietClientExtensions, quietServerExtensions } from './quiet-extensions.js'
export type { MessageLimits } from './reassembly.js'
export type { ServerConfig, ServerContext } from './server/context.js'
export { type ServerState, type ServerStateName, serverStateFields } from './server/states.js'
export { serverStep, serverTable } from './server/table.js'
export type { Transcript } from './transcript.js'
