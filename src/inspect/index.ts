export * from './capture/index.js'
export {
  type BytesJson,
  type CaptureJson,
  type CaptureLineJson,
  type ConnectionJson,
  type ConnectionJsonOptions,
  connectionJson,
  type FieldJson,
  type HandshakeJson,
  type StepJson,
} from './connection-json.js'
export type { DescribedStep, Fact, StepBytes, UnnumberedStep } from './described-step.js'
export { type FormatOptions, formatStep, formatSteps } from './format-steps.js'
export type { Judgement, JudgementStep } from './judgement.js'
export { Narrator, type NarratorOptions, narrate } from './narrate.js'
export { describeReplays } from './replay/describe-replay.js'
export { type Difference, type OpenChoice, openChoices } from './replay/differences.js'
export { replayConnection } from './replay/replay-connection.js'
export {
  type EndReport,
  type NotReplayed,
  notReplayedReasons,
  type ReplayedMessage,
  type ReplayReport,
} from './replay/replay-report.js'
export { type Side, Trace, type TraceEntry, type TraceOptions } from './trace.js'
