/** A peer's part in a handshake as a list of named steps, and what can be done to such a list. */
export interface ScriptStep<P> {
  readonly name: string
  readonly run: (peer: P) => void
}

export type Script<P> = readonly ScriptStep<P>[]
/** A change to the script of any peer that can do what `P` can. */
export type Rewrite<P> = <Q extends P>(honest: Script<Q>) => Script<Q>

function at<P>(script: Script<P>, name: string): number {
  const index = script.findIndex((step) => step.name === name)
  if (index < 0) throw new Error(`the script has no step ${name}`)
  return index
}

export const skip =
  (...names: readonly string[]): Rewrite<unknown> =>
  (script) => {
    for (const name of names) at(script, name)
    return script.filter((step) => !names.includes(step.name))
  }

/** The step again, right behind itself. */
export const repeat =
  (name: string): Rewrite<unknown> =>
  (script) =>
    script.flatMap((step, index) => (index === at(script, name) ? [step, step] : [step]))

export const insertBefore =
  <P>(name: string, run: (peer: P) => void): Rewrite<P> =>
  (script) =>
    script.toSpliced(at(script, name), 0, { name: 'attack', run })

export const insertAfter =
  <P>(name: string, run: (peer: P) => void): Rewrite<P> =>
  (script) =>
    script.toSpliced(at(script, name) + 1, 0, { name: 'attack', run })

export const replace =
  <P>(name: string, run: (peer: P) => void): Rewrite<P> =>
  (script) =>
    script.toSpliced(at(script, name), 1, { name: 'attack', run })

/** The steps of these names in this order, and no others. */
export const only =
  (...names: readonly string[]): Rewrite<unknown> =>
  (script) =>
    names.flatMap((name) => script.slice(at(script, name), at(script, name) + 1))

/** Two neighbours in the wrong order. */
export const swap =
  (first: string, second: string): Rewrite<unknown> =>
  (script) => {
    const [one, other] = [at(script, first), at(script, second)]
    return script.map((step, index) => (index === one ? script[other] : index === other ? script[one] : step) ?? step)
  }
