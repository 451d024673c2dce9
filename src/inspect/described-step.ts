import type { Span } from '../codec/dissect.js'
import type { DissectHint } from '../messages/dissect.js'
import type { Side } from './trace.js'

/** One fact of a step: what, and which value it has. Text of the peer's is quoted and escaped. */
export interface Fact {
  readonly name: string
  readonly value: string
}

/** Bytes of one message or record of a step, with what `dissect` must be told to read them. */
export interface StepBytes {
  readonly name: string
  readonly raw: Uint8Array
  readonly hint: DissectHint
  /** What its parts are, where no codec reads them. */
  readonly span?: Span
}

/** One step of a handshake as descriptions tell it: plain data, for whatever shows it. Holds no secret. */
export interface DescribedStep {
  /** From 1. */
  readonly number: number
  readonly title: string
  /** Who sends to whom, or who does something alone. */
  readonly direction: 'client to server' | 'server to client' | Side | 'both'
  /** The wire's name of the message, several separated by commas; empty where nothing is sent. */
  readonly message: string
  /** Bytes of the message before protection, headers of handshake messages included; 0 where nothing is sent. */
  readonly size: number
  readonly facts: readonly Fact[]
  /** Where popular descriptions differ from the RFC, half a line about that. */
  readonly note?: string
  /** The bytes behind `size`, and the records that they came in; application data and records only where they were kept. */
  readonly bytes: readonly StepBytes[]
}

/** A step before it has its number. */
export type UnnumberedStep = Omit<DescribedStep, 'number'>

export const fact = (name: string, value: string): Fact => ({ name, value })

export const directionFrom = (sender: Side): 'client to server' | 'server to client' =>
  sender === 'client' ? 'client to server' : 'server to client'
