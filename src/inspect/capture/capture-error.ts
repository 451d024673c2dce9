/**
 * Why a capture cannot be read: it is none, its own structure is broken, or it is of a kind that is not read here. What is
 * wrong with the traffic inside never throws; it is part of the story.
 */
export type CaptureErrorCode = 'not_a_capture' | 'malformed_capture' | 'unsupported_capture'

/** The one error of the capture reader. `offset` counts the bytes of the file before the place in question. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError'
  readonly code: CaptureErrorCode
  readonly offset: number

  constructor(code: CaptureErrorCode, offset: number, message: string) {
    super(offset === 0 ? message : `${message} (at byte ${offset} of the file)`)
    this.code = code
    this.offset = offset
  }
}
