/** A set of small numbers (cluster ordinals), 32 to a word. */
export type Bitset = Uint32Array

export function createBitset(size: number): Bitset {
  return new Uint32Array((size + 31) >>> 5)
}

export function addBit(set: Bitset, bit: number): void {
  const word = bit >>> 5
  set[word] = (set[word] ?? 0) | (1 << (bit & 31))
}

export function hasBit(set: Bitset, bit: number): boolean {
  return ((set[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0
}

/** A new set of `size` bits with bits 0 to `size` - 1. */
export function fullBitset(size: number): Bitset {
  const set = createBitset(size).fill(0xffffffff)
  if (size & 31) set[set.length - 1] = 2 ** (size & 31) - 1
  return set
}

/** Keeps in `target` what is also in `other`. */
export function intersect(target: Bitset, other: Bitset): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) & (other[word] ?? 0)
}

/** Takes out of `target` what is in `other`. */
export function subtract(target: Bitset, other: Bitset): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) & ~(other[word] ?? 0)
}

/** Adds to `target` what is in `other`. */
export function unite(target: Bitset, other: Bitset): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) | (other[word] ?? 0)
}

export function isEmpty(set: Bitset): boolean {
  return set.every((word) => word === 0)
}
