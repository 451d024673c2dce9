import { showText } from './escape.js'
import type { GeneralName } from './general-name.js'
import { isDnsNameOrWildcard } from './host-names.js'
import { readMailbox } from './mailbox.js'

/** What is wrong with a name of a subject, if it is not of the form that its kind has (RFC 5280 §4.2.1.6). */
export function malformedName(name: GeneralName): string | undefined {
  if (name.type === 'dns' && !isDnsNameOrWildcard(name.value)) {
    return `has the DNS name ${showText(name.value)}, which is no host name`
  }
  if (name.type === 'email' && readMailbox(name.value) === undefined) {
    return `has the email address ${showText(name.value)}, which is no mailbox`
  }
  return undefined
}
