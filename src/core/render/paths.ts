/** Where things are in the fleet repository, from its root. */

export function clusterFolder(cluster: string): string {
  return `clusters/${cluster}`
}

export function namespacesFolder(cluster: string): string {
  return `clusters/${cluster}/namespaces`
}

export function namespacePath(cluster: string, namespace: string): string {
  return `${namespacesFolder(cluster)}/${namespace}.yaml`
}

export function appsFolder(cluster: string, namespace: string): string {
  return `clusters/${cluster}/apps/${namespace}`
}

export function servicePath(cluster: string, namespace: string, service: string): string {
  return `clusters/${cluster}/apps/${namespace}/${service}.yaml`
}

export function rolloutPath(group: string, service: string): string {
  return `rollouts/${group}/${service}.yaml`
}
