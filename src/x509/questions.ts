import { isPromise, type MaybePromise } from '../crypto/maybe-promise.js'

/** One question: put to whoever answers, it keeps the answer to itself and says only when it has it. */
export type Question<Answerer> = (answerer: Answerer) => MaybePromise<void>

/**
 * A computation that stops wherever it needs something that may be slow (is this signature right? what does this address
 * hold?) and goes on with the answer. It is written once and runs in both worlds: see `run`.
 */
export type Inquiry<Answerer, Result> = Generator<Question<Answerer>, Result, void>

/**
 * Asks inside an inquiry: `const good = yield* ask((world: World) => world.verifySignature(…))`. What the answerer throws,
 * or a rejection, is thrown here, so that the inquiry can decide what a failed answer means.
 */
export function* ask<Answerer, Answer>(
  question: (answerer: Answerer) => MaybePromise<Answer>,
): Inquiry<Answerer, Answer> {
  const answers: Answer[] = []
  const keep = (answer: Answer): void => {
    answers.push(answer)
  }
  yield (answerer) => {
    const answer = question(answerer)
    return isPromise(answer) ? answer.then(keep) : keep(answer)
  }
  for (const answer of answers) return answer
  throw new Error('an inquiry went on before its question was answered')
}

/**
 * Runs an inquiry to its end. Where every answer is there at once the result is too, without a microtask and without
 * growing the stack; from the first later answer on it is a promise. Throws, or rejects with, what the inquiry throws.
 */
export function run<Answerer, Result>(inquiry: Inquiry<Answerer, Result>, answerer: Answerer): MaybePromise<Result> {
  return proceed(inquiry, answerer, () => inquiry.next())
}

type Advance<Answerer, Result> = () => IteratorResult<Question<Answerer>, Result>

function proceed<Answerer, Result>(
  inquiry: Inquiry<Answerer, Result>,
  answerer: Answerer,
  first: Advance<Answerer, Result>,
): MaybePromise<Result> {
  let step = first()
  while (step.done !== true) {
    let answered: MaybePromise<void>
    try {
      answered = step.value(answerer)
    } catch (cause) {
      step = inquiry.throw(cause)
      continue
    }
    if (isPromise(answered)) {
      return answered.then(
        () => proceed(inquiry, answerer, () => inquiry.next()),
        (cause: unknown) => proceed(inquiry, answerer, () => inquiry.throw(cause)),
      )
    }
    step = inquiry.next()
  }
  return step.value
}
