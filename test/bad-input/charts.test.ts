import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { downloadChart } from '../../src/adapters/helm/download-chart.ts'
import { inspectArchive } from '../../src/adapters/helm/inspect-chart.ts'
import { applyFiles } from '../../src/adapters/catalog/sections.ts'
import { formatField } from '../../src/core/check/format-findings.ts'
import { compileExpression } from '../../src/core/expressions/compile-expression.ts'
import { version } from '../adapters/catalog/build-catalog.ts'
import { tarFile } from '../adapters/helm/tar-file.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : ''
}

const archive = tarFile([{ path: 'web/Chart.yaml', content: 'name: web\n' }])
const digestOf = (body: Buffer): string => `sha256:${createHash('sha256').update(body).digest('hex')}`
const oneGigabyte = 1024 ** 3

/** A chart of a gigabyte, of which no more is made than is read. */
const endless: RequestListener = (_, res) => {
  res.writeHead(200, { 'content-length': oneGigabyte })
  const chunk = Buffer.alloc(1024 * 1024)
  const more = (): void => {
    while (!res.destroyed && res.write(chunk));
  }
  res.on('drain', more)
  more()
}

/** What people or servers give for charts and expressions; more members of archives are in `adapters/helm/inspect-chart.test.ts`. */
test.each<[string, RequestListener, string]>([
  ['a chart of 1 GB', endless, 'chart web 1.3.0 in main is larger than 20 MiB'],
  [
    'a chart that is not there',
    (_, res) => res.writeHead(404).end(),
    'chart web 1.3.0 could not be had from main: it has no such chart (404)',
  ],
  [
    'a chart with another digest than it had',
    (_, res) => res.end('changed'),
    `chart web 1.3.0 in main has digest ${digestOf(Buffer.from('changed'))}, not the one that is pinned`,
  ],
  [
    'a redirect to an address of a cloud',
    (_, res) => res.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
    'chart web 1.3.0 could not be had from main: 169.254.169.254 is at 169.254.169.254, which is no public address',
  ],
  [
    'a redirect to a private address',
    (_, res) => res.writeHead(302, { location: 'http://10.0.0.1/web.tgz' }).end(),
    'chart web 1.3.0 could not be had from main: 10.0.0.1 is at 10.0.0.1, which is no public address',
  ],
  [
    'a redirect to a file',
    (_, res) => res.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    'chart web 1.3.0 could not be had from main: file: is no way to a chart',
  ],
])('%s is refused', async (_, listener, message) => {
  const url = await serve(listener)
  const chart = { repository: 'main', name: 'web', version: '1.3.0', digest: digestOf(archive) }
  const repository = {
    name: 'main',
    type: 'http',
    url,
    secretRef: undefined,
    certSecretRef: undefined,
    verification: undefined,
    file: 'chart-repositories/main.yaml',
  } as const
  expect(await downloadChart(chart, repository)).toMatchObject({ kind: 'refused', message })
})

test.each<[string, Parameters<typeof tarFile>[0][number], string]>([
  [
    'a symbolic link',
    { path: 'web/values.yaml', type: '2', link: '/etc/passwd' },
    'it holds a link, web/values.yaml',
  ],
  [
    'a hard link',
    { path: 'web/values.yaml', type: '1', link: '/etc/passwd' },
    'it holds a link, web/values.yaml',
  ],
  ['a path that leads out', { path: 'web/../../x' }, 'it holds a path that leads out of it, web/../../x'],
])('a chart archive with %s is not opened', (_, member, message) => {
  expect(inspectArchive(tarFile([member]))).toEqual({ kind: 'unsafe', message })
})

const file = 'services/payments/versions/1.0.0.yaml'

function findingsOf(text: string): readonly string[] {
  const sections = applyFiles(new Map(), [{ path: file, text }], [])
  return [...sections.values()]
    .flatMap((section) => [...section.values()])
    .flatMap(({ findings }) => findings)
    .map(({ field, message, remedy }) => `${formatField(field)}: ${message}; ${remedy}`)
}

test('a chart by a mutable reference is no document', () => {
  const text = version('payments', '1.0.0').replace(/digest: .*?([,}]|$)/m, 'digest: latest$1')
  expect(findingsOf(text)).toEqual([
    'spec.chart.digest: "latest" is not accepted here; write sha256: and 64 hex digits; a version alone is a mutable reference',
  ])
})

test.each<[string, string, string]>([
  ['a pattern that runs for ever', 'cluster.name.matches("^(a+)+$")', 'matches() is not available'],
  [
    'twenty thousand negations',
    `${'!'.repeat(20_000)}true`,
    'the expression has 20004 characters, the limit is 1000',
  ],
  [
    'macros within macros',
    '[1].map(a, [1].map(b, [1].map(c, c)))',
    'loops stand 3 deep inside each other, the limit is 2',
  ],
  ['a clock', 'timestamp("2026-01-01T00:00:00Z")', 'timestamp() is not available'],
  ['a field of prototypes', 'cluster.__proto__', 'no such key: __proto__'],
])('an expression with %s is refused', (_, source, message) => {
  expect(compileExpression(source)).toMatchObject({ message })
})
