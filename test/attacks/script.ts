/** A peer's part in a handshake as a list of named steps, and what can be done to such a list. */
export interface ScriptStep<P> {
  readonly name: string
  readonly run: (peer: P) => void
}

export type Script<P> = readonly ScriptStep<P>[]
export type Rewrite<P> = (honest: Script<P>) => Script<P>

function at<P>(script: Script<P>, name: string): number {
  const index = script.findIndex((step) => step.name === name)
  if (index < 0) throw new Error(`the script has no step ${name}`)
  return index
}

export const skip =
  <P>(...names: readonly string[]): Rewrite<P> =>
  (script) => {
    for (const name of names) at(script, name)
    return script.filter((step) => !names.includes(step.name))
  }

/** The step again, right behind itself. */
export const repeat =
  <P>(name: string): Rewrite<P> =>
  (script) =>
    script.flatMap((step, index) => (index === at(script, name) ? [step, step] : [step]))

export const before =
  <P>(name: string, run: (peer: P) => void): Rewrite<P> =>
  (script) =>
    script.toSpliced(at(script, name), 0, { name: 'attack', run })

export const after =
  <P>(name: string, run: (peer: P) => void): Rewrite<P> =>
  (script) =>
    script.toSpliced(at(script, name) + 1, 0, { name: 'attack', run })

export const replace =
  <P>(name: string, run: (peer: P) => void): Rewrite<P> =>
  (script) =>
    script.toSpliced(at(script, name), 1, { name: 'attack', run })

/** The steps of these names in this order, and no others. */
export const only =
  <P>(...names: readonly string[]): Rewrite<P> =>
  (script) =>
    names.flatMap((name) => script.slice(at(script, name), at(script, name) + 1))

/** Two neighbours in the wrong order. */
export const swap =
  <P>(first: string, second: string): Rewrite<P> =>
  (script) => {
    const [one, other] = [at(script, first), at(script, second)]
    return script.map((step, index) => (index === one ? script[other] : index === other ? script[one] : step) ?? step)
  }
