import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { StackFiles } from '../stack/build.ts'
import { type ClusterClient, createClient, type KubernetesObject, parseObjects } from './client.ts'
import {
  type ClusterPlaces,
  type ClusterProgram,
  clusterPortNames,
  clusterPrograms,
  files,
  programSettings,
} from './cluster-programs.ts'
import { eventually, Hopeless } from './eventually.ts'
import { freePorts } from './ports.ts'
import { type RunningProgram, type Supervisor, tailOf } from './processes.ts'

export interface Cluster extends ClusterClient {
  readonly name: string
  readonly kubeconfigPath: string
  /** Of the API server. */
  readonly url: string
  /** Who has it may do anything. */
  readonly token: string
  /** `http://127.0.0.1:<port>` of notification-controller's Receivers. */
  readonly receiverUrl: string
  /** Folder of its programs' logs, a file each. */
  readonly logs: string
  /** Ends a program at once, as a crash would. */
  kill(program: ClusterProgram): Promise<void>
  /** Starts a program again with the same settings, ended or not, and waits until it is ready. */
  restart(program: ClusterProgram): Promise<void>
  /** Ends all of its programs; what it had stays in etcd. */
  stop(): Promise<void>
}

export interface ClusterDeps {
  readonly name: string
  readonly folder: string
  readonly etcdUrl: string
  readonly stack: StackFiles
  readonly supervisor: Supervisor
}

const here = fileURLToPath(new URL('.', import.meta.url))
const startSeconds = 60
const fluxPrograms = clusterPrograms.filter((name) => name.endsWith('-controller'))

/** A control plane of its own with nodes, storage, Flux and External Secrets' kinds. Ready when it is returned. */
export async function createCluster(deps: ClusterDeps): Promise<Cluster> {
  const { name, folder, etcdUrl } = deps
  const places: ClusterPlaces = { name, folder, etcdUrl, ports: await freePorts(...clusterPortNames) }
  const token = randomBytes(16).toString('hex')
  await writeInputs(deps, token)
  const programs = createPrograms(deps, places)

  await programs.start('kube-apiserver')
  const kubeconfig = await writeKubeconfig(places, token)
  const client = createClient(kubeconfig)
  await apiServerReady(client, programs)
  await Promise.all((['kube-controller-manager', 'kube-scheduler', 'kwok'] as const).map(programs.start))
  await install(client, deps)
  await Promise.all(fluxPrograms.map(programs.start))
  return {
    ...client,
    name,
    token,
    kubeconfigPath: files(folder).kubeconfig,
    url: `https://127.0.0.1:${places.ports.api}`,
    receiverUrl: `http://127.0.0.1:${places.ports.receiver}`,
    logs: files(folder).logs,
    kill: programs.kill,
    async restart(program) {
      await programs.stop(program)
      await programs.start(program)
      if (program === 'kube-apiserver') await apiServerReady(client, programs)
    },
    stop: programs.stopAll,
  }
}

interface Programs {
  /** Resolves when the program is ready, where it can tell. Throws the end of its log when it ended. */
  start(program: ClusterProgram): Promise<void>
  kill(program: ClusterProgram): Promise<void>
  stop(program: ClusterProgram): Promise<void>
  stopAll(): Promise<void>
  /** Throws the end of its log when a program ended. */
  assertRuns(program: ClusterProgram): void
}

function createPrograms({ stack, supervisor }: ClusterDeps, places: ClusterPlaces): Programs {
  const running = new Map<ClusterProgram, RunningProgram>()
  const assertRuns = (name: ClusterProgram): void => {
    const program = running.get(name)
    if (program?.hasEnded() !== false)
      throw new Hopeless(`${name} ended:\n${program ? tailOf(program.log) : 'it was never started'}`)
  }
  const stop = async (name: ClusterProgram): Promise<void> => running.get(name)?.stop()
  return {
    assertRuns,
    stop,
    kill: async (name) => running.get(name)?.kill(),
    async start(name) {
      const { args, env, readyUrl } = programSettings(name, places)
      if (env['HOME'] !== undefined) await mkdir(env['HOME'], { recursive: true })
      const log = join(files(places.folder).logs, `${name}.log`)
      running.set(name, supervisor.start({ name, path: stack.programs[name] ?? '', args, env, log }))
      if (readyUrl === undefined) return
      await eventually({ what: `${name} of ${places.name} is ready`, seconds: startSeconds }, async () => {
        assertRuns(name)
        return (await fetch(readyUrl)).ok || undefined
      })
    },
    async stopAll() {
      for (const name of clusterPrograms.toReversed()) await stop(name)
    },
  }
}

async function writeInputs({ folder, stack }: ClusterDeps, token: string): Promise<void> {
  const { certificates, tokens, accountKey, stages, artifacts, logs } = files(folder)
  for (const each of [certificates, artifacts, logs]) await mkdir(each, { recursive: true })
  await writeFile(tokens, `${token},e2e,e2e,"system:masters"\n`)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(accountKey, privateKey.export({ type: 'pkcs1', format: 'pem' }))
  await writeFile(stages, await readStages(stack.stages))
}

/** What makes nodes, pods and volumes move: kwok's own stages, and those of tests that ask for failures. */
async function readStages(upstream: string): Promise<string> {
  const texts = [...(await readYamlFiles(upstream)), ...(await readYamlFiles(join(here, 'stages')))]
  // Kwok's stages know one class of storage; here they serve every class that is provisioned by kwok.
  return texts
    .map((text) =>
      text.replaceAll("self.spec.storageClassName == 'kwok-volume'", 'has(self.spec.storageClassName)'),
    )
    .join('\n---\n')
}

async function readYamlFiles(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  return Promise.all(names.map(async (name) => readFile(join(folder, name), 'utf8')))
}

async function writeKubeconfig({ name, folder, ports }: ClusterPlaces, token: string): Promise<string> {
  const { kubeconfig, authority } = files(folder)
  const certificate = await eventually(
    { what: `the API server of ${name} has a certificate`, seconds: startSeconds },
    async () => (await readFile(authority, 'utf8')) || undefined,
  )
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: 'e2e' } }],
    clusters: [
      {
        name,
        cluster: {
          server: `https://127.0.0.1:${ports.api}`,
          'certificate-authority-data': Buffer.from(certificate).toString('base64'),
        },
      },
    ],
    users: [{ name: 'e2e', user: { token } }],
  })
  await writeFile(kubeconfig, text)
  return text
}

async function apiServerReady(client: ClusterClient, programs: Programs): Promise<void> {
  await eventually({ what: 'the API server is ready', seconds: startSeconds }, async () => {
    programs.assertRuns('kube-apiserver')
    return (await client.request('GET', '/readyz')).status === 200 || undefined
  })
}

/** CustomResourceDefinitions, what Flux's installation has beside its controllers, nodes and classes of storage. */
async function install(client: ClusterClient, { stack }: ClusterDeps): Promise<void> {
  const crds = (await Promise.all(stack.crds.map(readYamlFiles))).flat().flatMap(parseObjects)
  await Promise.all(crds.map(async (crd) => client.apply([crd])))
  const objects = (await readYamlFiles(join(here, 'manifests'))).flatMap(parseObjects)
  // Namespaces first.
  await client.apply(
    objects.toSorted((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace')),
  )
  const names = crds.map(({ metadata }) => metadata.name)
  await eventually({ what: 'every kind is established', seconds: startSeconds }, async () => {
    const live = await client.list('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
    const established = new Set(live.filter(isEstablished).map(({ metadata }) => metadata.name))
    return names.every((name) => established.has(name)) || undefined
  })
}

function isEstablished(crd: KubernetesObject): boolean {
  const { conditions = [] } = (crd['status'] ?? {}) as { conditions?: { type: string; status: string }[] }
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True')
}
