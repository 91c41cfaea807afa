import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type ApiServer, json, refuse, startApiServer } from './api-server.ts'
import {
  at,
  atInstant,
  chart,
  condition,
  deployment,
  helmRelease,
  kustomization,
  paths,
  payloadMetadata,
} from './objects.ts'
import { objectAt } from '../../../../src/adapters/flux/kubernetes/json.ts'
import { observe, type Observing, writeKubeconfig } from './observing.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const revision = `main@sha1:${'c'.repeat(40)}`

let api: ApiServer
let world: Observing

beforeEach(async () => {
  api = await startApiServer()
  world = await observe({ c1: api.url })
})
afterEach(async () => {
  world.observer.close()
  await api.close()
})

function healthyPayments(): void {
  api.set(paths.kustomizations, kustomization(revision))
  api.set(paths.charts, chart('payments', digest))
  api.set(paths.deployments, deployment('payments', 2))
  api.set(paths.releases, helmRelease('payments'))
}

describe('a placement', () => {
  it('is reported whole, with all that proves it and nothing else', async () => {
    healthyPayments()
    const { reports, contacts } = await world.read()
    expect(contacts).toEqual([{ cluster: 'c1', uid: 'uid-1', at: expect.any(Number) }])
    expect(reports).toEqual([
      {
        cluster: 'c1',
        namespace: 'pay',
        name: 'payments',
        at: expect.any(Number),
        helmRelease: {
          generation: 1,
          spec: {
            releaseName: 'payments',
            timeout: '20s',
            chartRef: { kind: 'HelmChart', name: 'payments-01234567' },
          },
          status: {
            observedGeneration: 1,
            lastAttemptedGeneration: 1,
            conditions: ['Ready', 'Released'].map((type) => ({
              type,
              status: 'True',
              reason: 'InstallSucceeded',
              message: '',
              observedGeneration: 1,
              lastTransitionTime: atInstant,
            })),
            history: [
              {
                version: 2,
                status: 'deployed',
                chartName: 'app',
                chartVersion: '1.0.0',
                lastDeployed: atInstant,
              },
            ],
          },
        },
        payloadKustomization: undefined,
        kustomization: {
          lastAppliedRevision: revision,
          lastAttemptedRevision: revision,
          ready: expect.objectContaining({ type: 'Ready', status: 'True' }),
        },
        chart: { digest },
        workloads: [
          {
            kind: 'Deployment',
            namespace: 'pay',
            name: 'payments',
            current: true,
            since: atInstant + 300,
            message: '',
          },
        ],
      },
    ])
  })

  it('proves a chart from an OCI registry by the digest of its newest release', async () => {
    const release = helmRelease(
      'payments',
      {},
      { chartRef: { kind: 'OCIRepository', name: 'payments-01234567' } },
    )
    const status = release['status'] as { history: object[] }
    api.set(paths.releases, {
      ...release,
      status: { ...status, history: [{ ...status.history[0], ociDigest: digest }] },
    })
    const { reports } = await world.read()
    expect(reports[0]?.chart).toEqual({ digest })
  })

  it('of a kustomize payload is reported by its own Kustomization', async () => {
    const pinned = `sha256:${'d'.repeat(64)}`
    const history = [
      {
        digest: 'sha256:1',
        firstReconciled: at,
        lastReconciled: at,
        lastReconciledStatus: 'ReconciliationSucceeded',
        metadata: { revision: pinned },
      },
    ]
    api.set(paths.kustomizations, kustomization(revision))
    api.set(paths.kustomizations, kustomization(pinned, payloadMetadata, { history }))
    const { reports } = await world.read()
    expect(reports).toHaveLength(1)
    expect(reports[0]).toMatchObject({
      name: 'queue',
      helmRelease: undefined,
      payloadKustomization: {
        status: {
          observedGeneration: 1,
          lastAppliedRevision: pinned,
          history: [
            {
              status: 'ReconciliationSucceeded',
              revision: pinned,
              firstReconciled: atInstant,
              lastReconciled: atInstant,
            },
          ],
        },
      },
      kustomization: { lastAppliedRevision: revision },
    })
  })

  it('before its first success has the generation that the kind begins with', async () => {
    api.set(paths.kustomizations, { ...kustomization('', payloadMetadata), status: {} })
    const { reports } = await world.read()
    expect(reports[0]?.payloadKustomization?.status).toMatchObject({
      observedGeneration: -1,
      lastAppliedRevision: '',
    })
  })

  it('is none when someone else installed it', async () => {
    const { metadata, ...rest } = helmRelease('foreign')
    api.set(paths.releases, { ...rest, metadata: { ...objectAt(metadata), labels: {} } })
    expect((await world.read()).reports).toEqual([])
  })

  it('is reported again when anything of it changes, and only then', async () => {
    healthyPayments()
    await world.read()
    expect((await world.read()).reports).toEqual([])
    // A heartbeat writes the object and changes nothing that is judged.
    api.set(paths.releases, { ...helmRelease('payments'), touched: at })
    api.set(paths.deployments, deployment('payments', 1))
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports).toHaveLength(1)
    expect(reports[0]?.workloads[0]).toMatchObject({ current: false, message: '1/2 available' })
    api.set(paths.kustomizations, kustomization(`main@sha1:${'e'.repeat(40)}`))
    const next = await world.until(({ reports }) => reports.length > 0)
    expect(next.reports[0]?.kustomization?.lastAppliedRevision).toContain('eee')
  })

  it('is reported whole to a reader with no cursor, or with one of another process', async () => {
    healthyPayments()
    const first = await world.read()
    const { reports } = await world.observer.read('0123456789ab/7')
    expect(reports).toEqual(first.reports)
    expect((await world.observer.read(undefined)).reports).toEqual(first.reports)
  })

  it('that is removed is reported as not there', async () => {
    healthyPayments()
    await world.read()
    api.remove(paths.releases, 'pay/payments')
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports).toMatchObject([
      { name: 'payments', helmRelease: undefined, payloadKustomization: undefined, workloads: [] },
    ])
    expect((await world.read()).reports).toEqual([])
  })

  it('that is being deleted is still there', async () => {
    healthyPayments()
    await world.read()
    const release = helmRelease('payments', { conditions: [condition('Ready', 'False', 'UninstallFailed')] })
    const metadata = { ...objectAt(release, 'metadata'), deletionTimestamp: at }
    api.set(paths.releases, { ...release, metadata })
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.helmRelease).toBeDefined()
  })
})

describe('workloads', () => {
  it('that the inventory names and nobody has are missed', async () => {
    healthyPayments()
    await world.read()
    api.remove(paths.deployments, 'pay/payments')
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.workloads).toMatchObject([{ current: false, message: 'does not exist' }])
  })

  it('count by their labels while an install is under way, as there is no inventory yet', async () => {
    api.set(paths.deployments, deployment('payments', 0))
    api.set(
      paths.releases,
      helmRelease('payments', { inventory: {}, conditions: [condition('Ready', 'Unknown', 'Progressing')] }),
    )
    const { reports } = await world.read()
    expect(reports[0]?.workloads).toMatchObject([{ name: 'payments', current: false }])
  })

  it('keep since when they are what they are until that changes', async () => {
    healthyPayments()
    const first = (await world.read()).reports[0]?.workloads[0]
    api.set(paths.deployments, {
      ...deployment('payments', 2, {
        managedFields: [{ subresource: 'status', time: '2026-11-22T14:30:00Z' }],
      }),
    })
    api.set(paths.kustomizations, kustomization(`main@sha1:${'e'.repeat(40)}`))
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.workloads[0]?.since).toBe(first?.since)
  })

  it('that stay broken have their pods read, once, after half of the time that the release has', async () => {
    api.always(/\/pods\?/, (_, response) =>
      json(response, 200, {
        items: [
          {
            metadata: {},
            status: {
              containerStatuses: [
                {
                  name: 'app',
                  state: { waiting: { reason: 'CrashLoopBackOff' } },
                  lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
                },
              ],
            },
          },
        ],
      }),
    )
    const fresh = [{ subresource: 'status', time: new Date(world.now() * 1000).toISOString() }]
    api.set(paths.deployments, deployment('payments', 0, { managedFields: fresh }))
    api.set(
      paths.releases,
      helmRelease('payments', { conditions: [condition('Ready', 'Unknown', 'Progressing')] }),
    )
    await world.read()
    const asked = () => api.requests.filter((request) => request.includes('/pods?'))
    world.pass(8)
    await world.observer.changed(AbortSignal.timeout(150))
    expect(asked()).toEqual([])
    world.pass(3)
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.workloads[0]?.message).toBe(
      '0/2 available, CrashLoopBackOff (app: OOMKilled, exit code 137)',
    )
    world.pass(600)
    await world.observer.changed(AbortSignal.timeout(150))
    expect(asked()).toEqual(['/api/v1/namespaces/pay/pods?limit=20&labelSelector=app%3Dpayments'])
  })

  it('of a CronJob are not kept', async () => {
    const ownerReferences = [{ kind: 'CronJob', name: 'nightly' }]
    api.set(paths.jobs, {
      metadata: { name: 'nightly-1', namespace: 'pay', ownerReferences },
      spec: {},
      status: {},
    })
    healthyPayments()
    expect((await world.read()).reports).toHaveLength(1)
  })
})

describe('a watch', () => {
  it('goes on from where it was when the connection drops, listing nothing again', async () => {
    healthyPayments()
    await world.read()
    const lists = () => api.requests.filter((request) => request.includes('limit='))
    const before = lists().length
    api.drop()
    api.set(paths.deployments, deployment('payments', 1))
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.workloads[0]?.current).toBe(false)
    expect(lists()).toHaveLength(before)
  })

  it('goes on from the version of the last bookmark', async () => {
    healthyPayments()
    await world.read()
    await world.until(() => api.watches(paths.releases) === 1)
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '4711' } } }
    const changed = { type: 'MODIFIED', object: helmRelease('payments', { observedGeneration: 0 }) }
    api.send(paths.releases, `${JSON.stringify(changed)}\n${JSON.stringify(bookmark)}`)
    await world.until(({ reports }) => reports.length > 0)
    const before = api.requests.length
    api.drop()
    await world.until(() => api.watches(paths.releases) === 1 && api.requests.length > before)
    expect(api.requests.slice(before).filter((request) => request.startsWith(paths.releases))).toEqual([
      expect.stringContaining('resourceVersion=4711'),
    ])
  })

  it('lists again when its version is gone, finds what was removed meanwhile and doubles nothing', async () => {
    healthyPayments()
    api.set(paths.releases, helmRelease('ledger'))
    await world.read()
    api.always(/watch=1/, refuse(503, 'restarting'))
    api.drop()
    api.remove(paths.releases, 'pay/ledger')
    api.compact()
    api.always(/watch=1/, undefined)
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports).toMatchObject([{ name: 'ledger', helmRelease: undefined }])
  })

  it('lists again when the server says so within the watch', async () => {
    healthyPayments()
    await world.read()
    await world.until(() => api.watches(paths.releases) === 1)
    const before = api.requests.length
    api.send(paths.releases, { type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } })
    await world.until(() =>
      api.requests.slice(before).some((request) => request.startsWith(`${paths.releases}?limit=`)),
    )
    expect(world.problems).toEqual([])
  })

  it('survives lines that are no JSON and events of no known type', async () => {
    healthyPayments()
    await world.read()
    for (const line of ['{"type":"ADDED"', { type: 'SURPRISE', object: {} }, '[]']) {
      await world.until(() => api.watches(paths.releases) === 1)
      api.send(paths.releases, line)
      await world.until(() => api.watches(paths.releases) === 0)
    }
    api.set(paths.releases, helmRelease('payments', { observedGeneration: 0 }))
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.helmRelease?.status.observedGeneration).toBe(0)
  })

  it('takes objects of any size that etcd keeps', async () => {
    api.set(paths.releases, helmRelease('payments', {}, { values: { blob: 'x'.repeat(1_500_000) } }))
    await world.read()
    const blob = 'y'.repeat(1_500_000)
    api.set(paths.releases, helmRelease('payments', {}, { values: { blob } }))
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.helmRelease?.spec['values']).toEqual({ blob })
  })

  it('that falls silent is taken for dead and made anew', async () => {
    world.observer.close()
    world = await observe({ c1: api.url }, { silence: 200 })
    healthyPayments()
    await world.read()
    const count = () => api.requests.filter((request) => request.startsWith(`${paths.releases}?watch`)).length
    await world.until(() => count() > 1)
    expect(count()).toBeGreaterThan(1)
  })
})

describe('a list', () => {
  it('is read by pages', async () => {
    for (let index = 0; index < 600; index++) api.set(paths.releases, helmRelease(`service-${index}`))
    const { reports } = await world.read()
    expect(reports).toHaveLength(600)
    const pages = api.requests.filter((request) => request.startsWith(`${paths.releases}?limit=`))
    expect(pages).toHaveLength(3)
  })

  it('that breaks off begins anew and forgets nothing', async () => {
    healthyPayments()
    api.next(
      /helmreleases\?limit/,
      refuse(429, 'too many requests', { 'retry-after': '1' }),
      (_, response) => response.destroy(),
      (_, response) => json(response, 200, '{"items": ['),
      (_, response) => json(response, 200, { kind: 'Status' }),
      refuse(500, 'etcd is slow'),
    )
    const { reports, contacts } = await world.until(({ contacts }) => contacts.length > 0)
    expect(reports).toHaveLength(1)
    expect(contacts).toHaveLength(1)
  })

  it('that never ends is given up, and its turn with it', async () => {
    world.observer.close()
    world = await observe({ c1: api.url }, { silence: 300, concurrentLists: 1 })
    healthyPayments()
    const stall = (_: unknown, response: ServerResponse): void => {
      response.writeHead(200)
      response.write('{"items": [')
    }
    api.next(/helmreleases\?limit/, stall, stall)
    const { reports } = await world.until(({ contacts }) => contacts.length > 0)
    expect(reports).toHaveLength(1)
  })

  it('of a kind that the cluster does not have is empty', async () => {
    api.always(/helmcharts/, refuse(404, 'the server could not find the requested resource'))
    api.set(paths.releases, helmRelease('payments'))
    const { reports } = await world.read()
    expect(reports[0]?.chart).toBeUndefined()
  })

  it('waits its turn: only so many are under way at once', async () => {
    world.observer.close()
    let open = 0
    let most = 0
    api.always(/limit=/, (_, response) => {
      open += 1
      most = Math.max(most, open)
      setTimeout(() => {
        open -= 1
        json(response, 200, { metadata: { resourceVersion: '1' }, items: [] })
      }, 20)
    })
    world = await observe({ c1: api.url, c2: api.url, c3: api.url }, { concurrentLists: 2 })
    const { contacts } = await world.read()
    expect(contacts).toHaveLength(3)
    expect(most).toBe(2)
  })
})

describe('a cluster', () => {
  it('is not told of before every kind is listed', async () => {
    healthyPayments()
    api.always(/deployments\?limit/, refuse(500, 'not now'))
    const { reports, contacts } = await world.read()
    expect([...reports, ...contacts]).toEqual([])
    api.always(/deployments\?limit/, undefined)
    const next = await world.until(({ contacts }) => contacts.length > 0)
    expect(next.reports[0]?.workloads[0]?.current).toBe(true)
  })

  it('that has nothing to tell is in contact while it answers', async () => {
    healthyPayments()
    const heardAt = (await world.read()).contacts[0]?.at ?? 0
    world.pass(1000)
    const { reports } = await world.until(({ contacts }) => (contacts[0]?.at ?? 0) >= heardAt + 990)
    expect(reports).toEqual([])
    api.always(/kube-system/, refuse(503, 'etcd is gone'))
    await world.observer.changed(AbortSignal.timeout(400))
    world.pass(1000)
    await world.observer.changed(AbortSignal.timeout(400))
    expect((await world.read()).contacts[0]?.at).toBeLessThan(heardAt + 1990)
  })

  it('was heard last when the watch that is most behind was', async () => {
    healthyPayments()
    const heardAt = (await world.read()).contacts[0]?.at ?? 0
    api.always(/deployments/, refuse(403, 'deployments.apps is forbidden'))
    api.drop()
    world.pass(1000)
    const { contacts } = await world.until(() => world.problems.length > 0)
    expect(contacts[0]?.at).toBeLessThanOrEqual(heardAt + 1)
    expect(world.problems).toEqual([
      { cluster: 'c1', problem: { kind: 'refused', text: 'deployments.apps is forbidden' } },
    ])
    api.always(/deployments/, undefined)
    await world.until(() => world.problems.length > 1)
    expect(world.problems.at(-1)).toEqual({ cluster: 'c1', problem: undefined })
    expect((await world.read()).contacts[0]?.at).toBeGreaterThanOrEqual(heardAt + 1000)
  })

  it('that does not answer is told once and comes back by itself', async () => {
    healthyPayments()
    await world.read()
    await api.close()
    await world.until(() => world.problems.length > 0)
    expect(world.problems).toMatchObject([{ cluster: 'c1', problem: { kind: 'unreachable' } }])
    api.set(paths.deployments, deployment('payments', 1))
    await api.reopen()
    const { reports } = await world.until(({ reports }) => reports.length > 0)
    expect(reports[0]?.workloads[0]?.current).toBe(false)
    await world.until(() => world.problems.at(-1)?.problem === undefined)
  })

  it('that was rebuilt is another one: what the old one had is gone and the new UID is told', async () => {
    healthyPayments()
    await world.read()
    await api.close()
    const other = await startApiServer()
    other.uid = 'uid-2'
    other.set(paths.releases, helmRelease('ledger'))
    await rm(join(world.folder, 'c1.kubeconfig'))
    await writeKubeconfig(join(world.folder, 'c1.kubeconfig'), other.url)
    const { reports, contacts } = await world.until(({ contacts }) => contacts[0]?.uid === 'uid-2')
    expect(contacts).toHaveLength(1)
    expect(reports.map(({ name, helmRelease }) => [name, helmRelease !== undefined])).toEqual(
      expect.arrayContaining([
        ['ledger', true],
        ['payments', false],
      ]),
    )
    await other.close()
  })

  it('that was rebuilt behind the same address is noticed when it answers again', async () => {
    healthyPayments()
    await world.read()
    // Identities are believed for some seconds.
    await new Promise((resolve) => setTimeout(resolve, 5100))
    api.uid = 'uid-2'
    api.remove(paths.releases, 'pay/payments')
    api.drop()
    const { contacts } = await world.until(({ contacts }) => contacts[0]?.uid === 'uid-2')
    expect(contacts[0]?.uid).toBe('uid-2')
  })

  it('without a credential leaves others alone and is told of, until there is one', async () => {
    world.clusters = [{ name: 'c0' }, { name: 'c1' }]
    healthyPayments()
    const { contacts } = await world.read()
    expect(contacts.map(({ cluster }) => cluster)).toEqual(['c1'])
    expect(world.problems).toMatchObject([{ cluster: 'c0', problem: { kind: 'missing' } }])
    await writeKubeconfig(join(world.folder, 'c0.kubeconfig'), api.url)
    await world.until(({ contacts }) => contacts.length === 2)
    expect(world.problems.at(-1)).toEqual({ cluster: 'c0', problem: undefined })
  })

  it('whose credential is refused is told of at once', async () => {
    api.always(/./, refuse(401, 'Unauthorized'))
    const { contacts } = await world.read()
    expect(contacts).toEqual([])
    expect(world.problems).toEqual([{ cluster: 'c1', problem: { kind: 'refused', text: 'Unauthorized' } }])
  })

  it('that leaves the catalog is watched no longer', async () => {
    healthyPayments()
    await world.read()
    await world.until(() => api.watches(paths.releases) === 1)
    world.clusters = []
    expect((await world.read()).contacts).toEqual([])
    await world.until(() => api.watches(paths.releases) === 0)
  })

  it('shows nothing of a credential in what is told of it', async () => {
    await writeFile(join(world.folder, 'c1.kubeconfig'), 'users: [{ token: secret-token ]')
    await world.read()
    expect(world.problems).toHaveLength(1)
    expect(JSON.stringify(world.problems)).not.toContain('secret-token')
  })
})
