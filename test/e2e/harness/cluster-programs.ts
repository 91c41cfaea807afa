import { join } from 'node:path'

/** Everything that runs for one cluster; its etcd is shared. */
export const clusterPrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'notification-controller',
  'source-controller',
  'kustomize-controller',
  'helm-controller',
] as const
export type ClusterProgram = (typeof clusterPrograms)[number]

export const clusterPortNames = [
  'api',
  'kwok',
  'storage',
  'events',
  'receiver',
  'source',
  'kustomize',
  'helm',
  'notification',
] as const

export interface ClusterPlaces {
  readonly name: string
  /** Where all that the cluster keeps lies. */
  readonly folder: string
  readonly etcdUrl: string
  readonly ports: Readonly<Record<(typeof clusterPortNames)[number], number>>
}

export interface ProgramSettings {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Answers 200 to a plain GET once the program is ready; undefined: it has no such page. */
  readonly readyUrl: string | undefined
}

/** Of a cluster's folder: who may do anything, by which key accounts are signed, and so on. */
export const files = (folder: string) => ({
  kubeconfig: join(folder, 'kubeconfig'),
  tokens: join(folder, 'tokens.csv'),
  accountKey: join(folder, 'account.key'),
  certificates: join(folder, 'certificates'),
  /** The API server's certificate with the authority that it made for itself. */
  authority: join(folder, 'certificates', 'apiserver.crt'),
  stages: join(folder, 'stages.yaml'),
  artifacts: join(folder, 'artifacts'),
  logs: join(folder, 'logs'),
})

const settings: Readonly<Record<ClusterProgram, (places: ClusterPlaces) => ProgramSettings>> = {
  'kube-apiserver': apiServer,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
  kwok,
  'notification-controller': notificationController,
  'source-controller': sourceController,
  'kustomize-controller': kustomizeController,
  'helm-controller': helmController,
}

export function programSettings(program: ClusterProgram, places: ClusterPlaces): ProgramSettings {
  return settings[program](places)
}

function apiServer({ name, folder, etcdUrl, ports }: ClusterPlaces): ProgramSettings {
  const { tokens, accountKey, certificates } = files(folder)
  return {
    args: [
      `--etcd-servers=${etcdUrl}`,
      `--etcd-prefix=/${name}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${ports.api}`,
      // It signs a certificate for itself there, and finds it again when it is started anew.
      `--cert-dir=${certificates}`,
      `--token-auth-file=${tokens}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${accountKey}`,
      `--service-account-key-file=${accountKey}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--endpoint-reconciler-type=none',
      '--allow-privileged=true',
      '--profiling=false',
    ],
    env: {},
    readyUrl: undefined,
  }
}

function controllerManager({ folder }: ClusterPlaces): ProgramSettings {
  const { kubeconfig, accountKey, authority } = files(folder)
  return {
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${accountKey}`,
      `--root-ca-file=${authority}`,
      '--leader-elect=false',
      // It serves nothing that anyone asks for.
      '--secure-port=0',
    ],
    env: {},
    readyUrl: undefined,
  }
}

function scheduler({ folder }: ClusterPlaces): ProgramSettings {
  const args = [`--kubeconfig=${files(folder).kubeconfig}`, '--leader-elect=false', '--secure-port=0']
  return { args, env: {}, readyUrl: undefined }
}

function kwok({ folder, ports }: ClusterPlaces): ProgramSettings {
  const { kubeconfig, stages } = files(folder)
  return {
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--config=${stages}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
      `--server-address=127.0.0.1:${ports.kwok}`,
    ],
    env: {},
    readyUrl: `http://127.0.0.1:${ports.kwok}/healthz`,
  }
}

function notificationController(places: ClusterPlaces): ProgramSettings {
  const { ports } = places
  return fluxController(places, 'notification', [
    `--events-addr=127.0.0.1:${ports.events}`,
    `--receiverAddr=127.0.0.1:${ports.receiver}`,
    '--no-cross-namespace-refs=true',
  ])
}

function sourceController(places: ClusterPlaces): ProgramSettings {
  const { folder, ports } = places
  return fluxController(places, 'source', [
    `--events-addr=http://127.0.0.1:${ports.events}`,
    `--storage-path=${files(folder).artifacts}`,
    `--storage-addr=127.0.0.1:${ports.storage}`,
    `--storage-adv-addr=127.0.0.1:${ports.storage}`,
    '--requeue-dependency=5s',
  ])
}

/** The flags of Flux's multi-tenancy lockdown (fluxcd.io/flux/installation/configuration/multitenancy). */
const lockdown = ['--no-cross-namespace-refs=true', '--default-service-account=default']

function kustomizeController(places: ClusterPlaces): ProgramSettings {
  return fluxController(places, 'kustomize', [
    `--events-addr=http://127.0.0.1:${places.ports.events}`,
    ...lockdown,
    '--no-remote-bases=true',
    '--requeue-dependency=5s',
  ])
}

function helmController(places: ClusterPlaces): ProgramSettings {
  return fluxController(places, 'helm', [
    `--events-addr=http://127.0.0.1:${places.ports.events}`,
    ...lockdown,
    '--requeue-dependency=5s',
  ])
}

function fluxController(
  { folder, ports }: ClusterPlaces,
  name: 'source' | 'kustomize' | 'helm' | 'notification',
  own: readonly string[],
): ProgramSettings {
  const health = `127.0.0.1:${ports[name]}`
  return {
    args: [
      '--watch-all-namespaces',
      '--enable-leader-election=false',
      '--metrics-addr=0',
      `--health-addr=${health}`,
      '--log-level=info',
      '--log-encoding=json',
      ...own,
    ],
    env: {
      KUBECONFIG: files(folder).kubeconfig,
      RUNTIME_NAMESPACE: 'flux-system',
      // Helm and kustomize keep files in the home and temporary folders of their user.
      HOME: join(folder, name),
      TMPDIR: join(folder, name),
    },
    readyUrl: `http://${health}/readyz`,
  }
}
