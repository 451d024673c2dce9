/** Walks a machine through everything that can happen to it. */
import type { Outcome } from '../../src/handshake/machine.js'
import type { Need } from '../../src/handshake/need.js'
import { placeOf, type Subject, type Variant } from './subject.js'

/** One step that was tried. */
export interface Visit<S> {
  readonly subject: Subject<S>
  readonly before: S
  readonly variant: Variant
  readonly outcome: Outcome<S>
}

/** The need that a step opened, or `before` if it stayed where it was. */
export function needAfter<S>(before: S, outcome: Outcome<S>, open: Need | undefined): Need | undefined {
  const asked = outcome.actions.find((action) => action.type === 'need')
  return asked?.need ?? (outcome.state === before ? open : undefined)
}

/**
 * Tries every event in every state that the machine can be led into, along every road: whatever moves it to a state of
 * another name is gone on from. `visit` sees each step. A renegotiation is as long as the first handshake and may be
 * declined and begun again for ever: it is entered only where the subject says so, and each edge in it taken once.
 */
export function explore<S extends { readonly name: string }>(
  subject: Subject<S>,
  visit: (step: Visit<S>) => void,
  state: S = subject.initial,
  need?: Need,
  taken: Set<string> = new Set<string>(),
): void {
  for (const variant of subject.variants(state, need)) {
    const outcome = subject.step(state, variant.event)
    const { state: next } = outcome
    visit({ subject, before: state, variant, outcome })
    if (placeOf(next) === placeOf(state) || next.name === 'Failed') continue
    if (state.name === 'Renegotiating' || next.name === 'Renegotiating') {
      const edge = `${placeOf(state)} ${variant.label} ${placeOf(next)}`
      if (taken.has(edge) || !subject.renegotiates) continue
      taken.add(edge)
    }
    explore(subject, visit, next, needAfter(state, outcome, need), taken)
  }
}
