/** What `npm run interop` is asked for on the command line. */
import { parseArgs } from 'node:util'

interface Names {
  readonly peers: readonly string[]
  readonly providers: readonly string[]
}

export const usage = ({ peers, providers }: Names): string => `npm run interop -- [OPTION ...]

  --peers NAME,...   these peers alone, of ${peers.join(', ')}
  --only TEXT        the cells whose name holds TEXT
  --provider NAME    one provider, of ${providers.join(', ')}
  --json FILE        writes every cell
  --verbose          prints green cells too
  --help             prints this

Without --peers, --only and --provider everything is tried, and RESULTS.md is written where no peer is missing. Ends with
code 1 where a cell is red without a reason or no cell was asked for, with 2 where the command line cannot be read.`

export interface Asked {
  readonly peers: readonly string[] | undefined
  readonly only: string
  readonly provider: string | undefined
  readonly json: string | undefined
  readonly verbose: boolean
  readonly help: boolean
}

/** Throws `TypeError` for what is no option, and for names that are not among `names`. */
export function asked(argv: readonly string[], names: Names): Asked {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      peers: { type: 'string' },
      json: { type: 'string' },
      provider: { type: 'string' },
      only: { type: 'string', default: '' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const peers = values.peers?.split(',').map((name) => {
    const found = names.peers.find((one) => one.toLowerCase() === name.toLowerCase())
    if (found === undefined) throw new TypeError(`no peer is called ${name}; there are ${names.peers.join(', ')}`)
    return found
  })
  const { provider, json, only, verbose, help } = values
  if (provider !== undefined && !names.providers.includes(provider))
    throw new TypeError(`no provider is called ${provider}; there are ${names.providers.join(', ')}`)
  return { peers, only, provider, json, verbose, help }
}
