import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { dirname, join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import type { ClusterConnection } from '../../../core/domain/cluster.ts'

/** How one cluster's API server is reached. */
export interface ClusterAccess {
  readonly server: URL
  readonly byProxy: boolean
  /** TLS settings and headers with the credential as it is now: tokens are renewed by their own rules. */
  requestOptions(): Promise<RequestOptions>
}

export type FoundAccess =
  | {
      readonly kind: 'found'
      readonly access: ClusterAccess
      readonly source: string
      readonly digest: string
    }
  | { readonly kind: 'missing'; readonly reason: string }

/** Where clusters' credentials are. They are no part of the catalog, which only names them. */
export interface Credentials {
  /** Never throws: a cluster without a usable credential leaves all others alone. */
  find(cluster: string, connection: ClusterConnection | undefined): Promise<FoundAccess>
}

export interface CredentialPlaces {
  /** Folder of `<cluster>.kubeconfig` files, and of those that documents of clusters name. */
  readonly folder?: string | undefined
  /** One kubeconfig with a context per cluster. */
  readonly file?: string | undefined
}

/** Reads a kubeconfig when a cluster is connected; nothing of it is kept but what requests need. */
export function createCredentials(places: CredentialPlaces): Credentials {
  return {
    async find(cluster, connection) {
      const place = placeOf(cluster, connection, places)
      if (place === undefined) return missing(`no kubeconfig is given for ${cluster}`)
      let text: string
      try {
        text = await readFile(place.file, 'utf8')
      } catch (error) {
        const why = error instanceof Error && 'code' in error ? String(error.code) : 'it can not be read'
        return missing(why === 'ENOENT' ? `${place.file} does not exist` : `${place.file}: ${why}`)
      }
      return readAccess(text, place)
    },
  }
}

interface Place {
  readonly file: string
  /** Undefined: the current one. */
  readonly context: string | undefined
}

function placeOf(
  cluster: string,
  connection: ClusterConnection | undefined,
  { folder, file }: CredentialPlaces,
): Place | undefined {
  const named = connection?.kubeconfig
  if (named?.file !== undefined) {
    if (folder === undefined) return undefined
    return { file: join(folder, named.file), context: named.context }
  }
  if (file !== undefined) return { file, context: named?.context ?? cluster }
  if (folder === undefined) return undefined
  return { file: join(folder, `${cluster}.kubeconfig`), context: named?.context }
}

async function readAccess(text: string, { file, context }: Place): Promise<FoundAccess> {
  const [{ KubeConfig }, { createHash }] = await Promise.all([
    import('@kubernetes/client-node'),
    import('node:crypto'),
  ])
  const config = new KubeConfig()
  try {
    config.loadFromString(text)
    config.makePathsAbsolute(dirname(file))
  } catch {
    // The parser's message shows the text, which holds the credential.
    return missing(`${file} is no kubeconfig`)
  }
  if (context !== undefined) {
    if (!config.getContextObject(context)) return missing(`${file} has no context ${context}`)
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  if (!cluster) return missing(`${file} names no cluster in its current context`)
  if (!config.getCurrentUser()) return missing(`${file} names no user in its current context`)
  if (!/^https?:\/\//.test(cluster.server) || !URL.canParse(cluster.server))
    return missing(`${file}: the server is no URL`)
  return {
    kind: 'found',
    access: accessBy(only(config, KubeConfig), new URL(cluster.server), cluster.proxyUrl !== undefined),
    source: file,
    digest: createHash('sha256')
      .update(`${context ?? ''}\n${text}`)
      .digest('hex'),
  }
}

/** The current context alone: a file may hold those of thousands. */
function only(config: KubeConfig, Config: typeof KubeConfig): KubeConfig {
  const context = config.getContextObject(config.getCurrentContext())
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()]
  if (!context || !cluster || !user) return config
  const own = new Config()
  own.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [context],
    currentContext: context.name,
  })
  return own
}

function accessBy(config: KubeConfig, server: URL, byProxy: boolean): ClusterAccess {
  return {
    server,
    byProxy,
    async requestOptions() {
      const options: RequestOptions = {}
      await config.applyToHTTPSOptions(options)
      if (byProxy) return options
      const { agent: _, ...rest } = options
      return rest
    },
  }
}

function missing(reason: string): FoundAccess {
  return { kind: 'missing', reason }
}
