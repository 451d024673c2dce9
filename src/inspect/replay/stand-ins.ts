import { Secret } from '../../bytes/secret.js'

/** A secret that stands where nothing depends on it: the key schedule of a replay gives the captured master secret. */
export const anySecret = (length = 48): Secret => new Secret(new Uint8Array(length))

/** For a machine, which may wipe what it is given. */
export const copyOf = (secret: Secret): Secret => secret.use((bytes) => new Secret(bytes.slice()))
