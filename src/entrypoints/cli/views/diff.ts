import type { Static } from 'typebox'
import type { diff } from '../../../operations/diff.ts'
import type { Page } from '../session.ts'
import { counted } from './counted.ts'
import { paintDiff } from './paint-diff.ts'

type DiffAnswer = Static<typeof diff.output>
type ServiceDiff = DiffAnswer['services'][number]

const clustersShown = 6

export function viewDiff(answer: DiffAnswer, page: Page): string {
  const { services, unchanged } = answer
  if (services.length === 0) return 'no differences\n'
  const rest = unchanged > 0 ? `${counted(unchanged, 'more service')} without a difference\n` : ''
  return services.map((service) => viewService(service, page)).join('\n') + (rest && `\n${rest}`)
}

function viewService(service: ServiceDiff, { style, isWide }: Page): string {
  const version = service.version ?? 'no version'
  const head = `${style.strong(`${service.service} ${version}`)}   ${counted(service.changed, 'cluster')} change, ${service.unchanged} stay\n`
  const classes = service.classes.map(({ clusters: names, diff }) => {
    const shown = isWide ? names : names.slice(0, clustersShown)
    const more = names.length - shown.length
    const list = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    return `\n${counted(names.length, 'cluster')}, this change: ${list}\n${paintDiff(diff, style)}`
  })
  const errors = service.errors.map(
    ({ cluster, message }) => `${style.bad('error')}  ${cluster}: ${message}\n`,
  )
  return head + classes.join('') + (errors.length > 0 ? `\n${errors.join('')}` : '')
}
