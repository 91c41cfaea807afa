import { join } from 'node:path'

/** A Go module of this folder: what is built from it and which files of its modules the stack uses. */
export interface ModuleSet {
  /** Its folder. */
  readonly name: string
  /** Package by the name of the program that it becomes. */
  readonly programs: Readonly<Record<string, string>>
  /** Files that are copied, by the folder that they go to. */
  readonly files: Readonly<Record<string, readonly { readonly module: string; readonly path: string }[]>>
  /** What its programs need beyond pure Go: a C compiler, with these build tags. */
  readonly cgo?: { readonly tags: readonly string[]; readonly linkerFlags: string }
}

const flux = (name: string): string => `github.com/fluxcd/${name}-controller`
const crdsOf = (name: string) => ({ module: flux(name), path: 'config/crd/bases' })
const giteaFolder = (path: string) => [{ module: 'code.gitea.io/gitea', path }]
const kwokStage = (path: string) => ({ module: 'sigs.k8s.io/kwok', path: join('kustomize/stage', path) })

/** Programs whose modules agree on versions share a set: what they have in common is compiled once. */
export const moduleSets: readonly ModuleSet[] = [
  {
    name: 'kubernetes',
    programs: {
      etcd: 'go.etcd.io/etcd/server/v3',
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kwok: 'sigs.k8s.io/kwok/cmd/kwok',
    },
    files: {
      stages: [
        'node/fast/node-initialize.yaml',
        'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
        'pod/fast/pod-complete.yaml',
        'pod/fast/pod-delete.yaml',
        'pod/fast/pod-ready.yaml',
        'pod/chaos/pod-container-running-failed.yaml',
        'pod/chaos/pod-init-container-running-failed.yaml',
        'volume/fast/pv-bind.yaml',
        'volume/fast/pv-delete.yaml',
        'volume/fast/pvc-delete.yaml',
        'volume/fast/pvc-provision.yaml',
      ].map(kwokStage),
    },
  },
  {
    name: 'flux',
    programs: {
      'source-controller': flux('source'),
      'kustomize-controller': flux('kustomize'),
      'helm-controller': flux('helm'),
      'notification-controller': flux('notification'),
    },
    files: { crds: ['source', 'kustomize', 'helm', 'notification'].map(crdsOf) },
  },
  {
    name: 'crds',
    programs: {},
    files: {
      crds: ['externalsecrets', 'secretstores', 'clustersecretstores'].map((name) => ({
        module: 'github.com/external-secrets/external-secrets',
        path: `config/crds/bases/external-secrets.io_${name}.yaml`,
      })),
    },
  },
  {
    name: 'gitea',
    programs: { gitea: 'code.gitea.io/gitea' },
    files: Object.fromEntries(
      ['templates', 'options', 'public'].map((path) => [`gitea/${path}`, giteaFolder(path)]),
    ),
    cgo: {
      tags: ['sqlite', 'sqlite_unlock_notify', 'timetzdata'],
      linkerFlags: '-s -w -X main.Version=1.26.0',
    },
  },
]

/** What `kubectl version` and the API server tell; the module's own build knows no version. */
export const linkerFlags = [
  '-s',
  '-w',
  ...Object.entries({ gitVersion: 'v1.36.3', gitMajor: '1', gitMinor: '36' }).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  ),
].join(' ')
