import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { helmForTests } from '../adapters/helm/example-charts.ts'

const root = resolve(import.meta.dirname, '../..')
const binary = await helmForTests()
let cache = ''

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'halyard-charts-'))
})
afterAll(() => rm(cache, { recursive: true, force: true }))

describe.skipIf(binary === undefined)('the charts of the example company', () => {
  it('render with the values of every cluster, and none makes what it may not', async () => {
    const { stdout } = await execa(
      process.execPath,
      [
        join(root, 'bin/halctl.js'),
        ...['validate', '--strict', '--catalog', join(root, 'examples/catalog')],
        ...['--charts-from', join(root, 'examples/charts')],
      ],
      { env: { XDG_CACHE_HOME: cache, HALYARD_HELM: binary ?? '' } },
    )
    expect(stdout).toMatch(/^no findings in 15 services, 30 versions, 30 clusters, 4 groups, 6 charts, \d+ /)
  }, 60_000)

  it('bring the kind of the custom resources that another of them is made of', async () => {
    const chart = join(root, 'examples/charts/kafka-topics')
    const topics = ['--set', 'topics.orders.partitions=6', '--set', 'topics.orders.config.a=b']
    const { stdout } = await execa(binary ?? '', ['template', 'topics', chart, ...topics])
    const [topic, ...others] = parseAllDocuments(stdout).map((document): unknown => document.toJS())
    expect(others).toEqual([])
    const text = await readFile(join(root, 'examples/charts/kafka-operator/crds/kafka-topics.yaml'), 'utf8')
    const [definition] = parseAllDocuments(text).map((document): unknown => document.toJS())
    expect(topic).toMatchObject({
      apiVersion: 'kafka.example.com/v1',
      kind: 'KafkaTopic',
      spec: { partitions: 6, replicas: 3, config: { a: 'b' } },
    })
    expect(definition).toMatchObject({ spec: { group: 'kafka.example.com', names: { kind: 'KafkaTopic' } } })
  })
})
