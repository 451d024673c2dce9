/**
 * Every option of both roles with values that make no sense, given to a client or server that then meets an impostor: it
 * refuses the value, or the impostor. What a program without types gets wrong must never let anybody in.
 */
import { expect, test, vi } from 'vitest'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { type ClientOptions, clientEndpoint, type ServerOptions, serverEndpoint } from '../../src/adapters/options.js'
import { SessionCache } from '../../src/adapters/sessions/client-sessions.js'
import { MemorySessionStore } from '../../src/adapters/sessions/session-store.js'
import { TicketKeys } from '../../src/adapters/sessions/ticket-keys.js'
import { TlsFault } from '../../src/handshake/fault.js'
import { nodeProvider } from '../../src/providers/node/index.js'
import { mutual } from '../support/endpoints.js'
import { impostorOf } from './arena.js'

type Side = 'client' | 'server'

const provider = nodeProvider()
const honest = mutual('ecdsaP256', { client: provider, server: provider })

const client = (more: object = {}): ClientOptions => ({ ...honest.client, sessionCache: new SessionCache(), ...more })
const server = (more: object = {}): ServerOptions => ({
  ...{ ...honest.server, ticketKeys: new TicketKeys({ provider }), sessionStore: new MemorySessionStore() },
  ...more,
})

/** The names of all options are in what is said of one that does not exist. */
function namesOf(create: () => unknown): readonly string[] {
  try {
    create()
  } catch (error) {
    if (error instanceof TlsFault) return (/there are (.*)$/.exec(error.message)?.[1] ?? '').split(', ')
  }
  throw new Error('an option that does not exist was taken')
}

const names: Readonly<Record<Side, readonly string[]>> = {
  client: namesOf(() => clientEndpoint(provider, client({ nothing: 1 }))),
  server: namesOf(() => serverEndpoint(provider, server({ nothing: 1 }))),
}
const answers = namesOf(() => clientEndpoint(provider, client({ environment: { nothing: 1 } })))

const odd: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['NaN', Number.NaN],
  ['an empty text', ''],
  ['a text', 'require'],
  ['true', true],
  ['a symbol', Symbol('odd')],
  ['an object', {}],
  ['a list of null', [null]],
  ['a function that says true', () => true],
  ['a function that says nothing', () => {}],
  ['a function that says that it accepts', () => ({ accepted: true })],
  ['a function that promises true', async () => true],
]

/** Replaced as a whole by whoever gives one, who answers for it: a record layer has no types to be told by. */
const replacements: ReadonlySet<string> = new Set(['recordLayer', 'keySchedule'])

const settings = (['client', 'server'] as const).flatMap((side) => [
  ...names[side].filter((name) => !replacements.has(name)).map((name) => [side, name] as const),
  ...answers.map((name) => [side, `environment.${name}`] as const),
])

const optionsWith = (name: string, value: unknown): object =>
  name.startsWith('environment.') ? { environment: { [name.slice('environment.'.length)]: value } } : { [name]: value }

/** The victim, or `undefined` where the value was refused as misuse: any other error is a failure of the test. */
function create(side: Side, options: object) {
  try {
    return side === 'client' ? clientEndpoint(provider, client(options)) : serverEndpoint(provider, server(options))
  } catch (error) {
    if (error instanceof TlsFault && error.code === 'misuse') return undefined
    throw error
  }
}

test('with nothing odd in them, these options let the honest in', () => {
  const established: Side[] = []
  joinInMemory(clientEndpoint(provider, client()), serverEndpoint(provider, server()), (side, { type }) => {
    if (type === 'established') established.push(side)
  })
  expect(established.toSorted()).toEqual(['client', 'server'])
  expect(names.client.length + names.server.length + answers.length).toBeGreaterThan(100)
})

test.each(settings)('%s: %s', async (side, name) => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  for (const [what, value] of odd) {
    const victim = create(side, optionsWith(name, value))
    if (victim === undefined) continue
    const credentials = [impostorOf(side === 'client' ? 'server' : 'client', 'ecdsaP256')]
    let established = false
    const note = (where: Side, { type }: { readonly type: string }): void => {
      established ||= where === side && type === 'established'
    }
    if (side === 'client') joinInMemory(victim, serverEndpoint(provider, server({ credentials })), note)
    else joinInMemory(clientEndpoint(provider, client({ credentials })), victim, note)
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => void setImmediate(resolve))
    expect({ what, established, canSend: victim.connection.canSend }).toEqual({
      what,
      established: false,
      canSend: false,
    })
  }
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
