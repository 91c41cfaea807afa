/** The same text on its own: a piece cut from a listing would keep the whole listing in memory. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}
