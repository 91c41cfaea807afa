import { stringify } from 'yaml'
import { readDefaultTemplates } from '../src/adapters/catalog/templates.ts'
import type { JsonObject } from '../src/core/domain/cluster.ts'
import { emitYaml } from '../src/core/render/emit-yaml.ts'
import { createReleaseRenderer } from '../src/core/render/release-renderer.ts'
import { serviceObjects } from '../src/core/render/service-objects.ts'
import type { ReleaseInputs } from '../src/core/render/types.ts'
import type { VersionContent } from '../src/core/render/version-content.ts'
import type { BenchResult } from './result.ts'

const files = 300
const rounds = 7
const wantedRatio = 20
const placements = 5000

/** The emitter against `yaml` on the objects of rendered service files, in turns so that both meet the same machine. */
export async function run(): Promise<BenchResult> {
  const inputs = await sampleInputs()
  const documents = Array.from({ length: files }, (_, index) => serviceObjects(inputs, contentOf(index)))
  const own: number[] = []
  const reference: number[] = []
  for (let round = 0; round < rounds; round++) {
    own.push(microsecondsEach(documents, (each) => emitYaml(each)))
    reference.push(
      microsecondsEach(documents, (each) => each.map((document) => stringify(document)).join('---\n')),
    )
  }
  const ratio = median(reference) / median(own)
  const rendering = renderingMicroseconds(inputs)
  const size = Math.round(documents.reduce((sum, each) => sum + emitYaml(each).length, 0) / files)
  return {
    name: 'emitter',
    rows: [
      {
        what: `a service file of ${size} characters`,
        value: `${median(own).toFixed(1)} µs`,
        wanted: '-',
        ok: true,
      },
      { what: 'the same by yaml', value: `${median(reference).toFixed(0)} µs`, wanted: '-', ok: true },
      {
        what: 'faster than yaml',
        value: `${ratio.toFixed(0)} ×`,
        wanted: `≥ ${wantedRatio} ×`,
        ok: ratio >= wantedRatio,
      },
      {
        what: `a placement rendered, 10 variants over ${placements} clusters`,
        value: `${rendering.toFixed(1)} µs`,
        wanted: '< 20 µs',
        ok: rendering < 20,
      },
    ],
  }
}

function renderingMicroseconds(inputs: ReleaseInputs): number {
  const renderer = createReleaseRenderer(inputs)
  if ('errors' in renderer) throw new Error(renderer.errors.map(({ message }) => message).join('; '))
  const clusters = Array.from({ length: placements }, (_, index) => ({
    name: `prod-euw1-${index}`,
    labels: { env: 'prod', region: `region-${index % 10}` },
    metadata: {},
    decommission: false,
    file: `clusters/prod-euw1-${index}.yaml`,
  }))
  return microsecondsEach(clusters, (cluster) => renderer.render(cluster, 'prod'))
}

function microsecondsEach<Item>(items: readonly Item[], act: (item: Item) => unknown): number {
  const start = performance.now()
  for (const item of items) act(item)
  return ((performance.now() - start) * 1000) / items.length
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

async function sampleInputs(): Promise<ReleaseInputs> {
  const version = '1.4.2'
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
  const chart = { repository: 'main', name: 'payments', version, digest }
  return {
    release: { service: 'payments', version, revision: 'ab12cd34', catalogCommit: 'c'.repeat(40) },
    service: {
      name: 'payments',
      owner: 'team-payments',
      namespace: 'pay',
      releaseName: 'payments',
      tier: 'standard',
      targets: 'none',
      dependsOn: ['ledger'],
      notifications: [],
      file: 'services/payments/service.yaml',
    },
    version: {
      service: 'payments',
      version,
      payload: { kind: 'chart', chart },
      values: { ...valuesOf(0), region: '${cluster.labels.region}' },
      secrets: [],
      patches: [],
      requires: [],
      irreversible: false,
      source: { commit: undefined, author: undefined, changelog: undefined },
      file: 'services/payments/versions/1.4.2.yaml',
    },
    source: {
      kind: 'chart',
      chart,
      repository: {
        name: 'main',
        type: 'oci',
        url: 'oci://registry.example.com/charts',
        secretRef: undefined,
        certSecretRef: undefined,
        verification: undefined,
        file: 'chart-repositories/main.yaml',
      },
    },
    templates: await readDefaultTemplates(),
    dependencies: [{ name: 'ledger', namespace: 'pay' }],
  }
}

function contentOf(index: number): VersionContent {
  return { values: valuesOf(index), secrets: [], patches: [], path: '' }
}

/** Values as services have them; no two indexes share all their texts. */
function valuesOf(index: number): JsonObject {
  return {
    replicaCount: 3 + (index % 5),
    image: {
      repository: `registry.example.com/team-${index}/payments`,
      tag: `1.${index}.2`,
      pullPolicy: 'IfNotPresent',
    },
    region: `region-${index}`,
    resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: `${512 + index}Mi` } },
    ingress: {
      enabled: true,
      host: `payments.${index}.example.com`,
      annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' },
    },
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'DATABASE_URL', value: `postgres://db-${index}.example.com:5432/payments?sslmode=require` },
      { name: 'FEATURE_FLAGS', value: 'no' },
    ],
    affinity: { topologyKeys: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'] },
    config: { 'application.yaml': `server:\n  port: 8080\nregion: r-${index}\n` },
  }
}
