/** Walks a machine through everything that can happen to it. */
import type { Outcome } from '../../src/handshake/machine.js'
import type { Need } from '../../src/handshake/need.js'
import type { Subject, Variant } from './subject.js'

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
 * another name is gone on from. `visit` sees each step.
 */
export function explore<S extends { readonly name: string }>(
  subject: Subject<S>,
  visit: (step: Visit<S>) => void,
  state: S = subject.initial,
  need?: Need,
): void {
  for (const variant of subject.variants(state, need)) {
    const outcome = subject.step(state, variant.event)
    visit({ subject, before: state, variant, outcome })
    if (outcome.state.name !== state.name && outcome.state.name !== 'Failed') {
      explore(subject, visit, outcome.state, needAfter(state, outcome, need))
    }
  }
}
