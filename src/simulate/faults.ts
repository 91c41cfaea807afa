import type { GitClone, GitRepository } from '../adapters/git/port.ts'
import type { WorldGround } from './assemble.ts'

/** Something that a controller does to the world outside its memory. */
export interface Effect {
  /** 1-based, in order. */
  readonly number: number
  /** Method and what it touches: `push refs/heads/main`. */
  readonly name: string
}

/** Told around each effect. What it throws is what the controller sees instead of, or after, the effect. */
export interface EffectWatcher {
  before(effect: Effect): void
  after(effect: Effect): void
}

/** The process is gone, or a reply is lost. */
export class FaultError extends Error {
  constructor(when: 'before' | 'after', { number, name }: Effect) {
    super(`fault ${when} effect ${number}: ${name}`)
    this.name = 'FaultError'
  }
}

/**
 * Shows every effect of a controller to `watcher`: what it fetches, writes and pushes, what the forge does to refs
 * (opening, statuses, merging, closing are ref transactions), lease and status (pushes too), store and notifications.
 */
export function watchEffects(ground: WorldGround, watcher: EffectWatcher): WorldGround {
  let number = 0
  const begin = (name: string): Effect => {
    const effect = { number: ++number, name }
    watcher.before(effect)
    return effect
  }
  const doing = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const effect = begin(name)
    const result = await act()
    watcher.after(effect)
    return result
  }
  const saving = <T>(name: string, act: () => T): T => {
    const effect = begin(name)
    const result = act()
    watcher.after(effect)
    return result
  }
  const writing = (of: string, repository: GitRepository) => ({
    ...repository,
    writeBlobs: (texts: readonly string[]) => doing(`${of} writeBlobs`, () => repository.writeBlobs(texts)),
    writeCommits: (drafts: Parameters<GitRepository['writeCommits']>[0]) =>
      doing(`${of} writeCommits`, () => repository.writeCommits(drafts)),
    updateRefs: (updates: Parameters<GitRepository['updateRefs']>[0]) =>
      doing(`${of} updateRefs ${refsOf(updates)}`, () => repository.updateRefs(updates)),
  })
  const cloning = (of: string, clone: GitClone): GitClone => ({
    ...clone,
    ...writing(of, clone),
    fetch: (prefixes) => doing(`${of} fetch ${prefixes.join(' ')}`, () => clone.fetch(prefixes)),
    push: (updates) => doing(`${of} push ${refsOf(updates)}`, () => clone.push(updates)),
  })
  const { store, notifier } = ground
  return {
    ...ground,
    catalogClone: cloning('catalog', ground.catalogClone),
    fleetClone: cloning('fleet', ground.fleetClone),
    fleetRepository: { ...ground.fleetRepository, ...writing('forge', ground.fleetRepository) },
    store: {
      ...store,
      saveClusters: (names) => saving('saveClusters', () => store.saveClusters(names)),
      saveColumns: (service, columns) =>
        saving(`saveColumns ${service}`, () => store.saveColumns(service, columns)),
      append: (events) => saving('append', () => store.append(events)),
    },
    notifier: { notify: (notification) => doing('notify', () => notifier.notify(notification)) },
  }
}

function refsOf(updates: readonly { readonly ref: string }[]): string {
  return updates.map(({ ref }) => ref).join(' ')
}
