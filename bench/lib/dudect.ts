/**
 * Whether the time of an operation depends on its input, after dudect (Reparaz, Balasch, Verbauwhede 2017): two classes
 * of input in random order, Welch's t of their times, on all of them and with the slowest left out, since what
 * disturbs a machine only ever lengthens.
 */

/** Makes the input of the next measurement, outside of it. */
export type Source<Input> = () => Input

export interface Comparison<Input> {
  readonly name: string
  readonly classes: readonly [Source<Input>, Source<Input>]
  readonly run: (input: Input) => void
  readonly samples: number
}

export interface Verdict {
  readonly name: string
  readonly samples: number
  /** The t value of greatest magnitude. */
  readonly t: number
  /** The share of the times, the fastest, that it was found in. */
  readonly share: number
  /** Nanoseconds by which the mean of the second class is longer there. */
  readonly difference: number
  /** The smallest difference, in nanoseconds, that would have been seen in any share. */
  readonly visible: number
  /** The median of all times, in nanoseconds. */
  readonly median: number
}

/** Above it a difference is there: |t| > 4.5 comes about once in 150,000 times by chance. */
export const SUSPICIOUS = 4.5
/** dudect's own limit for saying so outright. */
export const EVIDENT = 10

const SHARES = [1, 0.99, 0.95, 0.9, 0.75, 0.5]
const WARM_UP = 0.1

class Moments {
  count = 0
  mean = 0
  #squares = 0

  add(value: number): void {
    const delta = value - this.mean
    this.mean += delta / ++this.count
    this.#squares += delta * (value - this.mean)
  }

  /** The square of the mean's standard error. */
  get error(): number {
    return this.#squares / (this.count - 1) / this.count
  }
}

interface Times {
  readonly nanoseconds: Float64Array
  readonly second: Uint8Array
}

function measure<Input>({ classes, run, samples }: Comparison<Input>): Times {
  const warmUp = Math.ceil(samples * WARM_UP)
  const nanoseconds = new Float64Array(samples)
  const second = Uint8Array.from({ length: samples }, () => (Math.random() < 0.5 ? 0 : 1))
  for (let at = -warmUp; at < samples; at++) {
    const input = classes[(at < 0 ? at & 1 : second[at]) === 1 ? 1 : 0]()
    const start = process.hrtime.bigint()
    run(input)
    const end = process.hrtime.bigint()
    if (at >= 0) nanoseconds[at] = Number(end - start)
  }
  return { nanoseconds, second }
}

function welch({ nanoseconds, second }: Times, longest: number): { t: number; difference: number; visible: number } {
  const moments = [new Moments(), new Moments()] as const
  for (const [at, time] of nanoseconds.entries()) if (time <= longest) moments[second[at] === 1 ? 1 : 0].add(time)
  const difference = moments[1].mean - moments[0].mean
  const error = Math.sqrt(moments[0].error + moments[1].error)
  return { t: difference / error, difference, visible: SUSPICIOUS * error }
}

/** Measures, and judges by the share of the times that shows most. */
export function compare<Input>(comparison: Comparison<Input>): Verdict {
  const times = measure(comparison)
  const sorted = times.nanoseconds.toSorted()
  const quantile = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0
  // a share may hold one class only, where the two differ by more than the noise: the larger shares show that
  const all = SHARES.map((share) => ({ share, ...welch(times, quantile(share)) })).filter(({ t }) => Number.isFinite(t))
  const [most] = all.toSorted((a, b) => Math.abs(b.t) - Math.abs(a.t))
  if (most === undefined) throw new Error('nothing was measured')
  const { name, samples } = comparison
  return { name, samples, ...most, visible: Math.min(...all.map(({ visible }) => visible)), median: quantile(0.5) }
}

/** A source that deals out what was made beforehand, each time as a copy in the same place of memory. */
export function pool(count: number, make: () => Uint8Array, place: Uint8Array): Source<Uint8Array> {
  const inputs = Array.from({ length: count }, make)
  let next = 0
  return () => {
    const input = inputs[next++ % count] ?? place
    place.set(input)
    return place.subarray(0, input.length)
  }
}
