import type { Static } from 'typebox'
import type { operations } from '../../../src/operations/table.ts'
import type { GateAnswer } from '../../../src/operations/shapes.ts'

type Answer<Name extends keyof typeof operations> = Static<(typeof operations)[Name]['output']>
type ServiceStatus = Answer<'status'>['services'][number]
type GroupStatus = ServiceStatus['groups'][number]

const empty = { place: null, by: null, evidence: [], opensWhen: null, opensAt: null }
const met = { verdict: 'yes' as const, ...empty }
const unmet = { verdict: 'not' as const, ...empty }

const release = (version: string) => ({ version, revision: '0a1b2c3d' })

const soak: GateAnswer = {
  gate: 'soak',
  state: 'waiting',
  reason: 'soak of 7 clusters',
  since: '2026-11-22T14:02:00Z',
  opensWhen: 'each has been healthy for the whole soak',
  opensAt: '2026-11-22T14:32:00Z',
}

const hold: GateAnswer = {
  gate: 'hold',
  state: 'shut',
  reason: 'the search index is being rebuilt (directives/hold-catalog-web.yaml)',
  since: null,
  opensWhen: 'directives/hold-catalog-web.yaml is removed',
  opensAt: null,
}

const proven = (group: string, version: string, clusters: number, waves: number): GroupStatus => ({
  group,
  release: release(version),
  candidate: null,
  state: 'proven',
  wave: waves,
  waves,
  targets: clusters,
  placements: { total: clusters, healthy: clusters, failed: 0, silent: 0 },
  desired: [{ version, clusters }],
  waitsFor: [],
  next: [],
})

export const payments: ServiceStatus = {
  service: 'payments',
  owner: 'team-payments',
  newest: '1.4.3',
  summary: 'rolling in prod',
  frozenBy: null,
  groups: [
    proven('devel', '1.4.3', 12, 3),
    proven('prod-canary', '1.4.3', 5, 2),
    {
      ...proven('prod', '1.4.3', 480, 4),
      state: 'rolling',
      wave: 2,
      placements: { total: 48, healthy: 47, failed: 1, silent: 0 },
      desired: [
        { version: '1.4.2', clusters: 432 },
        { version: '1.4.3', clusters: 48 },
      ],
      waitsFor: [soak],
    },
  ],
  failures: [
    {
      cluster: 'prod-euw1-04',
      group: 'prod',
      version: '1.4.3',
      since: '2026-11-22T14:08:00Z',
      evidence: 'Deployment/payments/api: 0/6 ready, CrashLoopBackOff',
      fault: 'service',
      returned: false,
    },
    {
      cluster: 'prod-use1-02',
      group: 'prod',
      version: '1.4.3',
      since: '2026-11-22T13:12:00Z',
      evidence: 'UpgradeFailed: timeout waiting for Deployment/payments/api',
      fault: 'service',
      returned: true,
    },
  ],
}

export const frozen: ServiceStatus = {
  ...payments,
  service: 'ledger',
  newest: null,
  summary: 'frozen by errors in the catalog',
  frozenBy: 'services/ledger/service.yaml:9: no cluster matches',
  groups: [],
  failures: [],
}

const catalogWeb: ServiceStatus = {
  service: 'catalog-web',
  owner: 'team-shop',
  newest: '0.19.0',
  summary: 'waiting in devel',
  frozenBy: null,
  groups: [
    { ...proven('devel', '0.18.3', 12, 3), candidate: release('0.19.0'), waitsFor: [hold, soak] },
    { ...proven('prod', '0.18.3', 480, 4), next: ['opens wave 1 of 4: 1 cluster'] },
  ],
  failures: [],
}

export const status: Answer<'status'> = {
  now: '2026-11-22T14:21:00Z',
  at: '2026-11-22T14:10:00Z',
  publishedBy: 'controller-1',
  services: [catalogWeb, payments, frozen],
  unreadable: [{ path: 'rollouts/prod/ledger.yaml', reason: 'spec.fence is missing' }],
  edited: [
    {
      path: 'clusters/prod-euw1-04/apps/payments/payments.yaml',
      commit: 'e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0',
      by: 'Eve <eve@example.com>',
    },
  ],
  notices: [
    {
      kind: 'sync',
      service: null,
      clusters: 3,
      text: 'outdated sync of 3 clusters, for example prod-euw1-04',
      remedy: 'change these files by pull request',
    },
  ],
  emptyings: [
    {
      cluster: 'prod-euw1-09',
      state: 'waiting',
      digest: `sha256:${'0'.repeat(64)}`,
      leaves: ['ledger', 'payments'],
      waitsFor: [
        {
          gate: 'approval',
          state: 'shut',
          reason: 'clusters/prod-euw1-09.yaml empties the cluster',
          since: null,
          opensWhen: 'a person approves it: halctl approve --cluster prod-euw1-09',
          opensAt: null,
        },
      ],
    },
    { cluster: 'prod-euw1-10', state: 'empty', digest: `sha256:${'1'.repeat(64)}`, leaves: [], waitsFor: [] },
  ],
}

export const explain: Answer<'explain'> = {
  at: '2026-11-22T14:20:30Z',
  service: 'payments',
  cluster: 'prod-use1-07',
  answers: [
    {
      group: 'prod',
      headline: 'payments on prod-use1-07 runs 1.4.2 and waits for 1.4.3',
      desired: '1.4.2',
      waitsFor: '1.4.3',
      rules: [
        { ...met, rule: 'targeted', text: 'env=prod', place: 'services/payments/service.yaml:12' },
        {
          ...met,
          rule: 'candidate',
          text: '1.4.3 proven in prod-canary since 2026-11-22T12:02:00Z, promotion soak met 2026-11-22T13:02:00Z',
          place: 'rollouts/prod-canary/payments.yaml',
        },
        { ...unmet, rule: 'wave', text: '2 of 4 is open; this cluster is 61st, wave 3 takes it' },
        { ...unmet, rule: 'soak', text: 'soak of 7 clusters', opensAt: '2026-11-22T14:32:00Z' },
        {
          ...unmet,
          rule: 'hold',
          text: 'the audit runs',
          place: 'directives/hold-prod.yaml:1',
          by: 'ana@example.com',
          opensWhen: 'directives/hold-prod.yaml is removed',
        },
      ],
      earliest: { at: '2026-11-30T00:00:00Z', text: 'when its gates open' },
      move: 'ana@example.com ends it: halctl resume hold-prod',
    },
  ],
}

export const refused: Answer<'explain'> = {
  at: '2026-11-22T14:20:30Z',
  service: 'checkout',
  cluster: 'prod-use1-07',
  answers: [
    {
      group: 'prod',
      headline: 'checkout on prod-use1-07 runs 1.9.4; 2.0.0 was rejected in prod-canary',
      desired: '1.9.4',
      waitsFor: null,
      rules: [
        {
          ...unmet,
          rule: 'candidate',
          text: '2.0.0 was rejected in prod-canary at 2026-11-22T12:02:00Z: 1 failed in wave 1, its error budget is 0',
          place: 'rollouts/prod-canary/checkout.yaml',
          evidence: [
            "prod-canary-euw1-01: UpgradeFailed: timeout waiting for: [Deployment/shop/checkout status: 'InProgress'] (service fault)",
          ],
          opensWhen: 'a version above 2.0.0 arrives',
        },
      ],
      earliest: null,
      move: 'team-shop releases a version above 2.0.0',
    },
  ],
}

export const plan: Answer<'plan'> = {
  at: '2026-11-22T14:20:30Z',
  catalogCommit: 'a'.repeat(40),
  fleetCommit: 'b'.repeat(40),
  services: [
    {
      service: 'catalog-web',
      frozenBy: null,
      groups: [
        {
          group: 'devel',
          state: 'proven',
          release: release('0.18.3'),
          candidate: release('0.19.0'),
          wave: 3,
          waves: 3,
          waitsFor: [hold],
        },
      ],
      proposals: [],
      removals: [],
      approvals: [],
      joins: [{ cluster: 'devel-euw1-09', group: 'devel', release: release('0.18.3') }],
      validUntil: null,
    },
    {
      service: 'payments',
      frozenBy: null,
      groups: [],
      proposals: [
        {
          kind: 'wave',
          group: 'prod',
          release: release('1.4.3'),
          text: 'opens wave 3 of 4: 2 clusters',
          clusters: ['prod-euw1-01', 'prod-euw1-02'],
          wave: { number: 3, of: 4, quota: 240, needsApproval: false },
          evidence: ['proven in prod-canary', 'wave 2: 48 of 48 healthy for 1800s, 0 failed'],
        },
      ],
      removals: [],
      approvals: [],
      joins: [],
      validUntil: null,
    },
  ],
}

export const diff: Answer<'diff'> = {
  from: 'fleet abc',
  to: 'catalog def',
  services: [
    {
      service: 'payments',
      version: '1.4.3',
      changed: 3,
      unchanged: 9,
      classes: [
        {
          clusters: ['prod-euw1-01', 'prod-euw1-02', 'prod-use1-01'],
          diff: '--- a/clusters/<cluster>/apps/payments/payments.yaml\n+++ b/clusters/<cluster>/apps/payments/payments.yaml\n@@ -1,1 +1,1 @@\n-  tag: "1.4.2"\n+  tag: "1.4.3"\n',
        },
      ],
      errors: [{ cluster: 'edge-fr-3', message: 'cluster edge-fr-3 has no label "region"' }],
    },
  ],
  unchanged: 5,
}

export const history: Answer<'history'> = {
  fleetCommit: 'b'.repeat(40),
  entries: [
    {
      at: '2026-11-22T14:02:00Z',
      kind: 'wave',
      service: 'payments',
      version: '1.4.3',
      group: 'prod',
      wave: '2/4',
      clusters: 48,
      pullRequest: 64,
      initiator: 'ana@example.com',
      commit: '1d277eaaa286a2a752d509a43b6f5572a7b8902f',
      text: 'payments 1.4.3 → prod wave 2/4 (48 clusters)',
    },
    {
      at: '2026-11-21T09:30:00Z',
      kind: 'verdict',
      service: 'payments',
      version: '1.4.3',
      group: 'prod-canary',
      wave: null,
      clusters: null,
      pullRequest: null,
      initiator: null,
      commit: 'd0758828322d7991b30ce679a46581a03ac68482',
      text: 'payments 1.4.3 proven in prod-canary',
    },
  ],
}

export const render: Answer<'render'> = {
  service: 'payments',
  version: '1.4.3',
  catalogCommit: 'a'.repeat(40),
  files: [
    {
      path: 'clusters/prod-euw1-01/apps/payments/payments.yaml',
      cluster: 'prod-euw1-01',
      group: 'prod',
      text: '# halyard payments 1.4.3 0a1b2c3d\nkind: HelmRelease\n',
    },
    {
      path: 'clusters/prod-euw1-02/apps/payments/payments.yaml',
      cluster: 'prod-euw1-02',
      group: 'prod',
      text: '# halyard payments 1.4.3 0a1b2c3d\nkind: HelmRelease\n',
    },
  ],
  errors: [{ cluster: 'edge-fr-3', message: 'cluster edge-fr-3\nhas no label "region"' }],
}

export const validate: Answer<'validate'> = {
  commit: 'worktree',
  services: 6,
  versions: 9,
  clusters: 12,
  groups: 3,
  errors: 1,
  warnings: 0,
  findings: [
    {
      severity: 'error',
      scope: { kind: 'service', name: 'payments' },
      file: 'services/payments/versions/1.4.2.yaml',
      field: ['spec', 'values', 'region'],
      position: { line: 9, column: 13, length: 24, text: '    region: ${cluster.labels.region}' },
      message: 'cluster edge-fr-3 has no label "region"',
      remedy: 'add the label in clusters/edge-fr-3.yaml',
    },
  ],
}
