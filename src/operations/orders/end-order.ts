import type { Catalog } from '../../core/domain/catalog.ts'
import type { Directive, DirectiveScope, Freeze, Hold, Pin } from '../../core/domain/directive.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import type { PreparedOrder } from './order.ts'
import { listed, overlaps, scopeWords } from './scope.ts'

/** Orders that keep things as they are for as long as their file is there. */
type Lasting = Hold | Freeze | Pin

export interface Ending<Order extends Lasting> {
  /** All of the kind. */
  readonly orders: readonly Order[]
  /** `hold` */
  readonly noun: string
  /** The command that ends it: `resume`. */
  readonly verb: string
  /** What its scope is by it: `held`. */
  readonly state: string
}

/** Which order is to end: by its name, or by what it is limited to. Nothing at all: the one that has no limit. */
export interface Wanted {
  /** Of the order, or of a service. */
  readonly name: string | undefined
  readonly group: string | undefined
}

/**
 * The one order that is meant; its name goes before a service's. Throws `KnownError` when there is none, with the
 * nearest name, and when there are several, with the name of each.
 */
export function findOrder<Order extends Lasting>(
  catalog: Catalog,
  ending: Ending<Order>,
  wanted: Wanted,
): Order {
  const named = ending.orders.find(({ name }) => name === wanted.name)
  if (named) return named
  const [only, ...more] = ending.orders.filter((order) => isMeant(scopeOf(order), wanted))
  if (!only) throw notFound(catalog, ending, wanted)
  if (more.length === 0) return only
  const names = [only, ...more].map(({ name }) => name)
  throw ambiguous(wantedWords(wanted), names, ending)
}

/** Several orders do the same; ending one of them would change nothing, or not what was meant. */
export function ambiguous(
  what: string,
  names: readonly string[],
  { state, verb }: { readonly state: string; readonly verb: string },
): KnownError {
  return new KnownError(
    `${what} is ${state} by ${listed(names)}`,
    `end one of them: halctl ${verb} ${names[0]}`,
  )
}

function scopeOf(order: Lasting): DirectiveScope {
  return order.kind === 'Pin' ? { service: order.service, group: order.group } : order.scope
}

function isMeant(scope: DirectiveScope, { name, group }: Wanted): boolean {
  if (name === undefined && group === undefined)
    return scope.service === undefined && scope.group === undefined
  return (name ?? scope.service) === scope.service && (group ?? scope.group) === scope.group
}

function wantedWords({ name, group }: Wanted): string {
  return scopeWords({ service: name, group })
}

function notFound(
  catalog: Catalog,
  { orders, noun, verb, state }: Ending<Lasting>,
  { name, group }: Wanted,
): KnownError {
  const groups = catalog.groups.map((each) => each.name)
  if (group !== undefined && !groups.includes(group)) return unknownName('deployment group', group, groups)
  const isService = name === undefined || catalog.services.has(name)
  if (isService) {
    const what = wantedWords({ name, group })
    const wider = orders.filter((order) => overlaps(scopeOf(order), { service: name, group }))
    if (wider.length === 0) {
      const look = name === undefined ? 'halctl status' : `halctl status ${name}`
      return new KnownError(`${what} is not ${state}`, `what it waits for: ${look}`)
    }
    const names = wider.map((order) => `${order.name} (${scopeWords(scopeOf(order))})`)
    return new KnownError(
      `no ${noun} is on ${what} alone; ${state} is ${listed(names)}`,
      `end that: halctl ${verb} ${wider[0]?.name}`,
    )
  }
  if (orders.length === 0)
    return new KnownError(`nothing is ${state}`, 'halctl status tells what waits for what')
  const known = orders.flatMap((order) => [order.name, scopeOf(order).service ?? order.name])
  return unknownName(noun, name, new Set(known))
}

/** The change that ends orders, and its commit message. The reason defaults to why they were given. */
export function removalOf(
  orders: readonly Pick<Directive, 'name' | 'file' | 'reason'>[],
  title: string,
  reason: string | undefined,
): Pick<PreparedOrder, 'changes' | 'message'> {
  const why = reason ?? orders.map((order) => `Ends ${order.name}: ${order.reason}`).join('\n')
  return {
    changes: orders.map(({ file }) => ({ path: file, remove: true })),
    message: `${title}\n\n${why}\n`,
  }
}
