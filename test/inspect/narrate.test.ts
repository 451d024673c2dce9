import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import type { CertificateCheck, Environment } from '../../src/crypto/environment.js'
import {
  type DescribedStep,
  formatSteps,
  Narrator,
  narrate,
  type Side,
  Trace,
  type TraceEntry,
} from '../../src/inspect/index.js'
import { encodeHandshake, frameHandshake } from '../../src/messages/handshake.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { credentialOf, mutual, pinTo, play } from '../support/endpoints.js'
import { pki } from '../support/pki.js'

type Options = { client: ClientOptions; server: ServerOptions }

/** Plays a handshake under observation of `sides`, with data each way and a close of the client's. */
function traced(sides: readonly Side[], { client, server }: Options, keepApplicationData = false) {
  const trace = new Trace({ sides, keepApplicationData })
  const watched = (side: Side) => (sides.includes(side) ? { observe: trace.observe } : {})
  const played = play({ ...client, ...watched('client') }, { ...server, ...watched('server') })
  if (played.faultOf('client') === undefined && played.faultOf('server') === undefined) {
    const say = (side: Side, text: string): void => {
      played[side].send(Buffer.from(text))
      trace.sentApplicationData(side, Buffer.from(text))
    }
    say('client', 'to the server')
    say('server', 'to the client, twice')
    say('server', 'to the client, twice')
    played.client.close()
  }
  return { trace, steps: narrate(trace), played }
}

const brief = (steps: readonly DescribedStep[]): string[] =>
  steps.map(({ direction, message, title }) => (message === '' ? title : `${direction}: ${message}`))

const factOf = (steps: readonly DescribedStep[], title: string, name: string): string | undefined =>
  steps.find((step) => step.title === title)?.facts.find((fact) => fact.name === name)?.value

const textOf = (steps: readonly DescribedStep[]): string => formatSteps(steps, { bytes: true })

const accepting =
  (
    checked: readonly CertificateCheck[],
    verifier: Environment['verifyCertificate'],
  ): Environment['verifyCertificate'] =>
  async (request, signal) => {
    const verdict = await verifier(request, signal)
    return verdict.accepted ? { ...verdict, checked } : verdict
  }

describe('a mutual handshake', () => {
  // RFC 5246 figure 1, with the checks of each side where it makes them.
  const order = [
    'client to server: client_hello',
    'server to client: server_hello',
    'server to client: certificate',
    'server to client: server_key_exchange',
    'server to client: certificate_request',
    'server to client: server_hello_done',
    "The client checks the server's certificate and signature",
    'client to server: certificate',
    'client to server: client_key_exchange',
    'client to server: certificate_verify',
    'The server checks all three',
    'Both derive the keys',
    'client to server: change_cipher_spec, finished',
    'server to client: change_cipher_spec, finished',
    'client to server: application_data',
    'server to client: application_data',
    'client to server: alert',
    'server to client: alert',
  ]

  it.each<[string, readonly Side[]]>([
    ['both sides', ['client', 'server']],
    ['the client alone', ['client']],
    ['the server alone', ['server']],
  ])('is told in the order of the RFC from %s', (_name, sides) => {
    const { steps } = traced(sides, mutual('ecdsaP256'))
    expect(brief(steps)).toEqual(order)
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1))
  })

  it('says the same of what crosses the wire, whoever watches', () => {
    for (const sides of [['client', 'server'], ['client'], ['server']] as const) {
      const { trace, steps } = traced(sides, mutual('rsa'))
      const messages = trace.entries.flatMap((entry) => (entry.type === 'message' ? [entry] : []))
      expect(messages.map(({ name }) => name)).toHaveLength(11)
      const sent = steps.filter(({ message }) => message !== '' && message !== 'application_data')
      for (const { size, bytes } of sent) expect(bytes.reduce((sum, { raw }) => sum + raw.length, 0)).toBe(size)
      expect(factOf(steps, 'Application data from the client', 'protection')).toContain("client's keys")
      expect(steps.filter(({ message }) => message === 'application_data').map(({ size }) => size)).toEqual([13, 40])
    }
  })

  it('claims nothing about a side that is not seen', () => {
    const client = traced(['client'], mutual('ecdsaP256')).steps
    expect(factOf(client, 'The server checks all three', 'seen')).toMatch(/^nothing/)
    expect(factOf(client, "Client's change cipher spec and finished", 'check')).toBe('the server checks it on its side')
    expect(factOf(client, "Server's change cipher spec and finished", 'check')).toMatch(/^the client computed the same/)
    expect(client.find(({ title }) => title === 'The server checks all three')?.facts).toHaveLength(1)
    const server = traced(['server'], mutual('ecdsaP256')).steps
    expect(factOf(server, "The client checks the server's certificate and signature", 'seen')).toMatch(/^nothing/)
    expect(factOf(server, "Server's change cipher spec and finished", 'check')).toBe('the client checks it on its side')
    expect(factOf(server, 'The server checks all three', 'certificate')).toMatch(/^pinned key matched/)
  })

  it.each<[readonly CertificateCheck[], string, string | undefined]>([
    [['pin'], 'pinned key matched; chain, expiry, revocation: not checked', 'name, purpose: not checked'],
    [
      ['chain', 'validity', 'name'],
      'chain valid, not expired, name matched; revocation: not checked',
      'purpose: not checked',
    ],
    [
      ['chain', 'validity', 'revocation', 'name', 'purpose'],
      'chain valid, not expired, not revoked, name matched, purpose right',
      undefined,
    ],
    [[], 'accepted without a check; chain, expiry, revocation: not checked', 'name, purpose: not checked'],
  ])('tells the checks %j and no others', async (checked, certificate, nor) => {
    const { client, server } = mutual('ecdsaP256')
    const trace = new Trace({ sides: ['client'] })
    const verifier = accepting(checked, pinTo('server', 'ecdsaP256'))
    const { client: endpoint } = play({ ...client, verifier, observe: trace.observe }, server)
    for (let turn = 0; turn < 50 && endpoint.connection.summary === undefined; turn++) await Promise.resolve()
    expect(endpoint.connection.summary).toBeDefined()
    const steps = narrate(trace)
    const title = "The client checks the server's certificate and signature"
    expect(factOf(steps, title, 'certificate')).toBe(certificate)
    expect(factOf(steps, title, 'nor')).toBe(nor)
  })

  it('holds and shows no secret', () => {
    const { client, server } = mutual('rsa')
    const secrets: string[] = []
    const keyLog = (line: string) => void secrets.push(line.split(' ')[2] ?? '')
    const cipherSuites = ['TLS_RSA_WITH_AES_128_GCM_SHA256'] as const
    // The pre-master secret, as the very call that decrypts it gives it.
    const decryptPreMaster: Environment['decryptPreMaster'] = ({ key, encrypted, clientVersion }) => {
      const secret = key.decryptPreMaster?.(encrypted, clientVersion)
      if (!(secret instanceof Secret)) throw new Error('the noble provider answers at once')
      secrets.push(secret.use(toHex))
      return secret
    }
    const { trace, steps } = traced(
      ['client', 'server'],
      {
        client: { ...client, keyLog, cipherSuites },
        server: { ...server, keyLog, cipherSuites, environment: { decryptPreMaster } },
      },
      true,
    )
    expect(brief(steps)).toContain('Both derive the keys')
    const bytes = trace.entries.flatMap((entry) => Object.values(entry).filter((value) => value instanceof Uint8Array))
    const shown = [textOf(steps).replace(/[\s|]/g, ''), ...bytes.map(toHex)].join('\n')
    expect(secrets).toHaveLength(3)
    for (const secret of secrets) {
      expect(secret).toMatch(/^[0-9a-f]{96}$/)
      for (let at = 0; at + 16 <= secret.length; at += 8) expect(shown).not.toContain(secret.slice(at, at + 16))
    }
  })

  it('keeps application data only where it is told to', () => {
    const dataIn = (trace: Trace) =>
      trace.entries.flatMap((entry) => (entry.type === 'application_data' ? [entry.data] : []))
    expect(dataIn(traced(['client', 'server'], mutual('ecdsaP256')).trace)).toEqual([undefined, undefined, undefined])
    const { trace, steps } = traced(['client', 'server'], mutual('ecdsaP256'), true)
    expect(dataIn(trace).map((data) => Buffer.from(data ?? []).toString())).toEqual([
      'to the server',
      'to the client, twice',
      'to the client, twice',
    ])
    expect(factOf(steps, 'Application data from the client', 'text')).toBe('"to the server"')
  })
})

describe('other handshakes', () => {
  it('tells of a client that shows nothing, where the policy allows it', () => {
    const { client, server } = mutual('ecdsaP256')
    const { steps } = traced(['client', 'server'], {
      client: { ...client, credentials: [] },
      server: { ...server, clientAuthentication: 'request' },
    })
    expect(factOf(steps, "Client's certificate", 'certificates')).toBe('none: an empty list')
    expect(factOf(steps, "The server checks the client's key exchange", 'certificate')).toMatch(/^none came/)
    expect(brief(steps)).not.toContain('client to server: certificate_verify')
  })

  it('says what RSA key exchange does not prove', () => {
    const { client, server } = mutual('rsa')
    const cipherSuites = ['TLS_RSA_WITH_AES_256_GCM_SHA384'] as const
    const { steps } = traced(['client', 'server'], {
      client: { ...client, cipherSuites },
      server: { ...server, cipherSuites },
    })
    expect(brief(steps)).not.toContain('server to client: server_key_exchange')
    expect(factOf(steps, "The client checks the server's certificate", 'signature')).toMatch(
      /^none under RSA key exchange/,
    )
    expect(factOf(steps, 'The server checks all three', 'key exchange')).toMatch(/nobody learns/)
  })

  it('ends with who gave up and why, and claims no check that failed', () => {
    const { client, server } = mutual('ecdsaP256')
    const { steps } = traced(['client', 'server'], { client: { ...client, verifier: pinTo('server', 'rsa') }, server })
    const told = brief(steps)
    expect(told.slice(told.indexOf('server to client: server_hello_done') + 1)).toEqual([
      'The client gives up',
      'client to server: alert',
      'The server gives up',
    ])
    expect(factOf(steps, 'The client gives up', 'reason')).toMatch(/^certificate_not_pinned: /)
    expect(textOf(steps)).not.toContain('pinned key matched')
  })

  it('does not call a signature right that is wrong', () => {
    const { client, server } = mutual('ecdsaP256')
    const [impostor, victim] = [credentialOf('client', 'ecdsaP384'), credentialOf('client', 'ecdsaP256')]
    const credentials = [
      { certificateChain: victim.certificateChain, key: { ...impostor.key, curve: 'secp256r1' } as const },
    ]
    const { steps } = traced(['client', 'server'], {
      client: {
        ...client,
        credentials: credentials.map((one) => ({
          ...one,
          key: { ...one.key, sign: impostor.key.sign.bind(impostor.key) },
        })),
      },
      server,
    })
    expect(factOf(steps, 'The server checks all three', 'certificate')).toMatch(/^pinned key matched/)
    expect(factOf(steps, 'The server checks all three', 'signature')).toBeUndefined()
    expect(factOf(steps, 'The server gives up', 'reason')).toMatch(/^bad_signature/)
    expect(brief(steps)).not.toContain('Both derive the keys')
  })

  it('says what a verifier was told about a certificate only as far as asked', () => {
    const { trace } = traced(['client', 'server'], mutual('ed25519'))
    const seen: string[] = []
    const steps = narrate(trace, {
      describeCertificate: (der) => {
        seen.push(toHex(der))
        return [{ name: 'mine', value: 'yes' }]
      },
    })
    expect(seen).toEqual([toHex(pki.server.ed25519.certificate), toHex(pki.client.ed25519.certificate)])
    expect(factOf(steps, "Server's certificate", 'mine')).toBe('yes')
    expect(factOf(steps, "Server's certificate", 'key')).toBe('ed25519')
  })
})

describe('whatever a peer sends', () => {
  const names = Object.keys(HandshakeType) as HandshakeTypeName[] // Object.keys forgets the keys' type

  it('cannot steer a terminal', () => {
    const hostile = Buffer.from('\u001b[2J\r\n"\u009b', 'latin1')
    const raw = encodeHandshake('client_hello', {
      clientVersion: 0x0399,
      random: new Uint8Array(32).fill(7),
      sessionId: hostile,
      cipherSuites: [0x0a0a],
      compressionMethods: [0, 0x1b],
      extensions: [
        {
          extensionType: ExtensionType.server_name,
          extensionData: Uint8Array.of(0, hostile.length + 3, 0, 0, hostile.length, ...hostile),
        },
        {
          extensionType: ExtensionType.application_layer_protocol_negotiation,
          extensionData: Uint8Array.of(0, hostile.length + 1, hostile.length, ...hostile),
        },
        { extensionType: 0x1b1b, extensionData: hostile },
      ],
    })
    const narrator = new Narrator({ sides: ['server'] })
    const text = textOf(narrator.accept({ type: 'message', sender: 'client', name: 'client_hello', raw }))
    expect(text).toContain('server_name           "\\x1b[2J\\x0d\\x0a\\x22\\x9b"')
    expect(text).toContain('0x0a0a')
    expect([...text].filter((character) => /[\p{Cc}]/u.test(character) && character !== '\n')).toEqual([])
  })

  it('is told without an exception, in any order, and numbered on', () => {
    const sides = fc.constantFrom<Side>('client', 'server')
    const bytes = fc.uint8Array({ maxLength: 80 })
    const message = fc.record({ sender: sides, name: fc.constantFrom(...names), body: bytes }).map(
      ({ sender, name, body }): TraceEntry => ({
        type: 'message',
        sender,
        name,
        raw: frameHandshake(HandshakeType[name], body),
      }),
    )
    const other = fc.oneof(
      sides.map((sender): TraceEntry => ({ type: 'change_cipher_spec', sender })),
      sides.map((by): TraceEntry => ({ type: 'keys_derived', by })),
      sides.map((by): TraceEntry => ({ type: 'finished_accepted', by })),
      sides.map((by): TraceEntry => ({ type: 'public_value_accepted', by })),
      fc
        .record({ sender: sides, level: fc.nat(255), description: fc.nat(255) })
        .map((alert): TraceEntry => ({ type: 'alert', ...alert })),
      fc
        .record({ sender: sides, size: fc.nat(), data: bytes })
        .map((data): TraceEntry => ({ type: 'application_data', ...data })),
    )
    fc.assert(
      fc.property(
        fc.subarray<Side>(['client', 'server']),
        fc.array(fc.oneof(message, other), { maxLength: 20 }),
        (seen, entries) => {
          const narrator = new Narrator({ sides: seen })
          const steps = [...entries.flatMap((entry) => narrator.accept(entry)), ...narrator.finish()]
          expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1))
          const text = textOf(steps)
          expect([...text].some((character) => /\p{Cc}/u.test(character) && character !== '\n')).toBe(false)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is told of malformed messages that they are', () => {
    const narrator = new Narrator({ sides: ['server'] })
    const raw = frameHandshake(HandshakeType.client_hello, Uint8Array.of(3, 3))
    const [step] = narrator.accept({ type: 'message', sender: 'client', name: 'client_hello', raw })
    expect(step?.facts).toEqual([{ name: 'malformed', value: 'not a client_hello (type 1) that can be decoded' }])
    expect(step?.size).toBe(6)
  })
})
