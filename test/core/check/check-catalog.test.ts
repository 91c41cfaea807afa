import { describe, expect, it } from 'vitest'
import { checkCatalog } from '../../../src/core/check/check-catalog.ts'
import { formatField } from '../../../src/core/check/format-findings.ts'
import type { Catalog } from '../../../src/core/domain/catalog.ts'
import type { Directive, Pin } from '../../../src/core/domain/directive.ts'
import type { Finding } from '../../../src/core/domain/finding.ts'
import type { Share } from '../../../src/core/domain/share.ts'
import { catalogOf, type CatalogParts, cluster, group, selector, service, version } from './build-catalog.ts'

/** Each finding as `file field: message`. */
function linesOf(parts: CatalogParts): readonly string[] {
  return checkCatalog(catalogOf(parts)).map(
    ({ file, field, message }) => `${file} ${formatField(field)}: ${message}`,
  )
}

function only(env: string) {
  return selector({ matchLabels: { env } })
}

const count = (number: number): Share => ({ kind: 'count', count: number })
const percent = (number: number): Share => ({ kind: 'percent', percent: number })

it('finds nothing in a good catalog', () => {
  expect(checkCatalog(catalogOf())).toEqual([])
})

it('tells for every finding what to do', () => {
  const findings = checkCatalog(catalogOf({ groups: [], services: [service('pay', { dependsOn: ['x'] })] }))
  expect(findings.length).toBeGreaterThan(1)
  for (const { remedy } of findings) expect(remedy).not.toBe('')
})

describe('clusters', () => {
  const clusters = [...catalogOf().clusters]

  it('are in a group', () => {
    const findings = checkCatalog(catalogOf({ clusters: [...clusters, cluster('stray', 'test')] }))
    expect(findings).toMatchObject([
      {
        scope: { kind: 'cluster', name: 'stray' },
        file: 'clusters/stray.yaml',
        message: 'cluster stray is in no deployment group',
      },
    ])
  })

  it('are not each told of a group that could not be read', () => {
    const broken = catalogOf({ groups: [group('canary', ['devel']), group('devel')] })
    const unread: Finding = {
      severity: 'error',
      scope: { kind: 'group', name: 'prod' },
      file: 'deployment-groups/prod.yaml',
      field: [],
      message: 'not valid YAML',
      remedy: 'correct the YAML',
    }
    expect(checkCatalog(broken)).toHaveLength(1)
    expect(checkCatalog(broken, [unread])).toEqual([])
  })

  it('are in no more than one group', () => {
    const greedy = { ...group('greedy'), clusterSelector: selector({ names: ['prod-*'] }) }
    const findings = checkCatalog(catalogOf({ groups: [...catalogOf().groups, greedy], services: [] }))
    expect(findings).toMatchObject([
      {
        scope: { kind: 'cluster', name: 'prod-1' },
        message: 'cluster prod-1 is in 2 deployment groups: prod and greedy',
      },
    ])
  })
})

describe('groups', () => {
  const [canary, devel, prod] = [group('canary', ['devel']), group('devel'), group('prod', ['canary'])]

  it('select clusters', () => {
    expect(linesOf({ groups: [canary, devel, prod, group('empty')] })).toEqual([
      'deployment-groups/empty.yaml spec.clusterSelector: the selector of group empty selects no cluster',
    ])
  })

  it('come after groups that exist', () => {
    expect(linesOf({ groups: [canary, group('devel', ['lab']), prod] })).toEqual([
      'deployment-groups/devel.yaml spec.after[0]: there is no deployment group lab',
    ])
  })

  it('do not come after themselves, which each of the circle is told', () => {
    const message = 'the promotion order goes in a circle: canary → prod → devel → canary'
    expect(
      linesOf({ groups: [group('canary', ['prod']), group('devel', ['canary']), group('prod', ['devel'])] }),
    ).toEqual([
      `deployment-groups/prod.yaml spec.after: ${message}`,
      `deployment-groups/devel.yaml spec.after: ${message}`,
      `deployment-groups/canary.yaml spec.after: ${message}`,
    ])
    expect(linesOf({ groups: [canary, group('devel', ['devel']), prod] })).toEqual([
      'deployment-groups/devel.yaml spec.after: the promotion order goes in a circle: devel → devel',
    ])
  })

  it.each<[readonly Share[], readonly string[]]>([
    [[count(1), percent(10), count(5), percent(100)], []],
    [
      [percent(50), percent(50), percent(100)],
      ['spec.strategy.waves[1]: wave 2 (50%) is not larger than 50% before it'],
    ],
    [
      [count(5), percent(10), count(2), percent(100)],
      ['spec.strategy.waves[2]: wave 3 (2) is not larger than 5 before it'],
    ],
    [
      [count(1), percent(50)],
      ['spec.strategy.waves[1]: the last wave is 50%, so releases never reach every cluster'],
    ],
    [
      [percent(100), count(1)],
      ['spec.strategy.waves[1]: the last wave is 1, so releases never reach every cluster'],
    ],
  ])('have waves that ascend to 100%: %j', (waves, lines) => {
    expect(linesOf({ groups: [canary, devel, group('prod', ['canary'], { waves })] })).toEqual(
      lines.map((line) => `deployment-groups/prod.yaml ${line}`),
    )
  })

  it('have no wave without clusters', () => {
    const waves = [percent(0), percent(100)]
    expect(linesOf({ groups: [canary, devel, group('prod', ['canary'], { waves })] })).toEqual([
      'deployment-groups/prod.yaml spec.strategy.waves[0]: wave 1 (0%) takes no cluster',
    ])
  })

  it('give releases time to become healthy', () => {
    expect(linesOf({ groups: [canary, devel, group('prod', ['canary'], { deadline: 0 })] })).toEqual([
      'deployment-groups/prod.yaml spec.strategy.deadline: a deadline of 0 fails every cluster at once',
    ])
  })
})

describe('the deadline of a group', () => {
  const [canary, devel] = [group('canary', ['devel']), group('devel')]
  const groupsWith = (deadline: number) => [canary, devel, group('prod', ['canary'], { deadline })]

  it('leaves time for a failing upgrade and its rollback', () => {
    const helmRelease = { spec: { timeout: '5m' } }
    expect(linesOf({ groups: groupsWith(600), helmRelease })).toEqual([])
    expect(checkCatalog(catalogOf({ groups: groupsWith(599), helmRelease }))).toEqual([
      {
        severity: 'error',
        scope: { kind: 'group', name: 'prod' },
        file: 'deployment-groups/prod.yaml',
        field: ['spec', 'strategy', 'deadline'],
        message:
          'the deadline of 9m59s is shorter than a failing upgrade and its rollback may take: 5m + 5m = 10m',
        remedy: 'raise the deadline to 10m, or lower spec.timeout in templates/helm-release.yaml',
      },
    ])
  })

  it.each<[object, string | undefined]>([
    [{ upgrade: { timeout: '1h' }, rollback: { timeout: '90s' } }, '1h + 1m30s = 1h1m30s'],
    [{ timeout: '30s', upgrade: { timeout: '15m0.5s' } }, '15m1s + 30s = 15m31s'],
    [{ timeout: '3m' }, undefined],
    [{ timeout: 'five' }, '5m + 5m = 10m'],
  ])('is held against the timeouts of the skeleton: %j', (spec, figures) => {
    const findings = checkCatalog(catalogOf({ groups: groupsWith(540), helmRelease: { spec: { ...spec } } }))
    const own = findings.filter(({ scope }) => scope.kind === 'group' && scope.name === 'prod')
    expect(own.map(({ message }) => message.split(': ')[1])).toEqual(figures === undefined ? [] : [figures])
  })

  it('does not matter where no service goes', () => {
    expect(
      linesOf({ groups: groupsWith(10), services: [service('pay', { targets: only('devel') })] }),
    ).toEqual([])
  })
})

it('gives clusters time to report', () => {
  expect(checkCatalog(catalogOf({ silentAfter: 0 }))).toEqual([
    {
      severity: 'error',
      scope: { kind: 'catalog' },
      file: 'halyard.yaml',
      field: ['spec', 'silentAfter'],
      message: 'a silentAfter of 0 makes every cluster count as silent, so that nothing moves',
      remedy: 'write how long a cluster may report nothing, such as 10m',
    },
  ])
})

it('lets change budgets look back for a day at most', () => {
  const catalog = catalogOf()
  const within = (seconds: number): Catalog => {
    const budget = { per: { kind: 'fleet' as const }, max: count(5), within: seconds }
    return { ...catalog, settings: { ...catalog.settings, changeBudgets: [budget] } }
  }
  expect(checkCatalog(within(24 * 3600))).toEqual([])
  expect(checkCatalog(within(48 * 3600))).toEqual([
    {
      severity: 'error',
      scope: { kind: 'catalog' },
      file: 'halyard.yaml',
      field: ['spec', 'changeBudgets', 0, 'within'],
      message: '48h is longer than 24h, the time for which changes are known',
      remedy: 'write 24h or less',
    },
  ])
})

describe('names', () => {
  it('of services do not take the place of the marker of their folder', () => {
    expect(linesOf({ services: [service('halyard', { namespace: 'ops' })] })).toEqual([
      'services/halyard/service.yaml metadata.name: a service can not be called halyard: clusters/<cluster>/apps/ops/halyard.yaml is the marker of its folder',
    ])
  })

  it('of namespaces do not either', () => {
    expect(linesOf({ services: [service('pay', { namespace: 'halyard' })] })).toEqual([
      'services/pay/service.yaml spec.namespace: a namespace can not be called halyard: clusters/<cluster>/namespaces/halyard.yaml is the marker of its folder',
    ])
  })
})

describe('targets', () => {
  it('select clusters', () => {
    expect(linesOf({ services: [service('pay', { targets: only('test') })] })).toEqual([
      'services/pay/service.yaml spec.targets: the targets of pay select no cluster',
    ])
  })

  it('may be none on purpose', () => {
    expect(linesOf({ services: [service('pay', { targets: 'none' })] })).toEqual([])
  })

  it('reach no group without a group that proves releases for it', () => {
    expect(linesOf({ services: [service('pay', { targets: only('prod') })] })).toEqual([
      'services/pay/service.yaml spec.targets: pay targets clusters of prod but none of canary, where its releases would be proven first',
    ])
  })

  it('are warned of when they skip a stage', () => {
    const findings = checkCatalog(
      catalogOf({ services: [service('pay', { targets: selector({ names: ['!canary-*'] }) })] }),
    )
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        message: 'pay targets clusters of prod but none of canary, so its releases skip that stage',
      },
    ])
  })

  const waiver = (...groups: readonly string[]) =>
    groups.map((name) => ({ group: name, reason: 'it needs GPUs, which only prod has' }))

  it('may skip groups on purpose, each of them named with the reason', () => {
    const targets = only('prod')
    const linesWith = (...groups: readonly string[]) =>
      linesOf({ services: [service('pay', { targets, skipGroups: waiver(...groups) })] })
    expect(linesWith('canary', 'devel')).toEqual([])
    expect(linesWith('canary')).toEqual([
      'services/pay/service.yaml spec.targets: pay targets clusters of prod but none of devel, where its releases would be proven first',
    ])
    const skipping = selector({ names: ['!canary-*'] })
    expect(
      linesOf({ services: [service('pay', { targets: skipping, skipGroups: waiver('canary') })] }),
    ).toEqual([])
  })

  it('skip only groups that exist and have no targets', () => {
    const services = [service('pay', { skipGroups: waiver('lab', 'canary') })]
    expect(linesOf({ services })).toEqual([
      'services/pay/service.yaml spec.skipGroups[0].group: there is no deployment group lab',
      'services/pay/service.yaml spec.skipGroups[1].group: pay targets clusters of canary, so its releases are proven there and skip nothing',
    ])
  })

  it('may stay in the first group', () => {
    expect(linesOf({ services: [service('pay', { targets: only('devel') })] })).toEqual([])
  })
})

describe('dependencies', () => {
  it('exist', () => {
    expect(linesOf({ services: [service('pay', { dependsOn: ['ledgr'] })] })).toEqual([
      'services/pay/service.yaml spec.dependsOn[0]: there is no service ledgr',
    ])
  })

  it('run on the same clusters', () => {
    const services = [
      service('ledger', { targets: only('devel') }),
      service('pay', { dependsOn: ['ledger'] }),
    ]
    expect(linesOf({ services })).toEqual([
      'services/pay/service.yaml spec.dependsOn[0]: pay would wait for ever on canary-1 and prod-1, where ledger does not run',
    ])
  })

  it('are not installed later', () => {
    const services = [service('dns', { tier: 'foundation', dependsOn: ['pay'] }), service('pay')]
    expect(linesOf({ services })).toEqual([
      'services/dns/service.yaml spec.dependsOn[0]: dns is of tier foundation, which is installed before pay of tier standard',
    ])
  })

  it('do not go in a circle, which each of the circle is told', () => {
    const services = [
      service('a', { dependsOn: ['b'] }),
      service('b', { dependsOn: ['c'] }),
      service('c', { dependsOn: ['a'] }),
      service('d', { dependsOn: ['a'] }),
    ]
    const message = 'services wait for each other in a circle: a → b → c → a'
    expect(linesOf({ services }).toSorted()).toEqual([
      `services/a/service.yaml spec.dependsOn: ${message}`,
      `services/b/service.yaml spec.dependsOn: ${message}`,
      `services/c/service.yaml spec.dependsOn: ${message}`,
    ])
  })
})

describe('services of one namespace', () => {
  it('do not share a release name', () => {
    const services = [
      service('a', { namespace: 'shop', releaseName: 'x' }),
      service('x', { namespace: 'shop' }),
      service('y', { releaseName: 'x' }),
    ]
    expect(linesOf({ services })).toEqual([
      'services/a/service.yaml spec.releaseName: a and x share the release name x in namespace shop',
      'services/x/service.yaml spec.namespace: x and a share the release name x in namespace shop',
    ])
  })

  it('share a tier; those of the rarer one are told', () => {
    const inShop = { namespace: 'shop' }
    const services = [
      service('a', inShop),
      service('b', { ...inShop, tier: 'foundation' }),
      service('c', inShop),
    ]
    expect(linesOf({ services })).toEqual([
      'services/b/service.yaml spec.tier: b is of tier foundation, but a and c in its namespace shop are not',
    ])
  })
})

describe('versions', () => {
  it('belong to a service', () => {
    expect(
      linesOf({ versions: [version('pay', '1.0.0'), version('gone', '1.0.0'), version('gone', '2.0.0')] }),
    ).toEqual(['services/gone/versions/1.0.0.yaml spec.service: there is no service gone'])
  })

  it('take charts from a repository that exists', () => {
    expect(linesOf({ versions: [version('pay', '1.0.0', 'mian')] })).toEqual([
      'services/pay/versions/1.0.0.yaml spec.chart.repository: there is no chart repository mian',
    ])
  })

  it('are not equal in order', () => {
    expect(
      linesOf({ versions: [version('pay', '1.0.0'), version('pay', '1.0.0+x'), version('pay', '1.0.1')] }),
    ).toEqual([
      'services/pay/versions/1.0.0+x.yaml spec.version: versions 1.0.0 and 1.0.0+x are equal in order, so neither is newer',
    ])
  })
})

describe('secrets', () => {
  const withSecrets = (number: string) => ({
    ...version('pay', number),
    secrets: [{ path: 'pay', key: 'token', target: 'token' }],
  })

  it('are used by any service but those beside External Secrets', () => {
    expect(linesOf({ versions: [withSecrets('1.0.0')] })).toEqual([])
    const services = [service('pay', { namespace: 'external-secrets' })]
    const findings = checkCatalog(
      catalogOf({ services, versions: [withSecrets('1.0.0'), withSecrets('1.1.0')] }),
    )
    expect(findings.map(({ severity, file, field }) => [severity, file, field])).toEqual([
      ['warning', 'services/pay/versions/1.0.0.yaml', ['spec', 'secrets']],
      ['error', 'services/pay/versions/1.1.0.yaml', ['spec', 'secrets']],
    ])
    expect(findings[1]?.message).toBe(
      'pay runs in external-secrets, the namespace of External Secrets, which can not read secrets before it runs',
    )
  })
})

describe('orders', () => {
  const hold = (scope: { service?: string; group?: string }): Directive => ({
    kind: 'Hold',
    name: 'h',
    scope: { service: scope.service, group: scope.group },
    rollbacks: false,
    reason: 'r',
    file: 'directives/h.yaml',
  })

  it('name a service, a group and a version that exist', () => {
    const rollback: Directive = {
      kind: 'Rollback',
      name: 'r',
      service: 'pay',
      group: 'pord',
      from: '9.9.9',
      reason: 'r',
      file: 'directives/r.yaml',
    }
    expect(linesOf({ directives: [hold({ service: 'pya' }), hold({ group: 'pord' }), rollback] })).toEqual([
      'directives/h.yaml spec.service: there is no service pya',
      'directives/h.yaml spec.group: there is no deployment group pord',
      'directives/r.yaml spec.group: there is no deployment group pord',
      'directives/r.yaml spec.from: pay has no version 9.9.9',
    ])
  })

  it('that freeze have a schedule that can be read, in a time zone that exists', () => {
    const freeze = (cron: string, timeZone: string, duration = 3600): Directive => ({
      kind: 'Freeze',
      name: 'f',
      mode: 'deny',
      schedule: { cron, timeZone, duration },
      scope: { service: 'pay', group: undefined },
      from: undefined,
      until: undefined,
      reason: 'r',
      file: 'directives/f.yaml',
    })
    const orders = [
      freeze('0 18 * * FRI', 'Europe/Berlin'),
      freeze('0 18 * * FRY', 'Europe/Berlin'),
      freeze('0 18 * * FRI', 'Europe/Berlyn'),
      freeze('0 0 31 2 *', 'UTC'),
      freeze('0 0 * * *', 'UTC', 0),
    ]
    expect(linesOf({ directives: orders })).toEqual([
      'directives/f.yaml spec.schedule.cron: "0 18 * * FRY" is no cron expression',
      'directives/f.yaml spec.schedule.timeZone: there is no time zone Europe/Berlyn',
      'directives/f.yaml spec.schedule.cron: "0 0 31 2 *" never comes',
      'directives/f.yaml spec.schedule.duration: windows of no length freeze nothing',
    ])
  })

  it('that freeze begin before they end', () => {
    const freeze = (from: number, until: number): Directive => ({
      kind: 'Freeze',
      name: 'f',
      mode: 'deny',
      schedule: undefined,
      scope: { service: 'pay', group: undefined },
      from,
      until,
      reason: 'r',
      file: 'directives/f.yaml',
    })
    expect(linesOf({ directives: [freeze(1, 2), freeze(2, 2)] })).toEqual([
      'directives/f.yaml spec.until: the freeze is over before it begins',
    ])
  })

  it('that promote what another order keeps out are told', () => {
    const order = { name: 'o', service: 'pay', version: '1.0.0', reason: 'r' }
    const withdraw: Directive = { ...order, kind: 'Withdraw', moves: false, file: 'directives/w.yaml' }
    const promote: Directive = {
      ...order,
      kind: 'Promote',
      group: 'prod',
      proof: 'p',
      file: 'directives/p.yaml',
    }
    expect(checkCatalog(catalogOf({ directives: [promote, withdraw] }))).toMatchObject([
      {
        severity: 'warning',
        file: 'directives/p.yaml',
        message: '1.0.0 is withdrawn by directives/w.yaml, so this does nothing',
      },
    ])
  })

  it('that pin one place to two versions contradict, whatever else is pinned', () => {
    const pin = (name: string, number: string, parts: Partial<Pin> = {}): Pin => ({
      kind: 'Pin',
      name,
      service: 'pay',
      group: undefined,
      version: number,
      clusters: undefined,
      reason: 'r',
      file: `directives/${name}.yaml`,
      ...parts,
    })
    const versions = [version('pay', '1.0.0'), version('pay', '2.0.0')]
    const few = selector({ names: ['prod-1'] })
    const message = 'directives/a.yaml pins pay to 1.0.0 in the same place'
    const pinned = (...directives: readonly Pin[]) => linesOf({ versions, directives })
    expect(pinned(pin('a', '1.0.0'), pin('b', '2.0.0', { group: 'prod' }))).toEqual([
      `directives/b.yaml spec.version: ${message}`,
    ])
    expect(pinned(pin('a', '1.0.0', { clusters: few }), pin('b', '2.0.0', { clusters: few }))).toHaveLength(1)
    expect(pinned(pin('a', '1.0.0'), pin('b', '2.0.0', { clusters: few }))).toEqual([])
    expect(pinned(pin('a', '1.0.0'), pin('b', '1.0.0'))).toEqual([])
    expect(pinned(pin('a', '1.0.0', { group: 'devel' }), pin('b', '2.0.0', { group: 'prod' }))).toEqual([])
  })

  it('that select no cluster are told, and stop nothing', () => {
    const cordon: Directive = {
      kind: 'Cordon',
      name: 'c',
      clusters: selector({ names: ['pord-*'] }),
      reason: 'r',
      file: 'directives/c.yaml',
    }
    expect(checkCatalog(catalogOf({ directives: [cordon] }))).toMatchObject([
      { severity: 'warning', field: ['spec', 'clusters'], message: 'the clusters of this Cordon are none' },
    ])
  })

  it('stop everything when a hold names no group that exists, as it was meant to stop something', () => {
    expect(checkCatalog(catalogOf({ directives: [hold({ group: 'pord' })] }))).toMatchObject([
      { scope: { kind: 'catalog' } },
    ])
  })
})

describe('documents that could not be read', () => {
  const unread = (file: string): Finding => ({
    severity: 'error',
    scope: { kind: 'service', name: 'x' },
    file,
    field: [],
    message: 'not valid YAML',
    remedy: 'correct the YAML',
  })

  it('are not told as missing by orders and versions that name them', () => {
    const hold: Directive = {
      kind: 'Hold',
      name: 'h',
      scope: { service: 'gone', group: 'lab' },
      rollbacks: false,
      reason: 'r',
      file: 'directives/h.yaml',
    }
    const rollback: Directive = {
      kind: 'Rollback',
      name: 'r',
      service: 'pay',
      group: 'prod',
      from: '2.0.0',
      reason: 'r',
      file: 'directives/r.yaml',
    }
    const versions = [version('pay', '1.0.0', 'extra'), version('gone', '1.0.0')]
    const catalog = catalogOf({ directives: [hold, rollback], versions })
    const files = [
      'services/gone/service.yaml',
      'deployment-groups/lab.yaml',
      'services/pay/versions/2.0.0.yaml',
      'chart-repositories/extra.yaml',
    ]
    expect(checkCatalog(catalog)).toHaveLength(5)
    expect(checkCatalog(catalog, files.map(unread))).toEqual([])
  })

  it('stop what depends on them, which is told what to mend', () => {
    const catalog = catalogOf({ services: [service('pay', { dependsOn: ['ledger'] })] })
    expect(checkCatalog(catalog, [unread('services/ledger/service.yaml')])).toMatchObject([
      { message: 'service ledger could not be read', remedy: 'correct services/ledger/service.yaml' },
    ])
  })
})

describe('a large catalog', () => {
  const envs = ['devel', 'canary', 'prod']
  const clusters = Array.from({ length: 2000 }, (_, index) => {
    const env = envs[index % 3] ?? ''
    return cluster(`c${index}`, env, {
      labels: { env, region: `r${index % 17}` },
      metadata: { n: index % 5 },
    })
  })
  const services = Array.from({ length: 500 }, (_, index) =>
    service(`s${index}`, { dependsOn: index === 0 ? [] : [`s${index - 1}`] }),
  )
  const versions = services.flatMap(({ name }, index) =>
    Array.from({ length: 10 }, (_, number) =>
      version(name, `1.${number}.0`, 'main', {
        region: '${cluster.labels.region}',
        where: 'on ${cluster.name}',
        count: `\${cluster.metadata.n + ${index}}`,
      }),
    ),
  )
  const catalog = catalogOf({ clusters, services, versions })
  const millisecondsFor = (changed: Partial<Catalog>, findings: number): number => {
    const start = performance.now()
    expect(checkCatalog({ ...catalog, ...changed })).toHaveLength(findings)
    return performance.now() - start
  }

  it('is checked in time, and sooner after one change', () => {
    expect(millisecondsFor({}, 0)).toBeLessThan(5000)
    const stripped = clusters.with(7, cluster('c7', 'canary'))
    expect(millisecondsFor({ clusters: stripped }, 1000)).toBeLessThan(600)
    expect(millisecondsFor({}, 0)).toBeLessThan(600)
  })
})
