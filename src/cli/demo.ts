import { constantTimeFirst, defaultCipherSuites } from '../adapters/defaults.js'
import { joinInMemory } from '../adapters/in-memory.js'
import { type CommonOptions, clientEndpoint, serverEndpoint } from '../adapters/options.js'
import { fromAscii } from '../bytes/convert.js'
import type { CertificateVerifier } from '../crypto/environment.js'
import type { Credential } from '../crypto/key-types.js'
import { allSuites } from '../crypto/suite-parameters.js'
import type { TlsFault } from '../handshake/fault.js'
import { formatSteps, narrate, type Side, Trace } from '../inspect/index.js'
import {
  anchorsFromPem,
  certificatesFromPem,
  chainVerifier,
  checkRevocation,
  parseCertificate,
  parsePin,
  pinnedCertificates,
  privateKeyInfoFromPem,
} from '../x509/index.js'
import { type CommandSpec, type OptionSpecs, oneOf, parseCommand } from './arguments.js'
import { certificateFacts, keyPin } from './certificate-facts.js'
import {
  type DemoCredential,
  demoAuthorities,
  demoClientEcdsa,
  demoClientRsa,
  demoRevocationLists,
  demoServerEcdsa,
  demoServerRsa,
} from './demo-pki.js'
import { provider } from './provider.js'
import { peerText } from './summary.js'
import { colourOptions, type Terminal, wantsColour } from './terminal.js'

const trusts = ['ca', 'pin'] as const
const keyExchanges = ['rsa', 'dhe', 'ecdhe'] as const
type KeyExchangeChoice = (typeof keyExchanges)[number]

const demoCommand = {
  name: 'demo',
  usage: '[options]',
  summary:
    'A TLS 1.2 handshake in memory, client and server in one process, told step by step.\nIts certificates and keys are public test data.',
  positionals: [],
  options: {
    'key-exchange': { type: 'string', value: 'rsa|dhe|ecdhe', help: 'how the keys come about; ecdhe by default' },
    trust: {
      type: 'string',
      value: 'ca|pin',
      help: 'whether both sides judge certificates by their chain to a test authority, expiry, revocation, names and purpose, or by pins of the keys alone; ca by default',
    },
    'no-client-auth': { type: 'boolean', help: 'only the server shows a certificate' },
    bytes: { type: 'boolean', help: 'annotated bytes of every message' },
    ...colourOptions,
  },
  exitCodes: { 1: 'the handshake failed' },
} as const satisfies CommandSpec<OptionSpecs>

export const credentialFrom = ({ chain, key }: DemoCredential): Credential => ({
  certificateChain: certificatesFromPem(chain),
  key: provider.importPrivateKey(privateKeyInfoFromPem(key)),
})

/** Pins the key of a credential's certificate. */
function pinVerifier({ certificateChain: [certificate] }: Credential): CertificateVerifier {
  const pin = certificate === undefined ? undefined : keyPin(certificate)
  if (pin === undefined) throw new Error('the demo has a certificate that cannot be read')
  return pinnedCertificates([parsePin(pin)], provider)
}

const authorities = (): readonly Uint8Array[] => anchorsFromPem(demoAuthorities)

/** Trusts the test authorities as far as their CRLs let it, and tells the trace how it judged. */
const chainVerifierFor = (by: Side, trace: Trace): CertificateVerifier =>
  chainVerifier({
    anchors: authorities(),
    provider,
    revocation: checkRevocation({ mode: 'hard-fail', crls: [demoRevocationLists] }),
    explain: trace.explain(by),
  })

const rsaSuites = allSuites.filter(({ bulk, keyExchange }) => bulk.type === 'aead' && keyExchange === 'RSA')

const suitesOf = (choice: KeyExchangeChoice): NonNullable<CommonOptions['cipherSuites']> => {
  const suites = choice === 'rsa' ? rsaSuites : defaultCipherSuites
  const prefix = choice.toUpperCase()
  return constantTimeFirst(suites.filter(({ keyExchange }) => keyExchange.split('_')[0] === prefix)).map(
    ({ name }) => name,
  )
}

export interface DemoChoices {
  readonly keyExchange: KeyExchangeChoice
  readonly clientAuthentication: boolean
  /** `ca` by default. */
  readonly trust?: (typeof trusts)[number]
  /** A seam for tests: nothing else asks for it. */
  readonly keyLog?: (line: string) => void
}

const GREETING = 'Hello, server: this is the client.'
const REPLY = 'Hello, client: this is the server.'

/** The two ends, both under the eyes of `trace`. */
function endsOf({ keyExchange, clientAuthentication, trust = 'ca', keyLog }: DemoChoices, trace: Trace) {
  const ecdsa = keyExchange === 'ecdhe'
  const serverCredential = credentialFrom(ecdsa ? demoServerEcdsa : demoServerRsa)
  const clientCredential = credentialFrom(ecdsa ? demoClientEcdsa : demoClientRsa)
  const verifierOf = (by: Side, peer: Credential): CertificateVerifier =>
    trust === 'pin' ? pinVerifier(peer) : chainVerifierFor(by, trace)
  const common = {
    cipherSuites: suitesOf(keyExchange),
    observe: trace.observe,
    ...(keyLog === undefined ? {} : { keyLog }),
  }
  const client = clientEndpoint(provider, {
    ...common,
    serverName: 'localhost',
    credentials: [clientCredential],
    verifier: verifierOf('client', serverCredential),
  })
  const server = serverEndpoint(provider, {
    ...common,
    credentials: [serverCredential],
    clientAuthentication: clientAuthentication ? 'require' : 'none',
    certificateAuthorities: trust === 'pin' ? [] : authorities().map((der) => parseCertificate(der).subject.der),
    verifier: verifierOf('server', clientCredential),
  })
  return { client, server }
}

/** Plays a handshake, one message each way and a clean close; returns the trace and who was authenticated, or the fault. */
export function playDemo(choices: DemoChoices) {
  const trace = new Trace({ sides: ['client', 'server'], keepApplicationData: true })
  const { client, server } = endsOf(choices, trace)
  const authenticated: string[] = []
  let fault: TlsFault | undefined
  joinInMemory(client, server, (side, output) => {
    if (output.type === 'failed') fault ??= output.fault
    if (output.type === 'established') {
      authenticated.push(peerText(output.summary, side === 'client' ? 'server' : 'client'))
      if (side === 'client') client.send(fromAscii(GREETING))
    }
    if (output.type === 'application_data') {
      if (side === 'server') server.send(fromAscii(REPLY))
      else client.close()
    }
  })
  return { trace, authenticated, fault }
}

/** `tls12 demo`. Returns the exit code. */
export function demo(argv: readonly string[], terminal: Terminal): number {
  const { text, values } = parseCommand(demoCommand, argv)
  if (text !== undefined) {
    terminal.out(text)
    return 0
  }
  const keyExchange = oneOf('key-exchange', values['key-exchange'], keyExchanges) ?? 'ecdhe'
  const clientAuthentication = values['no-client-auth'] !== true
  const trust = oneOf('trust', values.trust, trusts) ?? 'ca'
  const { trace, authenticated, fault } = playDemo({ keyExchange, clientAuthentication, trust })
  const steps = narrate(trace, { describeCertificate: certificateFacts })
  const colour = wantsColour(values, terminal.outIsTty, terminal)
  const who = clientAuthentication ? 'client and server authenticate each other' : 'the server authenticates itself'
  terminal.out(`A TLS 1.2 handshake in memory: ${who}. Certificates and keys are public test data.\n\n`)
  terminal.out(`${formatSteps(steps, { colour, bytes: values.bytes === true })}\n\n`)
  if (fault !== undefined) {
    terminal.err(`tls12 demo: ${fault.code}: ${fault.message}\n`)
    return 1
  }
  terminal.out(`Result: ${authenticated.join(';\n        ')}.\n`)
  return 0
}
