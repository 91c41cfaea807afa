import type { Static } from 'typebox'
import type { render } from '../../../operations/render.ts'
import type { Page } from '../session.ts'

type RenderAnswer = Static<typeof render.output>

/** YAML whatever is printed: paths and errors are comments, so that a pipe reads all of it. */
export function viewRender({ files, errors }: RenderAnswer, { style }: Page): string {
  const documents = files.map(({ path, text }) => `${style.quiet(`# ${path}`)}\n${text}`)
  const failures = errors.map(({ cluster, message }) =>
    style.bad(`# error on ${cluster}: ${message.replaceAll(/\s+/g, ' ')}\n`),
  )
  if (documents.length + failures.length === 0) return '# no cluster is targeted\n'
  return documents.join('---\n') + failures.join('')
}
