import type { JsonObject } from '../../../core/domain/cluster.ts'
import { textAt } from './json.ts'

/** What was confirmed to be the same cluster so recently needs no second look, in milliseconds. */
const holds = 5000

export interface Identity {
  /** Resolves once it is known which cluster answers; throws what keeps it from being so. */
  confirm(): Promise<void>
  /** The same, but never by what was known before. */
  ask(): Promise<void>
}

/**
 * Which cluster answers: the UID of its kube-system namespace, asked once by however many streams want to know. `learned` is
 * told each answer, with the one before.
 */
export function createIdentity(
  read: (path: string) => Promise<JsonObject>,
  learned: (uid: string, before: string | undefined) => void,
): Identity {
  let known: string | undefined
  let confirmedAt = -Infinity
  let asking: Promise<void> | undefined
  const ask = async (): Promise<void> => {
    const uid = textAt(await read('/api/v1/namespaces/kube-system'), 'metadata', 'uid')
    if (uid === '') throw new Error('the kube-system namespace has no UID')
    const before = known
    known = uid
    confirmedAt = performance.now()
    learned(uid, before)
  }
  const askOnce = async (): Promise<void> => {
    asking ??= ask().finally(() => (asking = undefined))
    await asking
  }
  return {
    ask: askOnce,
    async confirm() {
      if (performance.now() - confirmedAt > holds) await askOnce()
    },
  }
}
