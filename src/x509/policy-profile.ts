import { type ProfileRule, rfc5280Rules, unknownCritical } from './certificate-profile.js'
import { type KeyPolicy, publicTrustKeys, strongKeys } from './key-policy.js'
import { publicTrustRules } from './public-trust-profile.js'

/**
 * How strict a validation is, always with path validation as RFC 5280 §6 has it.
 *
 * - `basic`: nothing more. For private authorities whose certificates do not keep to the rest of RFC 5280.
 * - `rfc5280`: every certificate must also be as RFC 5280 §4 demands of conforming authorities.
 * - `webpki`: and as the CA/Browser Forum demands of public ones. For anchors that the public trusts.
 */
export type ValidationPolicy = 'basic' | 'rfc5280' | 'webpki'

export interface PolicyProfile {
  readonly rules: readonly ProfileRule[]
  readonly keys: KeyPolicy
}

export const policyProfiles: Readonly<Record<ValidationPolicy, PolicyProfile>> = {
  basic: { rules: [unknownCritical], keys: strongKeys },
  rfc5280: { rules: rfc5280Rules, keys: strongKeys },
  webpki: { rules: publicTrustRules, keys: publicTrustKeys },
}
