import { isoTime } from './finding.js'

/** When something is to be believed. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Milliseconds by which clocks may differ. */
  readonly clockSkew: number
  /** Milliseconds for which a response without nextUpdate is believed. */
  readonly maximumAge: number
}

/**
 * Why a statement made at `thisUpdate` says nothing about now, or `undefined` where it does (RFC 5280 §5.1.2.5, RFC 6960
 * §4.2.2.1).
 */
export function staleness(
  { thisUpdate, nextUpdate }: { readonly thisUpdate: number; readonly nextUpdate?: number },
  { time, clockSkew, maximumAge }: Clock,
): string | undefined {
  const now = `now is ${isoTime(time)}`
  if (thisUpdate > time + clockSkew) return `is from the future: thisUpdate is ${isoTime(thisUpdate)}, ${now}`
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) return 'ends before it begins'
  if (nextUpdate !== undefined && time - clockSkew > nextUpdate) {
    return `is stale: nextUpdate was ${isoTime(nextUpdate)}, ${now}`
  }
  if (nextUpdate === undefined && time - clockSkew - maximumAge > thisUpdate) {
    return `has no nextUpdate and is too old: thisUpdate was ${isoTime(thisUpdate)}, ${now}`
  }
  return undefined
}
