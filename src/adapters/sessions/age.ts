/** Clocks of servers that share keys or a store differ by this much at most, or a session costs a full handshake. */
const SKEW = 300_000

/**
 * Whether something of this age is within its lifetime, both in milliseconds. What was made in the future is not: a clock
 * that was set back would else make it live on, for as long as the clock is behind. Nor is what has no age at all.
 */
export const isAlive = (age: number, lifetime: number): boolean => age >= -SKEW && age <= lifetime
