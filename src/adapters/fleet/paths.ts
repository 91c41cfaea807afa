/** What a path of the fleet repository stands for. */
export type FleetPath =
  | {
      readonly kind: 'service'
      readonly cluster: string
      readonly namespace: string
      readonly service: string
    }
  | { readonly kind: 'namespace'; readonly cluster: string; readonly namespace: string }
  /** The ConfigMap that keeps a folder when everything else leaves it; `file` from the cluster's folder. */
  | { readonly kind: 'marker'; readonly cluster: string; readonly file: string }
  | { readonly kind: 'flux'; readonly cluster: string; readonly file: string }
  | { readonly kind: 'rollout'; readonly group: string; readonly service: string }

/** Of `halyard.yaml`. */
export const marker = 'halyard'

/** Undefined: a path that Halyard gives no meaning. See `core/render/paths.ts` for the other direction. */
export function parseFleetPath(path: string): FleetPath | undefined {
  const [top, name = '', ...rest] = path.split('/')
  if (top === 'rollouts') return parseRolloutFile(name, rest)
  return top === 'clusters' ? parseClusterFile(name, rest) : undefined
}

function parseClusterFile(cluster: string, [folder, ...rest]: readonly string[]): FleetPath | undefined {
  if (folder === 'flux-system' && rest.length > 0)
    return { kind: 'flux', cluster, file: ['flux-system', ...rest].join('/') }
  const [first = '', second = ''] = rest
  const isNamespace = folder === 'namespaces' && rest.length === 1
  const isService = folder === 'apps' && rest.length === 2
  const name = withoutYaml(isNamespace ? first : second)
  if (name === undefined) return undefined
  if (name === marker && (isNamespace || isService))
    return { kind: 'marker', cluster, file: [folder, ...rest].join('/') }
  if (isNamespace) return { kind: 'namespace', cluster, namespace: name }
  return isService ? { kind: 'service', cluster, namespace: first, service: name } : undefined
}

function parseRolloutFile(group: string, rest: readonly string[]): FleetPath | undefined {
  const service = rest.length === 1 ? withoutYaml(rest[0] ?? '') : undefined
  return service === undefined ? undefined : { kind: 'rollout', group, service }
}

function withoutYaml(name: string): string | undefined {
  return name.endsWith('.yaml') ? name.slice(0, -'.yaml'.length) : undefined
}

/** From the cluster's folder. */
export function namespaceFile(namespace: string): string {
  return `namespaces/${namespace}.yaml`
}

/** From the cluster's folder. */
export const syncFile = 'flux-system/sync.yaml'
