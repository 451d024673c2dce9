import { nobleProvider } from '../providers/noble/index.js'

/** The cryptography of all commands. */
export const provider = nobleProvider()
