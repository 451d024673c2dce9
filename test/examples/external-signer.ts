/**
 * A private key in another process. TLS needs three things of it: what kind of key it is, that it signs, and, for RSA key
 * transport, that it decrypts. Each may take its time: the handshake waits, and goes on with the answer. It asks once
 * for each thing that it needs, and aborts the signal that comes with the question when the answer is no longer wanted.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { certificatePublicKeyInfo, readSubjectPublicKeyInfo, Secret } from '../../src/core.js'
import { type Credential, type PrivateKey, SignatureScheme } from '../../src/index.js'

export interface Mood {
  readonly answers: 'always' | 'with an error' | 'never'
  /** Milliseconds. */
  readonly delay: number
}

export type Question =
  | { operation: 'sign'; key: string; hash: 'sha256'; pss: boolean; content: Uint8Array }
  | { operation: 'decrypt'; key: string; ciphertext: Uint8Array }
  | { operation: 'cancel'; question: number }
  | { operation: 'behave'; mood: Mood }
  | { operation: 'count' }

export type Answer = { readonly id: number } & ({ readonly bytes: Uint8Array } | { readonly refusal: string })

/** What this device signs under. `schemes` of a key keeps the handshake from choosing anything else. */
const schemes: ReadonlyMap<SignatureScheme, { readonly pss: boolean }> = new Map([
  [SignatureScheme.ecdsa_secp256r1_sha256, { pss: false }],
  [SignatureScheme.rsa_pss_rsae_sha256, { pss: true }],
  [SignatureScheme.rsa_pkcs1_sha256, { pss: false }],
])

export class SigningDevice {
  readonly process: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #lastId = 0

  constructor(keyFiles: readonly string[]) {
    const program = fileURLToPath(new URL('signing-device.ts', import.meta.url))
    this.process = fork(program, keyFiles, { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
    this.process.on('message', (answer: Answer) => this.#waiting.get(answer.id)?.(answer))
    // whoever waits for a device that is gone would wait until the handshake's time is over
    this.process.on('exit', () => {
      for (const [id, settle] of this.#waiting) settle({ id, refusal: 'the device is gone' })
    })
  }

  ask(question: Question, signal?: AbortSignal): Promise<Uint8Array> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const stop = (): void => {
        if (this.process.connected) this.process.send({ operation: 'cancel', question: id })
        settle({ id, refusal: 'the handshake is over' })
      }
      const settle = (answer: Answer): void => {
        this.#waiting.delete(id)
        signal?.removeEventListener('abort', stop) // one signal serves all questions of a connection
        if ('bytes' in answer) resolve(answer.bytes)
        else reject(new Error(answer.refusal))
      }
      this.#waiting.set(id, settle)
      signal?.addEventListener('abort', stop, { once: true })
      this.process.send({ id, ...question }, (error) => error && settle({ id, refusal: error.message }))
    })
  }

  /** What the device is told by the name of `key`: it is the path of its file here, a label or a handle elsewhere. */
  credential(key: string, certificateChain: readonly Uint8Array[]): Credential {
    const [certificate = new Uint8Array()] = certificateChain
    const { keyType, curve } = readSubjectPublicKeyInfo(certificatePublicKeyInfo(certificate))
    const handle: PrivateKey = {
      keyType,
      ...(curve === undefined ? {} : { curve }),
      schemes: [...schemes.keys()],
      sign: (scheme, content, signal) => {
        const pss = schemes.get(scheme)?.pss
        if (pss === undefined) throw new TypeError(`the device does not sign under scheme ${scheme}`)
        return this.ask({ operation: 'sign', key, hash: 'sha256', pss, content }, signal)
      },
      // A device says whether the padding was right, and must be kept from saying it to the peer: a refusal here makes the
      // handshake go on with a random secret, and fail where a wrong secret fails (RFC 5246 §7.4.7.1).
      decryptPreMaster: async (ciphertext, _version, signal) =>
        new Secret(await this.ask({ operation: 'decrypt', key, ciphertext }, signal)),
    }
    return { certificateChain, key: handle }
  }
}
