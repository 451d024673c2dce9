/** One attribute of a name, such as CN=example. */
export interface NameAttribute {
  /** The attribute's object identifier in dotted form. */
  readonly type: string
  /** The value as text; for a value that is no string, `#` and the hexadecimal of its DER. */
  readonly value: string
  /** The DER encoding of the value, tag included. */
  readonly valueDer: Uint8Array
}

/** A distinguished name (RFC 5280 §4.1.2.4): its exact bytes, and its relative distinguished names in encoded order. */
export interface DistinguishedName {
  /** The Name as it was encoded: what another name is chained to and what key identifiers are hashed over. */
  readonly der: Uint8Array
  readonly rdns: readonly (readonly NameAttribute[])[]
  /**
   * The name in the form in which two names are compared (RFC 5280 §7.1): names match if and only if these strings are
   * equal. `<key>` of each RDN in `comparableRdns`, so that a subtree is a prefix of the list.
   */
  readonly comparable: string
  readonly comparableRdns: readonly string[]
  /** For people and logs: `CN=…,O=…`, most specific first, escaped so that nothing in it can steer a terminal or end a line. */
  toString(): string
}
