import { Type } from 'typebox'
import type { DirectiveScope } from '../../core/domain/directive.ts'
import { given } from '../given.ts'
import { object } from '../shapes.ts'
import { type Affected, defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { affectedBy, clustersIn, holdsOver, listed, requireScope, scopeWords } from './scope.ts'

export const hold = defineOrder({
  name: 'hold',
  summary: 'Stops waves until it is resumed',
  input: object({
    service: Type.Optional(Type.String({ description: 'default: every service' })),
    group: Type.Optional(Type.String({ description: 'default: every group' })),
    rollbacks: Type.Optional(Type.Boolean({ description: 'stops rollbacks too', default: false })),
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, group, rollbacks = false, reason } = input
    const view = await workspace.catalog()
    const { catalog } = view.snapshot
    const scope = { service, group }
    requireScope(catalog, scope)
    const spec = { ...given(scope), ...(rollbacks ? { rollbacks } : {}), reason }
    const { name, path, text } = orderFile('Hold', [service, group], spec, {
      catalog: view,
      now: workspace.now,
    })
    const affects = affectedBy(catalog, scope)
    return {
      input,
      summary: [
        describe(affects, scope),
        rollbacks
          ? 'what is merged stays, also where it fails: rollbacks stop too'
          : 'what is merged stays, and still goes back where it fails',
        ...holdsOver(catalog, scope).map(
          (other) => `${scopeWords(other.scope)} is held already: ${other.reason} (${other.file})`,
        ),
        `halctl resume ${name} ends it`,
      ],
      affects,
      changes: [{ path, text }],
      message: `Hold ${scopeWords(scope)}\n\n${reason}\n`,
      acknowledgement: { hold: name, isHeld: true },
    }
  },
})

function describe(affects: readonly Affected[], scope: DirectiveScope): string {
  const clusters = clustersIn(affects)
  const groups = listed(affects.map(({ group }) => group)) || 'no group'
  const { service, group } = scope
  if (service !== undefined && group !== undefined)
    return `${group}: no wave of ${service} opens on ${clusters}`
  if (service !== undefined) return `${service}: no wave opens in ${groups}, ${clusters}`
  if (group !== undefined) return `${group}: no wave of any service opens on ${clusters}`
  return `everything: no wave of any service opens in ${groups}, ${clusters}`
}
