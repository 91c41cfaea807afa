import { describe, expect, it } from 'vitest'
import { checkCatalog } from '../../../src/core/check/check-catalog.ts'
import { checkVersions } from '../../../src/core/check/versions.ts'
import { freezes } from '../../../src/core/check/freezes.ts'
import type { Catalog } from '../../../src/core/domain/catalog.ts'
import type { Service } from '../../../src/core/domain/service.ts'
import type { KustomizePin, ServiceVersion } from '../../../src/core/domain/service-version.ts'
import type { SourceRepository } from '../../../src/core/domain/source-repository.ts'
import { catalogOf, service, version } from './build-catalog.ts'

const commit: KustomizePin = { kind: 'commit', commit: 'a'.repeat(40) }
const digest: KustomizePin = { kind: 'digest', artifact: undefined, digest: `sha256:${'a'.repeat(64)}` }
const git: SourceRepository = {
  name: 'deploy',
  type: 'git',
  url: 'https://git.example.com/deploy',
  branch: undefined,
  secretRef: undefined,
  verificationSecretRef: undefined,
  file: 'source-repositories/deploy.yaml',
}

function kustomized(name: string, pin: KustomizePin = commit, repository = 'deploy'): ServiceVersion {
  const kustomize = { repository, pin, path: '.', timeout: undefined, wait: undefined }
  return {
    ...version(name, '1.0.0'),
    payload: { kind: 'kustomize', kustomize: { ...kustomize, healthChecks: [], healthCheckExprs: [] } },
  }
}

function catalogWith(services: readonly Service[], versions: readonly ServiceVersion[]): Catalog {
  return { ...catalogOf({ services, versions }), sourceRepositories: new Map([['deploy', git]]) }
}

function linesOf(
  services: readonly Service[],
  versions: readonly ServiceVersion[],
  unread: ReadonlySet<string> = new Set(),
): readonly string[] {
  return checkVersions(catalogWith(services, versions), unread).map(
    ({ file, field, message, severity }) => `${severity} ${file} ${field.join('.')}: ${message}`,
  )
}

describe('a kustomize payload', () => {
  it('is without fault where its repository has what is pinned', () => {
    expect(linesOf([service('web')], [kustomized('web')])).toEqual([])
  })

  it('comes from a repository that exists, or that can not be read', () => {
    const versions = [kustomized('web', commit, 'gone')]
    expect(linesOf([service('web')], versions)).toEqual([
      'error services/web/versions/1.0.0.yaml spec.kustomize.repository: there is no source repository gone',
    ])
    expect(linesOf([service('web')], versions, new Set(['source-repositories/gone.yaml']))).toEqual([])
  })

  it('pins what its repository has', () => {
    expect(linesOf([service('web')], [kustomized('web', digest)])).toEqual([
      'error services/web/versions/1.0.0.yaml spec.kustomize.digest: source repository deploy is of type git, which has no digest',
    ])
  })

  it('is called in flux-system as nothing of Flux itself', () => {
    const inFlux = service('apps-web', { namespace: 'flux-system' })
    expect(linesOf([inFlux], [kustomized('apps-web')])).toEqual([
      expect.stringContaining('can not be called apps-web in flux-system'),
    ])
    expect(linesOf([inFlux], [version('apps-web', '1.0.0')])).toEqual([])
    expect(linesOf([service('apps-web')], [kustomized('apps-web')])).toEqual([])
  })

  it('is waited for by its like only', () => {
    const services = [service('web', { dependsOn: ['base'] }), service('base')]
    expect(linesOf(services, [kustomized('web'), kustomized('base')])).toEqual([])
    for (const versions of [
      [kustomized('web'), version('base', '1.0.0')],
      [version('web', '1.0.0'), kustomized('base')],
    ])
      expect(linesOf(services, versions)).toEqual([
        expect.stringMatching(
          /^warning services\/web\/service\.yaml spec\.dependsOn\.0: web .* can not wait for base/,
        ),
      ])
  })

  it('is frozen by an error of its repository, and a chart from one of the same name is not', () => {
    const catalog = catalogWith(
      [service('web'), service('chart')],
      [kustomized('web'), version('chart', '1.0.0', 'deploy')],
    )
    const finding = {
      severity: 'error',
      scope: { kind: 'sourceRepository', name: 'deploy' },
      file: git.file,
      field: [],
      message: 'bad',
      remedy: 'mend it',
    } as const
    expect([...freezes(catalog, [finding]).services]).toEqual(['web'])
  })
})

describe('the timeout of a kustomize payload', () => {
  const withTimeout = (timeout: string | undefined): ServiceVersion => {
    const { payload, ...rest } = kustomized('web')
    return payload.kind === 'kustomize'
      ? { ...rest, payload: { ...payload, kustomize: { ...payload.kustomize, timeout } } }
      : { payload, ...rest }
  }
  const findings = (timeout: string | undefined) =>
    checkCatalog(catalogWith([service('web')], [withTimeout(timeout)])).filter(({ field }) =>
      field.includes('kustomize'),
    )

  it('ends before the group judges it', () => {
    expect(findings('20m')).toEqual([])
    expect(findings('20m1s')).toEqual([
      {
        severity: 'error',
        scope: { kind: 'service', name: 'web' },
        file: 'services/web/versions/1.0.0.yaml',
        field: ['spec', 'kustomize', 'timeout'],
        message:
          'the timeout, 20m1s, is longer than the deadline of deployment group canary, 20m: it would be judged before Flux has',
        remedy: 'write a timeout of at most 20m, or raise spec.strategy.deadline of canary',
      },
    ])
  })

  it('is that of the skeleton where the version has none', () => {
    const catalog = catalogWith([service('web')], [withTimeout(undefined)])
    const objects = { ...catalog.templates.objects, 'service-kustomization': { spec: { timeout: '1h' } } }
    const found = checkCatalog({ ...catalog, templates: { ...catalog.templates, objects } })
    expect(found.filter(({ field }) => field.includes('kustomize'))).toMatchObject([
      {
        field: ['spec', 'kustomize'],
        message:
          'the timeout of templates/service-kustomization.yaml, 1h, is longer than the deadline of deployment group canary, 20m: it would be judged before Flux has',
      },
    ])
  })
})

it('a payload of another kind is an error in older versions too, another chart a warning', () => {
  const older = [kustomized('web'), version('web', '1.1.0'), version('web', '1.2.0')]
  const kinds = checkCatalog(catalogWith([service('web')], older)).filter(({ message }) =>
    message.includes('since version'),
  )
  expect(kinds.map(({ severity, file }) => [severity, file])).toEqual([
    ['error', 'services/web/versions/1.1.0.yaml'],
    ['error', 'services/web/versions/1.2.0.yaml'],
  ])
})
