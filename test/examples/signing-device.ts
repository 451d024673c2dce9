/**
 * Stands in for a device that keeps private keys (an HSM, a key service, a smart card): a process of its own, which is
 * given the PEM files of its keys and answers questions on its IPC channel. It knows nothing of TLS and lets no key out.
 */
import { constants, createPrivateKey, type KeyObject, privateDecrypt, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Answer, Mood, Question } from './external-signer.js'

const keys = new Map<string, KeyObject>(
  process.argv.slice(2).map((path) => [path, createPrivateKey(readFileSync(path))]),
)

/** Tests choose how the device behaves; a real one does all of this unasked. */
let mood: Mood = { answers: 'always', delay: 0 }
const timers = new Map<number, NodeJS.Timeout>()
let asked = 0
let operated = 0

/** Takes the padding off as a PKCS#11 device does for CKM_RSA_PKCS, and says so where it is wrong (RFC 8017 §7.2.2). */
function decrypt(key: KeyObject, ciphertext: Uint8Array): Uint8Array {
  const encoded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext)
  const end = encoded.indexOf(0, 2)
  if (encoded[0] !== 0 || encoded[1] !== 2 || end < 10) throw new Error('CKR_ENCRYPTED_DATA_INVALID')
  return encoded.subarray(end + 1)
}

function operate(question: Extract<Question, { key: string }>): Uint8Array {
  const key = keys.get(question.key)
  if (key === undefined) throw new Error(`there is no key ${question.key}`)
  if (mood.answers === 'with an error') throw new Error('CKR_DEVICE_ERROR')
  operated++
  if (question.operation === 'decrypt') return decrypt(key, question.ciphertext)
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return sign(question.hash, question.content, { key, ...(question.pss ? pss : {}) })
}

function answer(id: number, question: Extract<Question, { key: string }>): Answer {
  try {
    return { id, bytes: operate(question) }
  } catch (error) {
    return { id, refusal: error instanceof Error ? error.message : 'unknown' }
  }
}

process.on('message', ({ id, ...question }: Question & { readonly id: number }) => {
  switch (question.operation) {
    case 'cancel':
      clearTimeout(timers.get(question.question))
      return
    case 'behave':
      mood = question.mood
      process.send?.({ id, bytes: new Uint8Array() } satisfies Answer)
      return
    case 'count':
      process.send?.({ id, bytes: Uint8Array.of(asked, operated) } satisfies Answer)
      return
    default:
      asked++
      if (mood.answers === 'never') return
      timers.set(
        id,
        setTimeout(() => process.send?.(answer(id, question)), mood.delay),
      )
  }
})
