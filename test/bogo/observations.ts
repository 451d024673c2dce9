import type { ObservedStep } from '../../src/connection/role.js'
import type { CertificateRequestToVerify, Environment } from '../../src/crypto/environment.js'
import type { ClientHelloToReview } from '../../src/crypto/hello-review.js'
import type { MachineEvent } from '../../src/handshake/event.js'
import type { CertificateRequest } from '../../src/messages/certificate-request.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { AlertDescription } from '../../src/registry/alert-description.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'
import { NamedGroup } from '../../src/registry/named-group.js'

/** What the shim saw of one connection from outside: by observing its steps and by answering its needs. */
export class Observations {
  /** Told of each handshake message that comes. */
  onMessage: (name: string) => void = () => {}
  /** One line for each message, in the words of the runner. */
  messages = ''
  lastEvent: MachineEvent['type'] | undefined
  gotSession = false
  group: number | undefined
  peerScheme: number | undefined
  verified: CertificateRequestToVerify | undefined
  clientHello: ClientHelloToReview | undefined
  certificateRequest: CertificateRequest | undefined
  timestamps: Uint8Array | undefined

  readonly observe = ({ event, actions }: ObservedStep): void => {
    this.lastEvent = event.type
    if ('asSent' in event) this.messages += 'read v2clienthello\n'
    else if ('raw' in event) this.messages += `read hs ${event.raw[0]}\n`
    else if (event.type === 'change_cipher_spec') this.messages += 'read ccs\n'
    else if (event.type === 'alert') this.messages += `read alert ${event.alert.level} ${event.alert.description}\n`
    if ('raw' in event) this.onMessage(event.type)
    if (event.type === 'certificate_request') {
      this.certificateRequest = decodeHandshakeBody(event.type, event.raw)
    }
    for (const action of actions) {
      if (action.type === 'sendHandshake') this.messages += `write hs ${HandshakeType[action.name]}\n`
      else if (action.type === 'sendChangeCipherSpec') this.messages += 'write ccs\n'
      else if (action.type === 'sendAlert' && action.description !== AlertDescription.close_notify) {
        this.messages += `write alert ${action.level} ${action.description}\n`
      }
    }
  }

  /** What is known of an abbreviated handshake: of key exchange and certificates what the full one has shown. */
  resuming(full: Observations | undefined): Observations {
    if (full === undefined) return this
    const { group, peerScheme, verified, timestamps } = full
    return Object.assign(new Observations(), this, { group, peerScheme, verified, timestamps })
  }

  /** The environment, watched. */
  watch(environment: Environment): Environment {
    return {
      ...environment,
      verifySignature: (request, signal) => {
        this.peerScheme = request.scheme
        return environment.verifySignature(request, signal)
      },
      generateKeyShare: (request, signal) => {
        if ('group' in request) this.group = NamedGroup[request.group]
        return environment.generateKeyShare(request, signal)
      },
    }
  }
}

/** The environment with every answer put off, so that bytes arrive while it is awaited. */
export function delayed(environment: Environment): Environment {
  const later =
    (method: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]) => {
      await new Promise(setImmediate)
      return method.apply(environment, args)
    }
  // Each method keeps its parameters and answers what it answered, later: the mapped type is the environment's own.
  return Object.fromEntries(Object.entries(environment).map(([name, method]) => [name, later(method)])) as never
}
