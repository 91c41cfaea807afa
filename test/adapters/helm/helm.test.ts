import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HelmError } from '../../../src/adapters/helm/helm-error.ts'
import { createHelm } from '../../../src/adapters/helm/helm.ts'
import { inspectArchive } from '../../../src/adapters/helm/inspect-chart.ts'
import type { Helm } from '../../../src/adapters/helm/port.ts'
import { readFile } from 'node:fs/promises'
import { exampleCharts, helmForTests, temporaryFolder } from './example-charts.ts'

const binary = await helmForTests()
const web = join(exampleCharts, 'web')
const image = { repository: 'registry.example.com/pay', tag: '1.0.0' }

let folder: string

beforeAll(async () => {
  folder = await temporaryFolder()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.skipIf(binary === undefined)('helm', () => {
  let helm: Helm

  beforeAll(async () => {
    helm = await createHelm({ binary: binary ?? '' })
  })

  afterAll(() => helm.close())

  it('tells its version', async () => {
    expect(await helm.version()).toMatch(/^v\d+\.\d+\.\d+/)
  })

  it('renders the workloads of a chart for a release', async () => {
    const values = { image, replicas: 4 }
    const manifest = await helm.template({ chart: web, releaseName: 'pay', namespace: 'shop', values })
    expect(manifest).toContain('kind: Deployment')
    expect(manifest).toContain('replicas: 4')
    expect(manifest).toContain('registry.example.com/pay:1.0.0')
  })

  it('refuses values that break the schema, unless told to skip it', async () => {
    const request = { chart: web, releaseName: 'pay', namespace: 'shop', values: { image, replicas: 'four' } }
    await expect(helm.template(request)).rejects.toMatchObject({
      name: 'HelmError',
      command: 'helm template',
      exitCode: 1,
      kind: 'invalid',
      retryable: false,
      stderr: expect.stringContaining('/replicas') as string,
    })
    expect(await helm.template({ ...request, skipSchema: true })).toContain('replicas: four')
  })

  it('lints a chart and tells each fault', async () => {
    expect(await helm.lint(web, { image })).toEqual({ kind: 'clean' })
    const outcome = await helm.lint(web, { image, replicas: 'four' })
    expect(outcome).toMatchObject({ kind: 'faults' })
    expect(JSON.stringify(outcome)).toContain('got string, want integer')
  })

  it('shows what a chart says of itself', async () => {
    expect(await helm.show('chart', web)).toMatch(/^name: web$/m)
    expect(await helm.show('values', web)).toContain('# Environment of the container')
  })

  it('packs a folder into an archive that is safe to open', async () => {
    const path = await helm.package(web, folder)
    expect(path).toBe(join(folder, 'web-1.3.0.tgz'))
    expect(inspectArchive(await readFile(path))).toEqual({ kind: 'safe', outsideSchema: undefined })
  })

  it('takes a chart whose name looks like an option for a name', async () => {
    const request = { chart: web, releaseName: '--help', namespace: 'shop', values: { image } }
    await expect(helm.template(request)).rejects.toMatchObject({ kind: 'invalid' })
  })

  it('says that a registry can not be reached, which may pass', async () => {
    const destination = join(folder, 'pulled')
    await mkdir(destination)
    const digest = `sha256:${'0'.repeat(64)}`
    await expect(
      helm.pull({ chart: 'oci://127.0.0.1:1/charts/web', pin: { digest }, destination }),
    ).rejects.toMatchObject({ kind: 'network', retryable: true })
  })
})

describe('a program instead of helm', () => {
  const opened: Helm[] = []

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((helm) => helm.close()))
  })

  /** Helm as a shell script, with short limits. */
  async function fake(script: string): Promise<Helm> {
    const path = join(folder, 'fake-helm')
    await writeFile(path, `#!/bin/sh\n${script}\n`)
    await chmod(path, 0o755)
    const helm = await createHelm({ binary: path, limits: { timeout: 500, maxOutput: 1000 } })
    opened.push(helm)
    return helm
  }

  it('is ended when it takes too long', async () => {
    const helm = await fake('exec sleep 60')
    await expect(helm.version()).rejects.toMatchObject({
      kind: 'timeout',
      exitCode: undefined,
      retryable: true,
      message: 'helm version failed: it took longer than 0.5 s',
    })
  })

  it('is ended when it prints too much', async () => {
    const helm = await fake('exec yes')
    await expect(helm.version()).rejects.toMatchObject({ kind: 'tooLarge', retryable: false })
  })

  it('sees an empty home and nothing of the environment', async () => {
    process.env['HELM_REPOSITORY_CONFIG'] = '/somewhere'
    const helm = await fake('ls "$HOME"; echo "$HELM_REPOSITORY_CONFIG" "$KUBECONFIG" "$PATH"')
    const seen = await helm.version().finally(() => delete process.env['HELM_REPOSITORY_CONFIG'])
    expect(seen).not.toContain('/somewhere')
    expect(seen.split('\n')[0]).toBe('plugins')
  })

  it('that is not there is told as such', async () => {
    const helm = await createHelm({ binary: join(folder, 'no-helm') })
    opened.push(helm)
    const error: unknown = await helm.version().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(HelmError)
    expect(error).toMatchObject({
      kind: 'notFound',
      message: 'helm version failed: there is no such program',
    })
  })

  it('runs at most twice at once', async () => {
    const log = join(folder, 'runs')
    const helm = await fake(`echo + >> ${log}; sleep 0.1; echo - >> ${log}`)
    await Promise.all(Array.from({ length: 6 }, () => helm.version()))
    let running = 0
    let most = 0
    for (const line of (await readFile(log, 'utf8')).trim().split('\n')) {
      running += line === '+' ? 1 : -1
      most = Math.max(most, running)
    }
    expect(most).toBe(2)
  })
})
