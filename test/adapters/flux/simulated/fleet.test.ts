import { describe, expect, test } from 'vitest'
import {
  clusterFiles,
  conditionOf,
  conditionsOf,
  createWorld,
  namespaceFiles,
  newDigest,
  oldDigest,
  serviceFile,
  servicePath,
  start,
  syncFiles,
} from './world.ts'
import type { PlacementReport } from '../../../../src/core/domain/report.ts'
import type { World } from './world.ts'

const c1 = { name: 'c1', uid: 'uid-1' }
const c2 = { name: 'c2', uid: 'uid-2', nodeMemory: 2 ** 30 }
const settled = 200

/** A world whose clusters run `pay`. */
async function worldWithPay(
  specs: readonly { readonly name: string; readonly uid: string }[] = [c1],
): Promise<World> {
  const world = createWorld(specs)
  await world.commit(specs.flatMap(({ name }) => clusterFiles(name, [serviceFile(name, 'pay')])))
  await world.leapTo(settled)
  return world
}

/** The states that `pay` passes through on the only cluster, looked at every second. */
async function watch(world: World, seconds: number): Promise<readonly string[]> {
  const [cluster] = (await world.fleet.read(undefined)).contacts
  const states: string[] = []
  for (let second = settled + 1; second < settled + seconds; second++) {
    await world.leapTo(second)
    const state = describeState(world.report(cluster?.cluster ?? '', 'pay'))
    if (states.at(-1) !== state) states.push(state)
  }
  return states
}

function describeState(report: PlacementReport | undefined): string {
  const { observedGeneration, history } = report?.helmRelease?.status ?? { history: [] }
  const broken = (report?.workloads ?? [])
    .filter(({ current }) => !current)
    .map(({ message }) => `; ${message}`)
  return `${observedGeneration} ${history[0]?.status} ${conditionsOf(report).join(', ')}${broken.join('')}`
}

function historyOf(report: PlacementReport | undefined): readonly string[] {
  return (report?.helmRelease?.status.history ?? []).map(({ version, status }) => `${version} ${status}`)
}

describe('a cluster', () => {
  test('installs what its directory holds and reports it as Flux does', async () => {
    const world = createWorld([c1])
    const commit = await world.commit(clusterFiles('c1', [serviceFile('c1', 'pay')]))
    await world.leapTo(settled)
    const report = world.report('c1', 'pay')
    expect(report).toMatchObject({
      cluster: 'c1',
      namespace: 'shop',
      name: 'pay',
      at: start + settled,
      helmRelease: {
        generation: 1,
        spec: { timeout: '20s', values: { replicas: 2 } },
        status: {
          observedGeneration: 1,
          lastAttemptedGeneration: 1,
          history: [{ version: 1, status: 'deployed', chartName: 'pay', chartVersion: '1.0.0' }],
        },
      },
      kustomization: {
        lastAppliedRevision: `main@sha1:${commit}`,
        lastAttemptedRevision: `main@sha1:${commit}`,
        ready: { status: 'True', reason: 'ReconciliationSucceeded' },
      },
      chart: { digest: oldDigest },
      workloads: [{ kind: 'Deployment', namespace: 'shop', name: 'pay', current: true, message: '' }],
    })
    expect(conditionsOf(report)).toEqual(['Ready True InstallSucceeded', 'Released True InstallSucceeded'])
    expect(conditionOf(report, 'Ready')?.message).toBe(
      'Helm install succeeded for release shop/pay.v1 with chart pay@1.0.0',
    )
  })

  test('upgrades to a new generation, passing through the states of helm-controller', async () => {
    const world = await worldWithPay()
    await world.commit([serviceFile('c1', 'pay', { digest: newDigest })])
    expect(await watch(world, 60)).toEqual([
      '1 deployed Ready True InstallSucceeded, Released True InstallSucceeded',
      '1 deployed Reconciling True Progressing, Ready Unknown Progressing, Released True InstallSucceeded; 0/2 ready, rolling out',
      '2 deployed Ready True UpgradeSucceeded, Released True UpgradeSucceeded',
    ])
    const report = world.report('c1', 'pay')
    expect(report?.chart?.digest).toBe(newDigest)
    expect(historyOf(report)).toEqual(['2 deployed', '1 superseded'])
  })

  test('shows the new generation before anything acted on it', async () => {
    const world = await worldWithPay()
    await world.commit([serviceFile('c1', 'pay', { digest: newDigest })])
    for (let second = settled; world.report('c1', 'pay')?.helmRelease?.generation === 1; second++) {
      await world.leapTo(second)
    }
    const report = world.report('c1', 'pay')
    expect(report?.helmRelease).toMatchObject({
      generation: 2,
      status: { observedGeneration: 1, lastAttemptedGeneration: 1 },
    })
    expect(report?.chart).toBeUndefined()
  })

  test('times out on pods that no node can take, rolls back and stalls', async () => {
    const world = await worldWithPay([c2])
    await world.commit([serviceFile('c2', 'pay', { digest: newDigest, memory: '2Gi' })])
    const states = await watch(world, 90)
    expect(states).toEqual([
      '1 deployed Ready True InstallSucceeded, Released True InstallSucceeded',
      '1 deployed Reconciling True Progressing, Ready Unknown Progressing, Released True InstallSucceeded; 0/2 ready, Unschedulable: Insufficient memory',
      '1 failed Reconciling True Progressing, Ready False UpgradeFailed, Released False UpgradeFailed; 0/2 ready, rolling out',
      '2 deployed Stalled True RetriesExceeded, Ready False RollbackSucceeded, Released False UpgradeFailed, Remediated True RollbackSucceeded',
    ])
    const report = world.report('c2', 'pay')
    expect(conditionOf(report, 'Released')?.message).toBe(
      "Helm upgrade failed for release shop/pay with chart pay@1.0.0: timeout waiting for: [Deployment/shop/pay status: 'InProgress']",
    )
    expect(conditionOf(report, 'Stalled')?.message).toBe('Failed to upgrade after 1 attempt(s)')
    expect(historyOf(report)).toEqual(['3 deployed', '2 failed', '1 superseded'])
  })

  test('is in sync at once when the desired file becomes what the rollback brought back', async () => {
    const world = await worldWithPay([c2])
    await world.commit([serviceFile('c2', 'pay', { digest: newDigest, memory: '2Gi' })])
    await world.leapTo(settled + 90)
    await world.commit([serviceFile('c2', 'pay')])
    await world.leapTo(settled + 110)
    const report = world.report('c2', 'pay')
    expect(report?.helmRelease).toMatchObject({ generation: 3, status: { observedGeneration: 3 } })
    expect(conditionsOf(report)).toEqual(['Ready True UpgradeSucceeded', 'Released True UpgradeSucceeded'])
    expect(report?.helmRelease?.status.history[0]?.version).toBe(3)
  })

  test('retries a failing install as often as its remediation says, then stalls', async () => {
    const world = createWorld([c2])
    await world.commit(clusterFiles('c2', [serviceFile('c2', 'pay', { memory: '2Gi' })]))
    await world.leapTo(300)
    const report = world.report('c2', 'pay')
    expect(conditionsOf(report)).toEqual([
      'Stalled True RetriesExceeded',
      'Ready False InstallFailed',
      'Released False InstallFailed',
    ])
    expect(conditionOf(report, 'Stalled')?.message).toBe('Failed to install after 2 attempt(s)')
    expect(historyOf(report)).toEqual(['2 failed', '1 uninstalled'])
  })

  test('treats a change that Helm does not see as a new generation without a new release', async () => {
    const world = await worldWithPay()
    const before = conditionOf(world.report('c1', 'pay'), 'Ready')
    await world.commit([serviceFile('c1', 'pay', { spec: ['maxHistory: 3'] })])
    await world.leapTo(settled + 60)
    const report = world.report('c1', 'pay')
    expect(report?.helmRelease?.status).toMatchObject({ observedGeneration: 2, history: [{ version: 1 }] })
    expect(conditionOf(report, 'Ready')).toEqual({ ...before, observedGeneration: 2 })
  })

  test('leaves a suspended release alone until it is resumed', async () => {
    const world = await worldWithPay()
    await world.commit([serviceFile('c1', 'pay', { digest: newDigest, spec: ['suspend: true'] })])
    await world.leapTo(settled + 60)
    expect(world.report('c1', 'pay')?.helmRelease).toMatchObject({
      generation: 2,
      status: { lastAttemptedGeneration: 1 },
    })
    await world.commit([serviceFile('c1', 'pay', { digest: newDigest })])
    await world.leapTo(settled + 120)
    expect(world.report('c1', 'pay')?.helmRelease).toMatchObject({
      generation: 3,
      status: { observedGeneration: 3 },
    })
  })

  test('waits for a release that another depends on', async () => {
    const world = createWorld([c1], { behaviour: { requeueDependency: 5 } })
    const readyExpr = 'has(dep.status.history) && dep.status.history.exists(h, h.status == "deployed")'
    const dependent = serviceFile('c1', 'pay', {
      spec: [`dependsOn: [{ name: ledger, readyExpr: '${readyExpr}' }]`],
    })
    await world.commit(clusterFiles('c1', [dependent]))
    await world.leapTo(100)
    const waiting = world.report('c1', 'pay')
    expect(conditionsOf(waiting)).toEqual(['Ready False DependencyNotReady'])
    expect(conditionOf(waiting, 'Ready')?.message).toBe("dependency 'shop/ledger' is not ready")
    await world.commit([serviceFile('c1', 'ledger')])
    await world.leapTo(200)
    expect(conditionsOf(world.report('c1', 'pay'))).toContain('Ready True InstallSucceeded')
  })

  test('waits for a chart that can not be fetched', async () => {
    const world = createWorld([c1])
    await world.commit(clusterFiles('c1', [serviceFile('c1', 'pay', { source: 'none' })]))
    await world.leapTo(settled)
    const report = world.report('c1', 'pay')
    expect(conditionOf(report, 'Ready')?.message).toBe("HelmChart 'shop/pay-00000000' is not ready")
    expect([report?.chart, report?.helmRelease?.status.lastAttemptedGeneration]).toEqual([undefined, 0])
  })

  test('names charts of OCI artifacts with their digest and workloads by chart', async () => {
    const world = createWorld([c1], { behaviour: { workloadKinds: { pay: 'StatefulSet' } } })
    await world.commit(
      clusterFiles('c1', [serviceFile('c1', 'pay', { source: 'OCIRepository', digest: newDigest })]),
    )
    await world.leapTo(settled)
    const report = world.report('c1', 'pay')
    expect(report?.helmRelease?.status.history[0]?.chartVersion).toBe('0.0.0+111111111111')
    expect(report?.workloads[0]?.kind).toBe('StatefulSet')
  })
})

describe('its Kustomizations', () => {
  test('move the applied revision, and nothing else, for commits elsewhere', async () => {
    const world = await worldWithPay()
    const before = world.report('c1', 'pay')
    const commit = await world.commit([{ path: 'rollouts/devel/pay.yaml', text: 'fence: 2\n' }])
    await world.leapTo(settled + 60)
    const after = world.report('c1', 'pay')
    expect(after?.kustomization?.lastAppliedRevision).toBe(`main@sha1:${commit}`)
    expect(after?.helmRelease).toEqual(before?.helmRelease)
  })

  test.each([
    { title: 'bad YAML', text: 'kind: [', message: /^kustomize build failed: / },
    {
      title: 'an object without a name',
      text: 'apiVersion: v1\nkind: Secret\n',
      message: /missing apiVersion, kind or metadata.name/,
    },
    {
      title: 'the same object twice',
      text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: clusters-c1-apps-shop, namespace: flux-system }\n',
      message: /already registered id: ConfigMap\.\/flux-system\/clusters-c1-apps-shop/,
    },
  ])('fail to build a folder with $title and keep what was applied', async ({ text, message }) => {
    const world = await worldWithPay()
    const before = world.report('c1', 'pay')
    const commit = await world.commit([
      serviceFile('c1', 'pay', { digest: newDigest }),
      { path: 'clusters/c1/apps/shop/other.yaml', text },
    ])
    await world.leapTo(settled + 60)
    const after = world.report('c1', 'pay')
    expect(after?.helmRelease).toEqual(before?.helmRelease)
    expect(after?.kustomization).toEqual({
      lastAppliedRevision: before?.kustomization?.lastAppliedRevision,
      lastAttemptedRevision: `main@sha1:${commit}`,
      ready: expect.objectContaining({
        status: 'False',
        reason: 'BuildFailed',
        message: expect.stringMatching(message),
      }),
    })
  })

  test('prune what vanished, uninstalling releases', async () => {
    const world = await worldWithPay()
    const cursor = (await world.fleet.read(undefined)).cursor
    await world.commit([{ path: servicePath('c1', 'pay'), remove: true }])
    await world.leapTo(settled + 60)
    const { reports } = await world.fleet.read(cursor)
    expect(reports).toMatchObject([{ name: 'pay', helmRelease: undefined, workloads: [] }])
  })

  test('prune nothing when a whole folder vanishes', async () => {
    const world = await worldWithPay()
    await world.commit([
      { path: servicePath('c1', 'pay'), remove: true },
      { path: 'clusters/c1/apps/shop/halyard.yaml', remove: true },
    ])
    await world.leapTo(settled + 60)
    const report = world.report('c1', 'pay')
    expect(report?.helmRelease?.generation).toBe(1)
    expect(report?.kustomization?.ready?.reason).toBe('ArtifactFailed')
  })

  test('wait for foundation namespaces at their first install only', async () => {
    const world = createWorld([c1], { behaviour: { requeueDependency: 5 } })
    const dependsOn = '  dependsOn: [{ name: apps-base, readyExpr: has(dep.status.lastAppliedRevision) }]'
    await world.commit([
      ...syncFiles('c1'),
      ...namespaceFiles('c1', 'shop', dependsOn),
      serviceFile('c1', 'pay'),
    ])
    await world.leapTo(100)
    expect(world.report('c1', 'pay')).toMatchObject({
      helmRelease: undefined,
      kustomization: { lastAppliedRevision: '', ready: { reason: 'DependencyNotReady' } },
    })
    await world.commit(namespaceFiles('c1', 'base'))
    await world.leapTo(200)
    expect(conditionsOf(world.report('c1', 'pay'))).toContain('Ready True InstallSucceeded')
    await world.commit([
      { path: 'clusters/c1/apps/base/bad.yaml', text: 'kind: [' },
      serviceFile('c1', 'pay', { digest: newDigest }),
    ])
    await world.leapTo(300)
    expect(world.report('c1', 'pay')?.chart?.digest).toBe(newDigest)
  })
})

describe('time', () => {
  test('gives the same timestamps whether it is walked or leapt over', async () => {
    const run = async (move: (world: World, to: number) => Promise<void>) => {
      const world = createWorld([c1, c2])
      await world.commit([
        ...clusterFiles('c1', [serviceFile('c1', 'pay')]),
        ...clusterFiles('c2', [serviceFile('c2', 'pay')]),
      ])
      await move(world, 150)
      await world.commit([
        serviceFile('c1', 'pay', { digest: newDigest, memory: '2Gi' }),
        serviceFile('c2', 'pay', { digest: newDigest, memory: '2Gi' }),
      ])
      await move(world, 300)
      return [world.report('c1', 'pay'), world.report('c2', 'pay')]
    }
    const walked = await run((world, to) => world.walkTo(to))
    const leapt = await run((world, to) => world.leapTo(to))
    expect(leapt).toEqual(walked)
  })

  test('counts a commit that came during a pause from its own time', async () => {
    const walked = await worldWithPay()
    const leapt = await worldWithPay()
    for (const world of [walked, leapt]) {
      world.clock.set(start + 250)
      await world.commit([serviceFile('c1', 'pay', { digest: newDigest })])
    }
    await walked.leapTo(250)
    await walked.walkTo(400)
    await leapt.leapTo(400)
    expect(leapt.report('c1', 'pay')).toEqual(walked.report('c1', 'pay'))
  })

  test('tells when something may happen next', async () => {
    const world = createWorld([c1])
    expect(world.fleet.nextEventAt()).toBeUndefined()
    await world.commit(clusterFiles('c1', [serviceFile('c1', 'pay')]))
    await world.fleet.advance()
    for (let steps = 0; steps < 100; steps++) {
      const next = world.fleet.nextEventAt()
      expect(next).toBeGreaterThan(world.clock.now())
      await world.leapTo((next ?? 0) - start)
      if (conditionOf(world.report('c1', 'pay'), 'Ready')?.status === 'True') return
    }
    expect.unreachable('pay never became ready')
  })

  test('goes on where a killed process was', async () => {
    const whole = await worldWithPay([c2])
    const killed = await worldWithPay([c2])
    for (const world of [whole, killed]) {
      await world.commit([serviceFile('c2', 'pay', { digest: newDigest, memory: '2Gi' })])
    }
    for (let second = settled; second < settled + 100; second += 3) {
      await whole.leapTo(second)
      await killed.leapTo(second)
      killed.restart()
    }
    await whole.leapTo(settled + 150)
    await killed.leapTo(settled + 150)
    expect(killed.report('c2', 'pay')).toEqual(whole.report('c2', 'pay'))
    await killed.commit([serviceFile('c2', 'pay')])
    await killed.leapTo(settled + 250)
    expect(conditionsOf(killed.report('c2', 'pay'))).toContain('Ready True UpgradeSucceeded')
  })

  test('saves only when something changed', async () => {
    const world = await worldWithPay()
    const { count } = world.saved
    await world.leapTo(settled + 1000)
    expect(world.saved.count).toBe(count)
  })
})

describe('reading', () => {
  test('gives what changed since the cursor, and every contact', async () => {
    const world = await worldWithPay([c1, c2])
    const all = await world.fleet.read(undefined)
    expect(all.reports.map(({ cluster }) => cluster).toSorted()).toEqual(['c1', 'c2'])
    expect(await world.fleet.read(all.cursor)).toMatchObject({ cursor: all.cursor, reports: [] })
    await world.commit([serviceFile('c2', 'pay', { replicas: 3 })])
    await world.leapTo(settled + 60)
    const changed = await world.fleet.read(all.cursor)
    expect(changed.reports.map(({ cluster }) => cluster).toSorted()).toEqual(['c1', 'c2'])
    await world.leapTo(settled + 61)
    expect((await world.fleet.read(changed.cursor)).contacts).toEqual([
      { cluster: 'c1', uid: 'uid-1', at: start + settled + 61 },
      { cluster: 'c2', uid: 'uid-2', at: start + settled + 61 },
    ])
  })

  test.each(['nonsense', '999999999', '-1.5'])(
    'gives everything for the unknown cursor %s',
    async (cursor) => {
      const world = await worldWithPay()
      expect((await world.fleet.read(cursor)).reports).toHaveLength(1)
    },
  )

  test('keeps cursors over a restart', async () => {
    const world = await worldWithPay()
    const { cursor } = await world.fleet.read(undefined)
    world.restart()
    expect(await world.fleet.read(cursor)).toMatchObject({ cursor, reports: [] })
    expect((await world.fleet.read(undefined)).reports).toHaveLength(1)
  })
})

describe('faults', () => {
  test('a silent cluster neither reads Git nor reports, and then reports everything', async () => {
    const world = await worldWithPay([c1, c2])
    const { cursor } = await world.fleet.read(undefined)
    world.fleet.silence('c1', start + settled + 100)
    await world.commit([serviceFile('c1', 'pay', { digest: newDigest })])
    await world.leapTo(settled + 90)
    const during = await world.fleet.read(cursor)
    expect(during.contacts.map(({ cluster }) => cluster)).toEqual(['c2'])
    expect(during.reports.map(({ cluster }) => cluster)).toEqual(['c2'])
    await world.leapTo(settled + 100)
    const after = await world.fleet.read(during.cursor)
    expect(after.contacts).toHaveLength(2)
    expect(after.reports).toMatchObject([{ cluster: 'c1', helmRelease: { generation: 1 } }])
    await world.leapTo(settled + 200)
    expect(world.report('c1', 'pay')?.chart?.digest).toBe(newDigest)
  })

  test('a rebuilt cluster is empty, has another identity and bootstraps again', async () => {
    const world = await worldWithPay()
    const { cursor } = await world.fleet.read(undefined)
    world.fleet.rebuild('c1')
    const rebuilt = await world.fleet.read(cursor)
    expect(rebuilt.reports).toMatchObject([{ name: 'pay', helmRelease: undefined, workloads: [] }])
    expect(rebuilt.contacts[0]?.uid).not.toBe('uid-1')
    await world.leapTo(settled + 100)
    expect(world.report('c1', 'pay')?.helmRelease).toMatchObject({
      generation: 1,
      status: { history: [{ version: 1 }] },
    })
  })

  test('pods that crash leave Ready True, and come back when healed', async () => {
    const world = await worldWithPay()
    expect(world.fleet.crashWorkload('c1', 'pay', 'CrashLoopBackOff')).toBe(true)
    const crashed = world.report('c1', 'pay')
    expect(conditionOf(crashed, 'Ready')?.status).toBe('True')
    expect(crashed?.workloads).toMatchObject([
      { current: false, since: start + settled, message: '0/2 ready, CrashLoopBackOff' },
    ])
    await world.leapTo(settled + 50)
    expect(world.fleet.heal('c1', 'pay')).toBe(true)
    expect(world.report('c1', 'pay')?.workloads).toMatchObject([
      { current: true, since: start + settled + 50 },
    ])
    expect(world.fleet.heal('c1', 'pay')).toBe(false)
  })

  test('a crash belongs to the version that crashed', async () => {
    const world = await worldWithPay()
    world.fleet.crashWorkload('c1', 'pay', 'CrashLoopBackOff')
    await world.commit([serviceFile('c1', 'pay', { digest: newDigest })])
    await world.leapTo(settled + 60)
    expect(world.report('c1', 'pay')?.workloads).toMatchObject([{ current: true }])
    await world.commit([serviceFile('c1', 'pay')])
    await world.leapTo(settled + 150)
    expect(conditionsOf(world.report('c1', 'pay'))).toContain('Ready False RollbackSucceeded')
  })

  test('nothing crashes where nothing runs', async () => {
    const world = await worldWithPay()
    expect(world.fleet.crashWorkload('c1', 'absent', 'x')).toBe(false)
    expect(world.fleet.crashWorkload('absent', 'pay', 'x')).toBe(false)
  })
})
