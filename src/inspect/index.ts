export type { DescribedStep, Fact, StepBytes } from './described-step.js'
export { type FormatOptions, formatStep, formatSteps } from './format-steps.js'
export { Narrator, type NarratorOptions, narrate } from './narrate.js'
export { type Side, Trace, type TraceEntry, type TraceOptions } from './trace.js'
