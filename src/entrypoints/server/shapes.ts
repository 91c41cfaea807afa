import { type Html, html, trusted } from './html.ts'

/** One shape for each way to stand, so that no state is told by colour alone. Drawn on 10 × 10. */
const drawings = {
  good: '<circle cx="5" cy="5" r="4"/>',
  moving: '<path d="M5 1a4 4 0 0 1 0 8z"/><circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor"/>',
  waiting: '<circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor"/>',
  bad: '<path d="M1.5 1.5l7 7m0-7l-7 7" stroke="currentColor" stroke-width="2"/>',
  stopped: '<path d="M1.5 1h2.5v8H1.5zm4.5 0h2.5v8H6z"/>',
  silent: '<path d="M5 .8L9.2 5 5 9.2.8 5z" fill="none" stroke="currentColor" stroke-dasharray="2 1"/>',
  none: '<path d="M2.5 5h5" stroke="currentColor"/>',
} as const
type Shape = keyof typeof drawings

/** The drawings, once a page; `shape` refers to them. */
export const shapeDefinitions: Html = trusted(
  `<svg width="0" height="0" class="definitions" aria-hidden="true"><defs>${Object.entries(drawings)
    .map(([name, drawing]) => `<symbol id="shape-${name}" viewBox="0 0 10 10">${drawing}</symbol>`)
    .join('')}</defs></svg>`,
)

/** By the words of groups, placements, pull requests, gates and clusters. */
const shapes: Readonly<Record<string, Shape>> = {
  proven: 'good',
  passed: 'good',
  healthy: 'good',
  merged: 'waiting',
  'in contact': 'good',
  success: 'good',
  yes: 'good',
  open: 'moving',
  rolling: 'moving',
  observed: 'moving',
  progressing: 'moving',
  waiting: 'waiting',
  pending: 'waiting',
  proposed: 'waiting',
  not: 'waiting',
  failed: 'bad',
  failure: 'bad',
  rejected: 'bad',
  halted: 'stopped',
  shut: 'stopped',
  frozen: 'stopped',
  silent: 'silent',
  unknown: 'silent',
  'never reported': 'silent',
  'not joined': 'waiting',
}

/** What asks for a person, or may soon: the only use of the accent colour. */
const alarming: ReadonlySet<Shape> = new Set(['bad', 'stopped', 'silent'])

/** Shape and word, in the accent colour where someone should look. */
export function stateOf(word: string, shape: Shape = shapes[word] ?? 'none'): Html {
  const tone = alarming.has(shape) ? 'alarm' : shape === 'none' ? 'quiet' : ''
  return html`<span class="state ${tone}"
    ><svg class="shape" aria-hidden="true"><use href="#shape-${shape}" /></svg>${word}</span
  >`
}
