/** The recordings of OpenSSL as captures: opened with the key log, and with the RSA key of the server alone. */
import { constants, createPrivateKey, privateDecrypt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { frames, pcap, tcp } from '../support/capture-builder.js'
import { privateKeyInfo, recordings } from '../vectors/recording.js'
import { checksOf, read, saidIn } from './reading.js'

describe('recordings of OpenSSL', () => {
  const established = recordings.filter(({ outcome }) => outcome === 'established')

  it.each(established.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const result = read(pcap(frames(tcp(one.flow))), { keyLog: one.keyLog ?? '' })
    expect(saidIn(result)).toEqual({ client: one.clientData, server: one.serverData })
    const [story] = result.stories
    const checks = story === undefined ? [] : checksOf(story)
    expect(checks.filter(({ verdict }) => verdict === 'wrong')).toEqual([])
    expect(checks.filter(({ what, verdict }) => what === 'Finished' && verdict === 'right').length).toBe(2)
    const signed = story?.handshakes[0]?.items.filter(
      (item) => item.type === 'message' && (item.name === 'server_key_exchange' || item.name === 'certificate_verify'),
    )
    expect(checks.filter(({ what, verdict }) => what === 'signature' && verdict === 'right').length).toBe(
      signed?.length,
    )
    // close_notify of both, as OpenSSL sends it
    expect(story?.entries.filter(({ type }) => type === 'alert').length).toBe(2)
  })

  const withRsa = established.filter(({ name }) => name.startsWith('rsa-'))
  it.each(withRsa.map((one) => [one.name, one] as const))('%s, with the RSA key alone', (_name, one) => {
    const rsaKeys = [privateKeyInfo(one.serverKey)]
    const result = read(pcap(frames(tcp(one.flow))), { rsaKeys })
    expect(saidIn(result)).toEqual({ client: one.clientData, server: one.serverData })
    expect(result.stories[0]?.handshakes[0]?.known?.source).toBe('the RSA key of the server')
    const both = read(pcap(frames(tcp(one.flow))), { rsaKeys, keyLog: one.keyLog ?? '' })
    const secrets = both.stories.flatMap(checksOf).filter(({ what }) => what === 'master secret')
    expect(secrets.map(({ verdict }) => verdict)).toEqual(['right'])
  })

  it.each(withRsa.map((one) => [one.name, one] as const))('%s, with the older forms of key logs', (_name, one) => {
    const story = read(pcap(frames(tcp(one.flow)))).stories[0]
    const raw = (name: string): Buffer => {
      const entry = story?.entries.find((some) => some.type === 'message' && some.name === name)
      return Buffer.from(entry?.type === 'message' ? entry.raw : [])
    }
    // behind the header of the message and the length of the vector
    const encrypted = raw('client_key_exchange').subarray(6)
    const key = createPrivateKey({ key: Buffer.from(privateKeyInfo(one.serverKey)), format: 'der', type: 'pkcs8' })
    const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted)
    const preMaster = padded.subarray(-48).toString('hex')
    const random = raw('client_hello').subarray(6, 38).toString('hex')
    for (const keyLog of [
      `PMS_CLIENT_RANDOM ${random} ${preMaster}`,
      `RSA ${encrypted.subarray(0, 8).toString('hex')} ${preMaster}`,
    ]) {
      const result = read(pcap(frames(tcp(one.flow))), { keyLog })
      expect(saidIn(result)).toEqual({ client: one.clientData, server: one.serverData })
      expect(result.summary).toMatchObject({ givenKeyLogLines: 1, opened: { 'the key log': 1 } })
      expect(result.stories.flatMap(checksOf).filter(({ verdict }) => verdict === 'wrong')).toEqual([])
    }
  })

  it('with the RSA key of another server opens nothing, and says so', () => {
    const [one] = withRsa
    const rsaKeys = [privateKeyInfo('pki/impostor/server/rsa.key.pem')]
    const result = read(pcap(frames(tcp(one?.flow ?? []))), { rsaKeys })
    expect(saidIn(result)).toEqual({ client: '', server: '' })
    const change = result.stories[0]?.entries.find(({ type }) => type === 'change_cipher_spec')
    expect(change).toMatchObject({
      unreadable: 'neither does the key log name this connection, nor is the RSA key of its server known',
    })
  })

  it.each(recordings.map((one) => [one.name, one] as const))('%s, without a key', (_name, one) => {
    const result = read(pcap(frames(tcp(one.flow))))
    expect(saidIn(result)).toEqual({ client: '', server: '' })
    const unreadable = result.stories.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.type === 'change_cipher_spec' ? [entry.unreadable] : [])),
    )
    for (const reason of unreadable) expect(reason).toBe('no key log and no key was given')
    expect(result.stories.flatMap(checksOf).filter(({ verdict }) => verdict === 'wrong')).toEqual([])
  })

  it('with a wrong master secret opens nothing and says so', () => {
    const [one] = withRsa
    const keyLog = one?.keyLog?.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) ?? ''
    const [story] = read(pcap(frames(tcp(one?.flow ?? []))), { keyLog }).stories
    const texts = story?.entries.flatMap((entry) => (entry.type === 'remark' ? [entry.text] : []))
    expect(texts?.[0]).toMatch(/nothing further of the client's is decrypted/)
    expect(story?.totals.server.applicationData).toBeGreaterThan(0)
  })
})
