export type { TrafficLimits } from './alert-protocol.js'
export type { ChannelBindingType } from './channel-bindings.js'
export { type ConnectionOutput, TlsConnection } from './connection.js'
export {
  type ConnectionOptions,
  clientConnection,
  clientConnections,
  serverConnection,
  serverConnections,
} from './create.js'
export { providerEnvironment, type Trust } from './environment.js'
export { HandshakeProtocol, type HandshakeProtocolOptions, type ProtocolOutput } from './handshake-protocol.js'
export type { OpenNeed } from './open-need.js'
export { clientRunner, type ObservedStep, type RoleRunner, serverRunner } from './role.js'
export { type NeedSource, satisfy } from './satisfy.js'
