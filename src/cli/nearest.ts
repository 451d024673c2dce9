/** How many letters must be changed, added, left out or swapped with their neighbour to make `one` of `other`. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1
      const [above = [], before = []] = [rows[i - 1], rows[i - 2]]
      const plain = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same)
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      row.push(swapped ? Math.min(plain, (before[j - 2] ?? 0) + 1) : plain)
    }
    rows.push(row)
  }
  return rows[one.length]?.[other.length] ?? 0
}

/** Longer than any name of ours: nothing that somebody mistyped. */
const LONGEST = 40

/** The name that was probably meant: one that is begun, or one that differs in few letters. `undefined` where none is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  if (given === '' || given.length > LONGEST) return undefined
  const begun = names.filter((name) => name.startsWith(given))
  if (begun.length === 1) return begun[0]
  const [best] = names
    .map((name) => ({ name, far: distance(given, name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.far - b.far)
  return best?.name
}

/** `; did you mean --port?`, or nothing. */
export const meant = (given: string, names: readonly string[], prefix = ''): string => {
  const name = nearest(given, names)
  return name === undefined ? '' : `; did you mean ${prefix}${name}?`
}
