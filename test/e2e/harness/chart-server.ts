import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { stringify } from 'yaml'
import { portOf } from './ports.ts'

export interface ServedChart {
  readonly name: string
  readonly version: string
  readonly archive: Uint8Array
}

export interface ChartServer {
  readonly url: string
  /** From now on these, too: a repository whose index grew. */
  add(charts: readonly ServedChart[]): void
  /** Answers nothing but 503 until it is called with true. */
  setAvailable(available: boolean): void
  close(): Promise<void>
}

/** A Helm repository over HTTP: an index and the archives beside it (helm.sh/docs/topics/chart_repository). */
export async function startChartServer(charts: readonly ServedChart[]): Promise<ChartServer> {
  const served = new Map<string, ServedChart>()
  const add = (more: readonly ServedChart[]): void => {
    for (const chart of more) served.set(`/${chart.name}-${chart.version}.tgz`, chart)
  }
  add(charts)
  let isAvailable = true
  const server = createServer(({ url = '' }, response) => {
    if (!isAvailable) return response.writeHead(503).end()
    if (url === '/index.yaml') return response.writeHead(200).end(indexOf(served))
    const chart = served.get(url)
    return chart ? response.writeHead(200).end(chart.archive) : response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    add,
    setAvailable: (available) => void (isAvailable = available),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function indexOf(served: ReadonlyMap<string, ServedChart>): string {
  const entries: Record<string, object[]> = {}
  for (const [path, { name, version, archive }] of served) {
    const digest = createHash('sha256').update(archive).digest('hex')
    entries[name] = [
      ...(entries[name] ?? []),
      { apiVersion: 'v2', name, version, digest, urls: [path.slice(1)] },
    ]
  }
  return stringify({ apiVersion: 'v1', generated: '2026-01-01T00:00:00Z', entries })
}
