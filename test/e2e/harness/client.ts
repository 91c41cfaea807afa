import { request as httpsRequest } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'

/** An object as the API server takes and returns it. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly generation?: number
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
  // Whatever its kind has: tests name what they read.
  // oxlint-disable-next-line typescript/no-explicit-any -- objects of any kind
  readonly [field: string]: any
}

export interface ObjectReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

export type DryRun = { readonly kind: 'accepted' } | { readonly kind: 'refused'; readonly message: string }

/** A cluster as kubectl sees it, with objects as they are: nothing is dropped that a kind does not know. */
export interface ClusterClient {
  readonly config: KubeConfig
  /** Undefined: there is none of this name, or no such kind. */
  get(reference: ObjectReference): Promise<KubernetesObject | undefined>
  /** Of all namespaces where none is named. */
  list(apiVersion: string, kind: string, namespace?: string): Promise<readonly KubernetesObject[]>
  /** Server-side apply, in the order given. */
  apply(objects: readonly KubernetesObject[]): Promise<void>
  /** Server-side apply without effect, with strict field validation. */
  dryRun(object: KubernetesObject): Promise<DryRun>
  /** JSON merge patch. */
  patch(reference: ObjectReference, change: JsonObject): Promise<void>
  /** Gone already is fine. Does not wait until finalizers ran. */
  remove(reference: ObjectReference): Promise<void>
  /** Any request by its path, as `kubectl get --raw`. */
  request(method: string, path: string, body?: RequestBody): Promise<Response>
}

export interface RequestBody {
  readonly type: string
  readonly text: string
}

export interface Response {
  readonly status: number
  readonly text: string
}

/** What the API server refused. */
class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly status: number

  constructor(what: string, { status, text }: Response) {
    super(`${what}: ${status} ${messageOf(text)}`)
    this.status = status
  }
}

const manager = 'e2e'

/** A client by a kubeconfig's current context. Throws `RefusedError` for what the API server does not do. */
export function createClient(kubeconfig: string): ClusterClient {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  const request = async (method: string, path: string, body?: RequestBody): Promise<Response> =>
    send(config, method, path, body)
  const pathOf = createPaths(request)
  const expect = async (what: string, answer: Promise<Response>): Promise<string> => {
    const response = await answer
    if (response.status >= 300) throw new RefusedError(what, response)
    return response.text
  }
  const applyPath = async (object: KubernetesObject, query: string): Promise<Response> => {
    const path = `${await pathOf(referenceOf(object))}?fieldManager=${manager}&force=true${query}`
    return request('PATCH', path, { type: 'application/apply-patch+yaml', text: JSON.stringify(object) })
  }
  return {
    config,
    request,
    async get(reference) {
      const path = await pathOf(reference).catch(undefinedWhenMissing)
      if (path === undefined) return undefined
      const response = await request('GET', path)
      if (response.status === 404) return undefined
      return JSON.parse(
        await expect(`get ${nameOf(reference)}`, Promise.resolve(response)),
      ) as KubernetesObject
    },
    async list(apiVersion, kind, namespace) {
      const path = await pathOf({
        apiVersion,
        kind,
        name: '',
        ...(namespace === undefined ? {} : { namespace }),
      })
      const list = JSON.parse(await expect(`list ${kind}`, request('GET', path))) as {
        items: KubernetesObject[]
      }
      return list.items.map((item) => ({ ...item, apiVersion, kind }))
    },
    async apply(objects) {
      for (const object of objects)
        await expect(`apply ${nameOf(referenceOf(object))}`, applyPath(object, ''))
    },
    async dryRun(object) {
      const response = await applyPath(object, '&dryRun=All&fieldValidation=Strict')
      return response.status < 300
        ? { kind: 'accepted' }
        : { kind: 'refused', message: `${nameOf(referenceOf(object))}: ${messageOf(response.text)}` }
    },
    async patch(reference, change) {
      const body = { type: 'application/merge-patch+json', text: JSON.stringify(change) }
      await expect(`patch ${nameOf(reference)}`, request('PATCH', await pathOf(reference), body))
    },
    async remove(reference) {
      const response = await request('DELETE', await pathOf(reference))
      if (response.status !== 404) await expect(`delete ${nameOf(reference)}`, Promise.resolve(response))
    },
  }
}

/** Every object of a YAML stream. */
export function parseObjects(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const value = document.toJS() as KubernetesObject | null
    return value === null ? [] : [value]
  })
}

function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  const { name, namespace } = metadata
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }
}

function nameOf({ kind, name, namespace }: ObjectReference): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message : text
  } catch {
    return text
  }
}

interface ApiResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
}

/** Paths of objects, by the API server's own list of its kinds, which is read again for a kind that is not known yet. */
function createPaths(request: ClusterClient['request']) {
  const known = new Map<string, readonly ApiResource[]>()
  const read = async (root: string): Promise<readonly ApiResource[]> => {
    const response = await request('GET', root)
    if (response.status >= 300) throw new RefusedError(root, response)
    const { resources } = JSON.parse(response.text) as { resources: ApiResource[] }
    known.set(root, resources)
    return resources
  }
  return async ({ apiVersion, kind, name, namespace }: ObjectReference): Promise<string> => {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const find = (list: readonly ApiResource[]): ApiResource | undefined =>
      list.find((each) => each.kind === kind && !each.name.includes('/'))
    const resource = find(known.get(root) ?? []) ?? find(await read(root))
    if (!resource) throw new RefusedError(`${root} has no ${kind}`, { status: 404, text: 'no such kind' })
    const folder = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : ''
    return `${root}${folder}/${resource.name}${name === '' ? '' : `/${name}`}`
  }
}

function undefinedWhenMissing(error: unknown): undefined {
  if (error instanceof RefusedError && error.status === 404) return undefined
  throw error
}

async function send(config: KubeConfig, method: string, path: string, body?: RequestBody): Promise<Response> {
  const server = config.getCurrentCluster()?.server
  if (server === undefined) throw new Error('the kubeconfig names no cluster')
  const options = { method, headers: body ? { 'content-type': body.type } : {}, timeout: 30_000 }
  await config.applyToHTTPSOptions(options)
  return new Promise((resolve, reject) => {
    const request = httpsRequest(new URL(path, server), options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    request.on('timeout', () => request.destroy(new Error(`${method} ${path} took too long`)))
    request.on('error', reject)
    request.end(body?.text)
  })
}
