import { Type } from 'typebox'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Hold } from '../../core/domain/directive.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import { object } from '../shapes.ts'
import { defineOrder } from './order.ts'
import { affectedBy, holdsOver, listed, scopeWords } from './scope.ts'

export const resume = defineOrder({
  name: 'resume',
  summary: 'Ends a hold',
  input: object({
    hold: Type.String({ description: 'name of a hold, or the service that it holds' }),
    reason: Type.Optional(Type.String()),
  }),
  async prepare(workspace, input) {
    const { catalog } = (await workspace.catalog()).snapshot
    const hold = findHold(catalog, input.hold)
    const affects = affectedBy(catalog, hold.scope)
    const clusters = clustersOf(affects.reduce((sum, each) => sum + each.clusters, 0))
    const others = holdsOver(catalog, hold.scope).filter(({ name }) => name !== hold.name)
    return {
      input: { ...input, hold: hold.name },
      summary: [
        `${scopeWords(hold.scope)} goes on: waves may open in ${listed(affects.map(({ group }) => group)) || 'no group'}, ${clusters}`,
        `it was held for: ${hold.reason}`,
        ...others.map((other) => `${scopeWords(other.scope)} stays held: ${other.reason} (${other.file})`),
      ],
      affects,
      changes: [{ path: hold.file, remove: true }],
      message: `Resume ${scopeWords(hold.scope)}\n\n${input.reason ?? `Ends ${hold.name}: ${hold.reason}`}\n`,
      acknowledgement: { hold: hold.name, isHeld: false },
    }
  },
})

/** A name of a hold goes before a name of a service. */
function findHold(catalog: Catalog, name: string): Hold {
  const holds = catalog.directives.filter((directive): directive is Hold => directive.kind === 'Hold')
  const named = holds.find((hold) => hold.name === name)
  if (named) return named
  const [only, ...more] = holds.filter(({ scope }) => scope.service === name)
  if (only && more.length === 0) return only
  if (only) {
    const names = [only, ...more].map((hold) => hold.name)
    throw new KnownError(`${name} is held by ${listed(names)}`, `end one of them: halctl resume ${only.name}`)
  }
  if (catalog.services.has(name)) throw notHeld(catalog, name)
  const known = holds.flatMap((hold) => [hold.name, hold.scope.service ?? hold.name])
  if (known.length === 0)
    throw new KnownError('nothing is on hold', 'halctl status tells what waits for what')
  throw unknownName('hold', name, new Set(known))
}

function notHeld(catalog: Catalog, service: string): KnownError {
  const wider = holdsOver(catalog, { service, group: undefined })
  if (wider.length === 0)
    return new KnownError(`${service} is not on hold`, `what it waits for: halctl status ${service}`)
  const names = wider.map(({ name, scope }) => `${name} (holds ${scopeWords(scope)})`)
  return new KnownError(
    `no hold is on ${service} alone; it is held by ${listed(names)}`,
    `end it for all: halctl resume ${wider[0]?.name}`,
  )
}
