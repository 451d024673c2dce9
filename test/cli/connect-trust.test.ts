/** Whom `connect` accepts, and what it says of whom it refuses. */
import { describe, expect, it } from 'vitest'
import type { Credential } from '../../src/crypto/key-types.js'
import { noble } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { against, ca, credentialOf, crls, made, madeCredential, minted, mintedRoot, ok } from './trust-files.js'

describe('connect accepts', () => {
  it.each<[string, string[]]>([
    ['a chain', [...ca]],
    ['a chain with nothing revoked in it', [...ca, ...crls]],
    ['a chain whose status nobody tells, by default', [...ca, '--revocation', 'soft-fail']],
    ['a chain and the right pin', [...ca, '--pin', made('server.cert.pem')]],
    ['a chain by path validation alone', [...ca, '--policy', 'basic']],
    ['one of two bundles', ['--ca', pki.ca.certPath, ...ca]],
  ])('%s', async (_what, argv) => {
    expect(await against(madeCredential('server'), ...argv)).toMatchObject(ok)
  })

  it('a server by its address, without any name', async () => {
    const { certificateChain, privateKeyInfo } = pki.server.ecdsaP256
    const credential = { certificateChain, key: noble.importPrivateKey(privateKeyInfo) }
    expect(await against(credential, '--ca', pki.ca.certPath, '--by-address')).toMatchObject(ok)
  })
})

describe('connect refuses with 1, and says which certificate, which rule, which value', () => {
  it.each<[string, Credential, string[], RegExp]>([
    [
      'an expired certificate',
      credentialOf(minted.expired),
      mintedRoot,
      /certificate_expired: .*CN=expired expired 2021-01-01T00:00:00Z, now is 20\d\d-.* \(RFC 5280 §4\.1\.2\.5\)/,
    ],
    [
      'one that is not valid yet',
      credentialOf(minted.future),
      mintedRoot,
      /certificate_not_yet_valid: .*CN=future is not valid before 2039-01-01T00:00:00Z, now is 20/,
    ],
    [
      'another host',
      credentialOf(minted.elsewhere),
      mintedRoot,
      /certificate_name_mismatch: .*CN=elsewhere is for DNS:example\.org, not for dns localhost \(RFC 6125 §6\)/,
    ],
    [
      'another name than --servername',
      madeCredential('server'),
      [...ca, '--servername', 'example.org'],
      /certificate_name_mismatch: .*is for DNS:localhost, not for dns example\.org/,
    ],
    [
      'an address that the certificate does not have',
      madeCredential('server'),
      [...ca, '--by-address'],
      /certificate_name_mismatch: .*is for DNS:localhost, not for ip 127\.0\.0\.1/,
    ],
    [
      "a client's certificate",
      credentialOf(minted.role),
      mintedRoot,
      /certificate_wrong_purpose: .*not for serverAuth/,
    ],
    [
      'an unknown issuer',
      credentialOf(minted.stranger),
      mintedRoot,
      /certificate_unknown_issuer: .*CN=unknown was issued by CN=Stranger, from whom no chain leads/,
    ],
    [
      'an issuer that is none',
      credentialOf(minted.impostor),
      mintedRoot,
      /certificate_unknown_issuer: .*CN=no authority/,
    ],
    [
      'a revoked certificate',
      madeCredential('revoked'),
      [...ca, ...crls],
      /certificate_revoked: .*CN=tls12 test revoked was revoked 20\S+ \(keyCompromise\), says the CRL number 2 of CN=tls12 test issuing/,
    ],
    [
      'a revoked certificate under soft-fail too',
      madeCredential('revoked'),
      [...ca, ...crls, '--revocation', 'soft-fail'],
      /certificate_revoked: /,
    ],
    [
      'a status that the CRLs do not tell',
      madeCredential('server'),
      [...ca, '--crl', made('root.crl.pem')],
      /certificate_revocation_unknown: .*no CRL of CN=tls12 test issuing is at hand/,
    ],
    [
      'a status that nobody tells, under hard-fail',
      madeCredential('server'),
      [...ca, '--revocation', 'hard-fail'],
      /certificate_revocation_unknown: /,
    ],
    [
      'a promised staple that is missing',
      madeCredential('stapled'),
      ca,
      /certificate_bad_status_response: .*promises a stapled OCSP response.*\(RFC 7633 §4\.3\.3\)/,
    ],
    [
      'a right chain with a wrong pin',
      madeCredential('server'),
      [...ca, '--pin', made('revoked.cert.pem')],
      /certificate_not_pinned: /,
    ],
    [
      'a right pin with a wrong chain',
      madeCredential('server'),
      ['--ca', pki.ca.certPath, '--pin', made('server.cert.pem')],
      /certificate_unknown_issuer: /,
    ],
    ['everybody, with neither', madeCredential('server'), [], /certificate_no_verifier: .*no --ca and no --pin/],
  ])('%s', async (_what, credential, argv, message) => {
    const { code, out, err } = await against(credential, ...argv)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(err).toMatch(/^tls12 connect: [^\n]*\n$/)
  })

  it('and not what it was not told to look for', async () => {
    expect(await against(madeCredential('revoked'), ...ca, '--revocation', 'off')).toMatchObject(ok)
    expect(await against(madeCredential('revoked'), '--pin', made('revoked.cert.pem'))).toMatchObject(ok)
  })

  it('and shows how far it came', async () => {
    const { code, err } = await against(madeCredential('revoked'), ...ca, ...crls, '--show')
    expect(code).toBe(1)
    expect(err).toMatch(/right so far +CN=tls12 test revoked: [\w, ]*validity, purpose, identity/)
    expect(err).toMatch(/refused +CN=tls12 test revoked was revoked 20/)
    expect(err).not.toMatch(/not expired|which is trusted/)
  })
})

describe('connect --show', () => {
  it('tells each check that was made with its values', async () => {
    const { code, err } = await against(
      madeCredential('server'),
      ...ca,
      ...crls,
      '--pin',
      made('server.cert.pem'),
      '--show',
    )
    expect(code).toBe(0)
    const said = err.replace(/\s+/g, ' ')
    expect(said).toContain('pin pinned key matched')
    expect(said).toContain(
      'chain 3 certificates to CN=tls12 test root, which is trusted, valid: CN=tls12 test server, issued by CN=tls12 test issuing, issued by CN=tls12 test root',
    )
    expect(said).toMatch(
      /validity not expired: 2020-01-01T00:00:00Z to 2049-12-31T23:59:59Z, now is 20\S+ \(3 certificates\)/,
    )
    expect(said).toContain('CN=tls12 test issuing is not revoked, says the CRL number 1 of CN=tls12 test root')
    expect(said).toMatch(/CN=tls12 test server is not revoked, says the CRL number \d+ of CN=tls12 test issuing/)
    expect(said).toContain('name matched: wanted dns localhost, is for DNS:localhost')
    expect(said).not.toContain('not checked')
  })

  it('says what it was not told, and what nobody looked at', async () => {
    const unknown = (await against(madeCredential('server'), ...ca, '--show')).err.replace(/\s+/g, ' ')
    expect(unknown).toContain('revocation not known, and the policy lets that pass: ')
    expect(unknown).not.toContain('is not revoked')
    const off = (await against(madeCredential('server'), ...ca, '--revocation', 'off', '--show')).err
    expect(off).toMatch(/not checked +revocation\n/)
  })
})
