import { toBigInt } from '../../bytes/convert.js'
import { recognizeGroup } from '../../crypto/finite-field-groups.js'
import type { KeyType, PublicKey } from '../../crypto/key-types.js'
import {
  clientCertificateTypeOf,
  curveAccepted,
  isKeyTransport,
  pointFormIsValid,
  serverKeyTypes,
  usesPsk,
} from '../../handshake/negotiation.js'
import { NamedGroupList } from '../../messages/extensions/supported-groups.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { NamedGroup, type NamedGroupName } from '../../registry/named-group.js'
import { nameOf } from '../../registry/registry.js'
import { readClientKeyExchange, readServerKeyExchange, type ServerShareParams } from '../key-exchange-bodies.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import { type Examine, type Examined, readIn } from './examined.js'
import type { HandshakeFacts } from './handshake-facts.js'
import { keyOf } from './signature-checks.js'

/** The groups that the client accepts; `undefined` where it names none, and so takes any (RFC 8422 §5.1). */
const acceptedGroups = ({ clientHello }: HandshakeFacts): readonly NamedGroup[] | undefined =>
  readIn(clientHello, ExtensionType.supported_groups, NamedGroupList)

/** The server's key must be one that the suite can use, on a curve that the client accepts (RFC 5246 §7.4.2, RFC 8422 §5.3). */
function checkServerKey(facts: HandshakeFacts, key: PublicKey): CaptureCheck {
  const { suite } = facts
  if (suite === undefined) return notChecked('certificate key', 'the cipher suite is not one that is read here')
  const fitting: readonly KeyType[] = serverKeyTypes[suite.keyExchange]
  if (!fitting.includes(key.keyType))
    return wrong('certificate key', `a key of the kind ${key.keyType} cannot serve ${suite.name}`)
  const groups = acceptedGroups(facts)
  if (groups !== undefined && !curveAccepted(key, groups))
    return wrong('certificate key', `lies on ${key.curve}, which the client does not accept`)
  return right('certificate key', `a key of the kind ${key.keyType} can serve the suite`)
}

/** The client's key must be of a kind that was asked for (RFC 5246 §7.4.6). */
function checkClientKey({ certificateRequest }: HandshakeFacts, key: PublicKey): CaptureCheck {
  if (certificateRequest === undefined) return notChecked('certificate key', 'no CertificateRequest is in the capture')
  return certificateRequest.certificateTypes.includes(clientCertificateTypeOf(key))
    ? right('certificate key', `a key of the kind ${key.keyType} was asked for`)
    : wrong('certificate key', `a key of the kind ${key.keyType} was not asked for`)
}

export const checkCertificateKey: Examine<'certificate'> = ({ facts }, { certificateList: [first] }, sender) => {
  if (first === undefined)
    return sender === 'client' ? undefined : wrong('certificate key', 'a server must show a certificate')
  const key = keyOf(first, facts.certificateTypes[sender])
  if (key === undefined) return notChecked('certificate key', 'it is of a kind that is not known here')
  return sender === 'server' ? checkServerKey(facts, key) : checkClientKey(facts, key)
}

const isGroupName = (name: string): name is NamedGroupName => Object.hasOwn(NamedGroup, name)

/** A curve is one that the client named (RFC 8422 §5.4); a finite-field group is known to be good by its value (RFC 7919 §3). */
function judgeGroup(facts: HandshakeFacts, share: ServerShareParams): CaptureCheck {
  if (share.kind === 'ecdh') {
    const name = nameOf(NamedGroup, share.params.namedCurve, 2)
    const isAccepted = acceptedGroups(facts)?.includes(share.params.namedCurve) ?? true
    return isAccepted
      ? right('group', `the client accepts ${name}`)
      : wrong('group', `the client does not accept ${name}`)
  }
  const { dhP, dhG } = share.params
  const known = recognizeGroup(dhP, dhG)
  return known === undefined
    ? notChecked('group', `one of ${8 * dhP.length} bits that is not known: that it is safe would have to be proved`)
    : right('group', `${known}, which is known to be safe`)
}

/** A share as far as it can be judged without its private half: range and form (RFC 7919 §5.1, RFC 8422 §5.4.1). */
function judgeValue(share: ServerShareParams, value: Uint8Array): CaptureCheck {
  if (share.kind === 'dh') {
    const y = toBigInt(value)
    return y > 1n && y < toBigInt(share.params.dhP) - 1n
      ? right('public value', 'between 1 and p - 1')
      : wrong('public value', 'not between 1 and p - 1')
  }
  const name = nameOf(NamedGroup, share.params.namedCurve, 2)
  if (!isGroupName(name)) return notChecked('public value', `the group ${name} is not known here`)
  return pointFormIsValid(name, value)
    ? right('public value', `has the form of a value of ${name}; that it lies on the curve is for the ends to find out`)
    : wrong('public value', `has not the form of a value of ${name}`)
}

const shareIn = ({ suite }: HandshakeFacts, body: Uint8Array): ServerShareParams | undefined =>
  suite && readServerKeyExchange(suite, body).share

export const checkGroup: Examine<'server_key_exchange'> = ({ facts }, { body }) => {
  const share = shareIn(facts, body)
  return share && judgeGroup(facts, share)
}

export const checkServerValue: Examine<'server_key_exchange'> = ({ facts }, { body }) => {
  const share = shareIn(facts, body)
  return share && judgeValue(share, share.kind === 'dh' ? share.params.dhYs : share.params.publicKey)
}

export const checkClientValue: Examine<'client_key_exchange'> = ({ facts }, { body }) => {
  const { suite, serverKeyExchange } = facts
  if (suite === undefined || isKeyTransport(suite.keyExchange)) return undefined
  const share = serverKeyExchange && shareIn(facts, serverKeyExchange.body)
  const { exchanged } = readClientKeyExchange(suite, body)
  return share && judgeValue(share, exchanged)
}

/** Where nothing is signed, what else shows who the server is. */
export const checkUnsigned = ({ facts: { suite } }: Examined): CaptureCheck | undefined => {
  if (suite === undefined) return undefined
  const { keyExchange } = suite
  if (usesPsk(keyExchange)) {
    const besides = isKeyTransport(keyExchange) ? ', and that it can decrypt' : ''
    return notChecked(
      'signature',
      `${keyExchange} signs nothing: that the server has the key${besides}, its Finished shows`,
    )
  }
  return isKeyTransport(keyExchange)
    ? notChecked('signature', `${keyExchange} signs nothing: that the server can decrypt, its Finished shows`)
    : undefined
}
