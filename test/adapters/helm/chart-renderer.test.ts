import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createChartRenderer } from '../../../src/adapters/helm/chart-renderer.ts'
import { createHelm } from '../../../src/adapters/helm/helm.ts'
import type { ChartRenderer, RenderOutcome, RenderRequest } from '../../../src/adapters/helm/port.ts'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'
import { packChart } from '../../../examples/pack-chart.ts'
import { exampleCharts, helmForTests, packInto, temporaryFolder } from './example-charts.ts'
import { type OciRegistry, serveOciChart } from './oci-registry.ts'
import { tarFile } from './tar-file.ts'

const binary = await helmForTests()
const web = await packChart(join(exampleCharts, 'web'))
const values = { image: { repository: 'registry.example.com/pay', tag: '1.0.0' } }

describe.skipIf(binary === undefined)('createChartRenderer', () => {
  let folder: string
  const opened: ChartRenderer[] = []
  const servers: Server[] = []

  beforeEach(async () => {
    folder = await temporaryFolder()
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((renderer) => renderer.close()))
    for (const server of servers.splice(0)) server.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function open(from?: string): Promise<ChartRenderer> {
    const helm = await createHelm({ binary: binary ?? '' })
    const renderer = await createChartRenderer({ helm, cache: join(folder, 'cache'), from })
    opened.push(renderer)
    return renderer
  }

  /** A server on loopback; tells its URL. */
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : ''
  }

  function request(url: string, change: Partial<RenderRequest> = {}): RenderRequest {
    return {
      chart: { repository: 'main', name: 'web', version: '1.3.0', digest: web.digest },
      repository: {
        name: 'main',
        type: 'http',
        url,
        secretRef: undefined,
        certSecretRef: undefined,
        verification: undefined,
        file: 'chart-repositories/main.yaml',
      },
      releaseName: 'pay',
      namespace: 'shop',
      values,
      ...change,
    }
  }

  function kindsOf(outcome: RenderOutcome): readonly string[] | RenderOutcome {
    return outcome.kind === 'rendered' ? outcome.objects.map(({ kind }) => kind).toSorted() : outcome
  }

  describe('over HTTP', () => {
    it('takes an archive from its usual place', async () => {
      const url = await serve((req, res) => {
        res.statusCode = req.url === '/charts/web-1.3.0.tgz' ? 200 : 404
        res.end(res.statusCode === 200 ? web.archive : undefined)
      })
      const outcome = await (await open()).render(request(`${url}/charts`))
      expect(kindsOf(outcome)).toEqual(['Deployment', 'PodDisruptionBudget', 'Service'])
    })

    it('finds an archive by the index, also behind a redirect', async () => {
      const url = await serve((req, res) => {
        if (req.url === '/index.yaml')
          return res.end('entries:\n  web:\n    - version: 1.3.0\n      urls: [files/a.tgz]\n')
        if (req.url === '/files/a.tgz') return res.writeHead(302, { location: '/b.tgz' }).end()
        if (req.url === '/b.tgz') return res.end(web.archive)
        return res.writeHead(404).end()
      })
      expect(kindsOf(await (await open()).render(request(url)))).toContain('Deployment')
    })

    it('asks neither server nor helm again for what it knows', async () => {
      let asked = 0
      const url = await serve((_, res) => {
        asked += 1
        res.end(web.archive)
      })
      const first = await (await open()).render(request(url))
      // With the results as the only memory, and no server.
      for (const server of servers.splice(0)) server.close()
      expect(await (await open()).render(request(url))).toEqual(first)
      expect(asked).toBe(1)
      expect(await readdir(join(folder, 'cache/results'))).toHaveLength(1)
      await (await open()).render(request(url, { values: { ...values, replicas: 5 } }))
      expect(await readdir(join(folder, 'cache/results'))).toHaveLength(2)
    })

    it('refuses an archive with another digest than the pinned one', async () => {
      const url = await serve((_, res) => res.end(tarFile([{ path: 'web/Chart.yaml' }])))
      expect(await (await open()).render(request(url))).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('not the one that is pinned') as string,
      })
    })

    it('refuses an archive with links although its digest is right', async () => {
      const archive = tarFile([{ path: 'web/values.yaml', type: '2', link: '/etc/passwd' }])
      const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`
      const url = await serve((_, res) => res.end(archive))
      const outcome = await (
        await open()
      ).render(request(url, { chart: { repository: 'main', name: 'web', version: '1.3.0', digest } }))
      expect(outcome).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('holds a link') as string,
      })
    })

    it('stops reading an archive that is too large', async () => {
      let sent = 0
      const url = await serve((_, res) => {
        const chunk = Buffer.alloc(1024 * 1024)
        const more = (): void => {
          while (!res.destroyed && (sent += 1) < 200 && res.write(chunk));
          if (sent >= 200) res.end()
        }
        res.on('drain', more)
        more()
      })
      const outcome = await (await open()).render(request(url))
      expect(outcome).toMatchObject({ message: expect.stringContaining('larger than 20 MiB') as string })
      expect(sent).toBeLessThan(100)
    })

    it.each(['http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/web.tgz', 'file:///etc/passwd'])(
      'follows no redirect to %s',
      async (location) => {
        const url = await serve((_, res) => res.writeHead(302, { location }).end())
        expect(await (await open()).render(request(url))).toMatchObject({
          kind: 'refused',
          message: expect.stringMatching(/no public address|no way to a chart/) as string,
        })
      },
    )

    it('says that it asks for credentials, or can not be reached', async () => {
      const url = await serve((_, res) => res.writeHead(401).end())
      const renderer = await open()
      expect(await renderer.render(request(url))).toMatchObject({
        message: expect.stringContaining('credentials (401)') as string,
      })
      expect(await renderer.render(request('http://127.0.0.1:1'))).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('ECONNREFUSED') as string,
        remedy: expect.stringContaining('chart-repositories/main.yaml') as string,
      })
    })
  })

  describe('from an OCI registry', () => {
    let registry: OciRegistry

    beforeAll(async () => {
      registry = await serveOciChart('web', web.archive)
    })

    afterAll(() => registry.close())

    function ociRequest(digest: string): RenderRequest {
      const { chart, repository, ...rest } = request(registry.url)
      return { ...rest, chart: { ...chart, digest }, repository: { ...repository, type: 'oci' } }
    }

    it('pulls a chart by the digest of its manifest', async () => {
      expect(kindsOf(await (await open()).render(ociRequest(registry.digest)))).toContain('Deployment')
    })

    it('says that the registry has no manifest of the pinned digest', async () => {
      const digest = `sha256:${'0'.repeat(64)}`
      expect(await (await open()).render(ociRequest(digest))).toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(
          /^chart web 1\.3\.0 could not be had from main: .*not found$/,
        ) as string,
      })
    })
  })

  describe('from a folder', () => {
    it('reads archives by their digests', async () => {
      await packInto(folder, 'web')
      expect(kindsOf(await (await open(folder)).render(request('https://charts.example.com')))).toContain(
        'Deployment',
      )
      await writeFile(join(folder, 'web-1.3.0.tgz'), tarFile([{ path: 'web/Chart.yaml' }]))
      expect(await (await open(folder)).render(request('https://charts.example.com'))).toMatchObject({
        kind: 'refused',
      })
    })

    it("reads charts' own folders by their versions", async () => {
      const renderer = await open(exampleCharts)
      expect(kindsOf(await renderer.render(request('https://charts.example.com')))).toContain('Deployment')
      const chart = { repository: 'main', name: 'web', version: '9.9.9', digest: web.digest }
      expect(await renderer.render(request('https://charts.example.com', { chart }))).toEqual({
        kind: 'refused',
        message: `there is no chart web 9.9.9 in ${exampleCharts}`,
        remedy: "put web-9.9.9.tgz or the chart's folder there",
      })
    })

    it('refuses a folder that holds a link', async () => {
      await cp(join(exampleCharts, 'web'), join(folder, 'web'), { recursive: true })
      await symlink('/etc/passwd', join(folder, 'web/templates/passwd'))
      expect(await (await open(folder)).render(request('https://charts.example.com'))).toMatchObject({
        kind: 'refused',
        message: 'the chart is not opened: it holds a link, templates/passwd',
      })
    })
  })

  describe('what a chart makes of values', () => {
    let charts: string
    let renderer: ChartRenderer

    beforeAll(async () => {
      charts = await temporaryFolder()
    })

    afterAll(() => rm(charts, { recursive: true, force: true }))

    /** A chart of one template and, if given, a schema. */
    async function renderTemplate(
      template: string,
      given: JsonObject,
      schema?: unknown,
    ): Promise<RenderOutcome> {
      await rm(join(charts, 'web'), { recursive: true, force: true })
      await mkdir(join(charts, 'web/templates'), { recursive: true })
      await writeFile(join(charts, 'web/Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.3.0\n')
      await writeFile(join(charts, 'web/templates/all.yaml'), template)
      if (schema) await writeFile(join(charts, 'web/values.schema.json'), JSON.stringify(schema))
      renderer = await open(charts)
      return renderer.render(request('https://charts.example.com', { values: given }))
    }

    it('names the place of each value that breaks the schema', async () => {
      const bad = { image: { repository: 'a' }, replicas: '3', 'a/b': 1 }
      const outcome = await (
        await open(exampleCharts)
      ).render(request('https://x.example.com', { values: bad }))
      expect(outcome.kind === 'invalidValues' && outcome.violations).toEqual(
        expect.arrayContaining([
          { path: ['replicas'], message: 'got string, want integer' },
          { path: ['image', 'tag'], message: 'minLength: got 0, want 1' },
        ]),
      )
    })

    it("tells a template's failure in its own words, without paths of this machine", async () => {
      expect(await renderTemplate('{{ fail "set a region" }}', {})).toEqual({
        kind: 'failed',
        message: 'execution error at (web/templates/all.yaml:1:3): set a region',
      })
    })

    it('does not let a schema read from elsewhere, and says that it was not asked', async () => {
      let asked = 0
      const url = await serve((_, res) => {
        asked += 1
        res.end('{}')
      })
      const schema = { properties: { a: { $ref: `${url}/schema.json` } } }
      const outcome = await renderTemplate('kind: ConfigMap', { a: 1 }, schema)
      expect(outcome).toMatchObject({ kind: 'rendered', uncheckedSchema: `${url}/schema.json` })
      expect(asked).toBe(0)
    })

    it('reads namespaces, accounts and Flux fields, also in lists and behind merge keys', async () => {
      const template = [
        'apiVersion: v1',
        'kind: List',
        'items:',
        '  - apiVersion: v1',
        '    kind: ConfigMap',
        '    metadata: { name: a, <<: { namespace: other } }',
        '---',
        'apiVersion: batch/v1',
        'kind: CronJob',
        'metadata: { name: b }',
        'spec: { jobTemplate: { spec: { template: { spec: { serviceAccountName: halyard } } } } }',
        '---',
        'apiVersion: helm.toolkit.fluxcd.io/v2',
        'kind: HelmRelease',
        'metadata: { name: c }',
        'spec: { kubeConfig: { secretRef: { name: k } }, targetNamespace: kube-system }',
      ].join('\n')
      const outcome = await renderTemplate(template, {})
      const plain = {
        namespace: undefined,
        serviceAccount: undefined,
        hasKubeConfig: false,
        otherNamespaces: [],
      }
      expect(
        outcome.kind === 'rendered' && [...outcome.objects].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      ).toEqual([
        { ...plain, apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'other' },
        { ...plain, apiVersion: 'batch/v1', kind: 'CronJob', name: 'b', serviceAccount: 'halyard' },
        {
          ...plain,
          apiVersion: 'helm.toolkit.fluxcd.io/v2',
          kind: 'HelmRelease',
          name: 'c',
          hasKubeConfig: true,
          otherNamespaces: ['kube-system'],
        },
      ])
    })
  })
})
