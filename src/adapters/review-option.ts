import type { Environment } from '../crypto/environment.js'
import type { ClientHelloToReview, HelloChanges, HelloReview, RawExtension } from '../crypto/hello-review.js'
import type { Credential } from '../crypto/key-types.js'
import { isPromise, type MaybePromise } from '../crypto/maybe-promise.js'
import { AlertDescription, type AlertName } from '../registry/alert-description.js'
import type { CipherSuiteName } from '../registry/cipher-suite.js'
import type { NamedGroupName } from '../registry/named-group.js'
import type { SignatureSchemeName } from '../registry/signature-scheme.js'
import { selectFrom } from '../x509/select-credential.js'
import {
  checkNames,
  flag,
  groupsByName,
  ifGiven,
  list,
  oneOf,
  optionalFunction,
  protocolNames,
  schemesByName,
  suitesByName,
} from './check-options.js'

/** Options of a server that hold for one client only, because of what is in its ClientHello. */
export interface TermsForClient {
  readonly credentials?: readonly Credential[]
  readonly selectCredential?: Environment['selectCredential']
  readonly cipherSuites?: readonly CipherSuiteName[]
  readonly groups?: readonly NamedGroupName[]
  readonly signatureSchemes?: readonly SignatureSchemeName[]
  readonly applicationProtocols?: readonly string[]
  readonly clientAuthentication?: 'none' | 'request' | 'require'
  readonly certificateAuthorities?: readonly Uint8Array[]
  readonly acknowledgeServerName?: boolean
  /** Put into ServerHello, each only where the client sent one of its type. */
  readonly extraExtensions?: readonly RawExtension[]
}

/** Ends the handshake with this alert, `handshake_failure` by default; `refuse` says why, for a person. */
export interface ClientRefusal {
  readonly refuse: string
  readonly alert?: AlertName
}

/** Looks at a ClientHello before anything is chosen. `undefined` changes nothing. */
export type ClientHelloReviewer = (
  hello: ClientHelloToReview,
  signal: AbortSignal,
) => MaybePromise<TermsForClient | ClientRefusal | undefined>

const termNames: Readonly<Record<keyof TermsForClient, true>> = {
  credentials: true,
  selectCredential: true,
  cipherSuites: true,
  groups: true,
  signatureSchemes: true,
  applicationProtocols: true,
  clientAuthentication: true,
  certificateAuthorities: true,
  acknowledgeServerName: true,
  extraExtensions: true,
}

/** All but those that RFC 5246 §7.2.2 forbids to send; the keys of a literal are its names. */
const alerts = (Object.keys(AlertDescription) as AlertName[]).filter((name) => !name.endsWith('_RESERVED'))

/** Options as the machine has them: the same checks as at the start, so that a misspelt policy fails closed here too. */
function changesOf(terms: TermsForClient): HelloChanges {
  checkNames(terms, termNames)
  const { applicationProtocols, clientAuthentication } = terms
  return {
    ...ifGiven('cipherSuites', suitesByName(terms.cipherSuites)),
    ...ifGiven('groups', groupsByName(terms.groups)),
    ...ifGiven('signatureSchemes', schemesByName(terms.signatureSchemes)),
    ...(applicationProtocols === undefined ? {} : { applicationProtocols: protocolNames(applicationProtocols) }),
    ...(clientAuthentication === undefined
      ? {}
      : { clientAuthentication: oneOf('clientAuthentication', clientAuthentication, modes, 'require') }),
    ...ifGiven('certificateAuthorities', list('certificateAuthorities', terms.certificateAuthorities)),
    ...ifGiven('acknowledgeServerName', flag('acknowledgeServerName', terms.acknowledgeServerName)),
    ...ifGiven('extraExtensions', list('extraExtensions', terms.extraExtensions)),
  }
}

const modes = ['none', 'request', 'require'] as const

/**
 * The environment with a reviewer in it. Credentials that a review names are in force for this connection from then on,
 * so an environment must serve one connection only.
 */
export function withReviewer(environment: Environment, reviewer: ClientHelloReviewer): Environment {
  let { selectCredential } = environment
  const conclude = (decision: TermsForClient | ClientRefusal | undefined): HelloReview => {
    if (decision === undefined) return { accepted: true }
    if ('refuse' in decision) {
      const alert = oneOf('alert', decision.alert, alerts, 'handshake_failure')
      return { accepted: false, alert, message: decision.refuse }
    }
    const changes = changesOf(decision)
    const credentials = list('credentials', decision.credentials)
    if (credentials !== undefined) selectCredential = selectFrom(credentials)
    selectCredential = optionalFunction('selectCredential', decision.selectCredential) ?? selectCredential
    return { accepted: true, changes }
  }
  return {
    ...environment,
    reviewClientHello: (hello, signal) => {
      const decision = reviewer(hello, signal)
      return isPromise(decision) ? Promise.resolve(decision).then(conclude) : conclude(decision)
    },
    selectCredential: (request, signal) => selectCredential(request, signal),
  }
}
