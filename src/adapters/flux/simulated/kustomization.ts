import type { Condition } from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'
import type { Oid } from '../../git/port.ts'
import type { Subject } from './change-log.ts'
import { setCondition } from './conditions.ts'
import { applyRelease, deleteRelease } from './helm-release.ts'
import type { ReleaseContext } from './helm-actions.ts'
import { objectsAt, stringAt } from './json.ts'
import type { Manifest, ManifestFile, ManifestReader } from './manifests.ts'
import { isKustomization, isPayload, isRelease } from './payload-content.ts'
import { conditionsAsJson, isDependencyReady } from './readiness.ts'
import type { DependencyObject } from './readiness.ts'
import { createKustomization, createRelease } from './state.ts'
import type { KustomizationState, LiveObject, ReleaseState, SimulatedCluster } from './state.ts'

/** Where Kustomizations are reconciled. */
export interface ApplyContext extends ReleaseContext {
  readonly manifests: ManifestReader
  /** `<branch>@sha1:<commit>` that the source serves. */
  readonly revision: string
  touch(changed: Subject): void
}

/** Reconciles every Kustomization of the cluster, and those that this brings. */
export async function reconcileKustomizations(context: ApplyContext, now: Instant): Promise<void> {
  const done = new Map<string, Manifest>()
  for (;;) {
    const next = liveKustomizations(context.cluster).find(
      ({ manifest }) => done.get(manifest.id) !== manifest,
    )
    if (next === undefined) return
    done.set(next.manifest.id, next.manifest)
    await reconcileKustomization(next.manifest, context, now)
  }
}

/** Tries those again that waited for a dependency. */
export async function retryKustomizations(context: ApplyContext, now: Instant): Promise<void> {
  for (const { manifest } of liveKustomizations(context.cluster)) {
    const retryAt = context.cluster.kustomizations.get(keyOf(manifest))?.retryAt ?? 0
    if (retryAt > 0 && retryAt <= now) await reconcileKustomization(manifest, context, now)
  }
}

/** Applies the objects of files as `owner`; a Kustomization's key, or empty at bootstrap. */
export function applyObjects(
  objects: readonly Manifest[],
  owner: string,
  context: ApplyContext,
  now: Instant,
): void {
  for (const manifest of objects) {
    const known = context.cluster.objects.get(manifest.id)
    if (known?.manifest === manifest && known.owner === owner) continue
    context.cluster.objects.set(manifest.id, { manifest, owner })
    if (!isRelease(manifest)) continue
    const release = ensureRelease(manifest, owner, context)
    release.kustomization = owner
    applyRelease(release, manifest, context, now)
    context.touch(release)
  }
}

async function reconcileKustomization(
  manifest: Manifest,
  context: ApplyContext,
  now: Instant,
): Promise<void> {
  if (manifest.spec['suspend'] === true) return
  const state = ensureKustomization(keyOf(manifest), context.cluster)
  state.retryAt = 0
  const folder = await readFolder(manifest, context)
  const problem = whyNotApplied(manifest, folder, context)
  if (problem === undefined) {
    if (!sameList(folder.blobs, state.blobs)) await applyFolder(manifest, state, folder, context, now)
    state.lastAppliedRevision = context.revision
  } else {
    if (problem.reason === 'DependencyNotReady') state.retryAt = now + context.behaviour.requeueDependency
    announceReleases(manifest, folder, context)
  }
  if (problem?.reason !== 'DependencyNotReady') state.lastAttemptedRevision = context.revision
  state.ready = readyCondition(state.ready, problem ?? applied(context), now)
  context.touch(state)
}

interface Outcome {
  readonly reason: 'DependencyNotReady' | 'ArtifactFailed' | 'BuildFailed' | 'ReconciliationSucceeded'
  readonly message: string
}

function applied(context: ApplyContext): Outcome {
  return { reason: 'ReconciliationSucceeded', message: `Applied revision: ${context.revision}` }
}

interface Folder {
  readonly path: string
  readonly blobs: readonly Oid[]
  readonly files: readonly ManifestFile[]
}

async function readFolder(manifest: Manifest, context: ApplyContext): Promise<Folder> {
  const path = stringAt(manifest.spec, 'path') ?? './'
  const blobs = filesOf(folderOf(path, context.cluster), context.cluster)
  return { path, blobs, files: await context.manifests.read(blobs) }
}

function whyNotApplied(manifest: Manifest, folder: Folder, context: ApplyContext): Outcome | undefined {
  const missing = unreadyDependency(manifest, context.cluster)
  if (missing !== undefined) {
    return { reason: 'DependencyNotReady', message: `dependency '${missing}' is not ready` }
  }
  // An empty folder does not exist in Git, so nothing is pruned when all of its files vanish.
  if (folder.files.length === 0) {
    const message = `kustomization path not found: stat ${folder.path}: no such file or directory`
    return { reason: 'ArtifactFailed', message }
  }
  const broken = folder.files.find((file) => file.kind === 'error')
  if (broken !== undefined)
    return { reason: 'BuildFailed', message: `kustomize build failed: ${broken.message}` }
  const duplicate = firstDuplicate(objectsOf(folder.files))
  if (duplicate === undefined) return undefined
  const message = `kustomize build failed: may not add resource with an already registered id: ${duplicate}`
  return { reason: 'BuildFailed', message }
}

async function applyFolder(
  manifest: Manifest,
  state: KustomizationState,
  folder: Folder,
  context: ApplyContext,
  now: Instant,
): Promise<void> {
  const objects = objectsOf(folder.files)
  const before = objectsOf(await context.manifests.read(state.blobs))
  applyObjects(objects, state.key, context, now)
  if (manifest.spec['prune'] === true) await prune(before, objects, state.key, context, now)
  state.blobs = folder.blobs
}

/** Releases that wait for their folder to be applied are reported with the reason. */
function announceReleases(manifest: Manifest, folder: Folder, context: ApplyContext): void {
  for (const object of objectsOf(folder.files)) {
    if (isRelease(object)) context.touch(ensureRelease(object, keyOf(manifest), context))
  }
}

/** Deletes what the inventory had and the files have no more, unless another Kustomization took it over. */
async function prune(
  before: readonly Manifest[],
  after: readonly Manifest[],
  owner: string,
  context: ApplyContext,
  now: Instant,
): Promise<void> {
  const kept = new Set(after.map((manifest) => manifest.id))
  for (const { id } of before) {
    const live = context.cluster.objects.get(id)
    if (kept.has(id) || live?.owner !== owner) continue
    if (live.manifest.annotations['kustomize.toolkit.fluxcd.io/prune'] === 'disabled') continue
    await deleteObject(live, context, now)
  }
}

async function deleteObject({ manifest }: LiveObject, context: ApplyContext, now: Instant): Promise<void> {
  const { cluster } = context
  cluster.objects.delete(manifest.id)
  if (isRelease(manifest)) {
    const release = cluster.releases.get(`${manifest.namespace}/${manifest.name}`)
    if (release === undefined) return
    deleteRelease(release, context, now)
    context.touch(release)
    return
  }
  if (!isKustomization(manifest)) return
  const state = cluster.kustomizations.get(keyOf(manifest))
  cluster.kustomizations.delete(keyOf(manifest))
  if (state === undefined || manifest.spec['prune'] !== true || manifest.spec['deletionPolicy'] === 'Orphan')
    return
  await prune(objectsOf(await context.manifests.read(state.blobs)), [], state.key, context, now)
}

function ensureKustomization(key: string, cluster: SimulatedCluster): KustomizationState {
  const state = cluster.kustomizations.get(key) ?? createKustomization(key)
  cluster.kustomizations.set(key, state)
  return state
}

function ensureRelease(manifest: Manifest, kustomization: string, context: ApplyContext): ReleaseState {
  const key = `${manifest.namespace}/${manifest.name}`
  const release =
    context.cluster.releases.get(key) ?? createRelease(manifest.namespace, manifest.name, kustomization)
  context.cluster.releases.set(key, release)
  return release
}

function liveKustomizations(cluster: SimulatedCluster): readonly LiveObject[] {
  return [...cluster.objects.values()].filter(
    ({ manifest }) => isKustomization(manifest) && !isPayload(manifest),
  )
}

/** The folder below the cluster's directory; undefined: elsewhere, which the cluster can not read. */
function folderOf(path: string, cluster: SimulatedCluster): string | undefined {
  const normal = path.replace(/^\.?\/+/, '').replace(/\/+$/, '')
  const prefix = `clusters/${cluster.name}/`
  return normal.startsWith(prefix) ? normal.slice(prefix.length) : undefined
}

/** Blobs of the folder's YAML files in order of path; Flux takes in subfolders. */
function filesOf(folder: string | undefined, cluster: SimulatedCluster): readonly Oid[] {
  if (folder === undefined) return []
  return [...cluster.directory]
    .filter(([path]) => path.startsWith(`${folder}/`) && /\.ya?ml$/.test(path))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, blob]) => blob)
}

function unreadyDependency(manifest: Manifest, cluster: SimulatedCluster): string | undefined {
  const self = asObject(manifest, cluster.kustomizations.get(keyOf(manifest)))
  for (const reference of objectsAt(manifest.spec, 'dependsOn')) {
    const key = `${stringAt(reference, 'namespace') ?? manifest.namespace}/${stringAt(reference, 'name') ?? ''}`
    const live = cluster.objects.get(`Kustomization.kustomize.toolkit.fluxcd.io/${key}`)
    const dependency =
      live === undefined ? undefined : asObject(live.manifest, cluster.kustomizations.get(key))
    if (!isDependencyReady(self, dependency, stringAt(reference, 'readyExpr'))) return key
  }
  return undefined
}

function asObject(manifest: Manifest, state: KustomizationState | undefined): DependencyObject {
  const { lastAppliedRevision = '', ready } = state ?? {}
  return {
    metadata: { name: manifest.name, namespace: manifest.namespace, generation: 1 },
    spec: manifest.spec,
    status: {
      observedGeneration: ready === undefined ? -1 : 1,
      conditions: conditionsAsJson(ready === undefined ? [] : [ready]),
      ...(lastAppliedRevision === '' ? {} : { lastAppliedRevision }),
    },
  }
}

function readyCondition(
  before: Condition | undefined,
  { reason, message }: Outcome,
  now: Instant,
): Condition | undefined {
  const known = before === undefined ? [] : [before]
  const status = reason === 'ReconciliationSucceeded' ? 'True' : 'False'
  return setCondition(known, { type: 'Ready', status, reason, message, observedGeneration: 1 }, now)[0]
}

function keyOf(manifest: Manifest): string {
  return `${manifest.namespace}/${manifest.name}`
}

function objectsOf(files: readonly ManifestFile[]): readonly Manifest[] {
  return files.flatMap((file) => (file.kind === 'objects' ? file.objects : []))
}

function firstDuplicate(objects: readonly Manifest[]): string | undefined {
  const ids = new Set<string>()
  return objects.find(({ id }) => ids.size === ids.add(id).size)?.id
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((element, index) => element === b[index])
}
