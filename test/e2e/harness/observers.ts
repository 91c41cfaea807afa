import type { FluxObserver } from '../../../src/adapters/flux/port.ts'
import type { ClusterClient } from './client.ts'

type NamedCluster = ClusterClient & { readonly name: string }

/** Sees that clusters live and nothing of what they run, so that a wave opens and none after it. */
export function observeContacts(clusters: () => readonly NamedCluster[]): FluxObserver {
  return {
    async read() {
      const at = Math.floor(Date.now() / 1000)
      const contacts = clusters().map(async (cluster) => {
        const system = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' })
        return { cluster: cluster.name, uid: system?.metadata.uid ?? '', at }
      })
      return { cursor: String(at), reports: [], contacts: await Promise.all(contacts) }
    },
  }
}
