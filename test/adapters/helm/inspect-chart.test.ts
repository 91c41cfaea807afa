import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inspectArchive } from '../../../src/adapters/helm/inspect-chart.ts'
import { type Member, tarFile } from './tar-file.ts'

const chart: Member = { path: 'web/Chart.yaml', content: 'name: web\n' }

function schema(content: unknown, path = 'web/values.schema.json'): Member {
  return { path, content: JSON.stringify(content) }
}

describe('inspectArchive', () => {
  it('takes an archive of files and folders', () => {
    const members = [{ path: 'web/', type: '5' }, chart, schema({ $ref: '#/$defs/a' })]
    expect(inspectArchive(tarFile(members))).toEqual({ kind: 'safe', outsideSchema: undefined })
  })

  it.each<[string, Member, string]>([
    ['a symbolic link', { path: 'web/templates', type: '2', link: '/etc' }, 'a link'],
    ['a hard link', { path: 'web/values.yaml', type: '1', link: '/etc/passwd' }, 'a link'],
    ['a device', { path: 'web/null', type: '3' }, 'no file'],
    ['an absolute path', { path: '/etc/cron.d/x' }, 'leads out'],
    ['a path upwards', { path: 'web/../../x' }, 'leads out'],
    ['a path of Windows', { path: String.raw`web\..\x` }, 'leads out'],
    ['a drive of Windows', { path: 'C:/x' }, 'leads out'],
    ['a path that means another', { path: 'web/values.schema.json/.' }, 'leads out'],
    ['a folder with content', { path: 'web/templates/', type: '5', content: 'hidden' }, 'has content'],
    ['a file that is a folder to some', { path: 'web/templates/', content: 'hidden' }, 'has content'],
    ['a long name that leads upwards', { path: '././@LongLink', type: 'L', content: '../x\0' }, 'leads out'],
    [
      'an extended header that leads upwards',
      { path: 'PaxHeader', type: 'x', content: '13 path=../x\n' },
      'leads out',
    ],
    [
      'an extended header with a link',
      { path: 'PaxHeader', type: 'x', content: '17 linkpath=/etc\n' },
      'sets linkpath',
    ],
    [
      'an extended header with a size',
      { path: 'PaxHeader', type: 'x', content: '12 size=999\n' },
      'sets size',
    ],
  ])('refuses %s', (_, member, reason) => {
    const message = expect.stringContaining(reason) as string
    expect(inspectArchive(tarFile([member, chart]))).toEqual({ kind: 'unsafe', message })
  })

  it('refuses a member with two names', () => {
    const names: readonly Member[] = [
      { path: 'PaxHeader', type: 'x', content: '10 path=a\n' },
      { path: '././@LongLink', type: 'L', content: 'b\0' },
    ]
    expect(inspectArchive(tarFile([...names, chart]))).toMatchObject({
      message: expect.stringContaining('two names') as string,
    })
  })

  it('refuses a link in an archive below charts/', () => {
    const inner = tarFile([{ path: 'sub/values.yaml', type: '2', link: '/etc/passwd' }])
    const outcome = inspectArchive(tarFile([chart, { path: 'web/charts/sub-1.0.0.tgz', content: inner }]))
    expect(outcome).toEqual({ kind: 'unsafe', message: 'it holds a link, sub/values.yaml' })
  })

  it('refuses an archive that unpacks to more than Helm takes', () => {
    const bomb = gzipSync(Buffer.alloc(101 * 1024 * 1024))
    expect(inspectArchive(bomb)).toMatchObject({ message: 'it unpacks to more than 100 MiB' })
  })

  it.each([
    ['no gzip', Buffer.from('PK')],
    ['a header cut short', gzipSync(Buffer.alloc(100))],
    ['a damaged header', gzipSync(Buffer.alloc(1024, 7))],
  ])('refuses %s', (_, bytes) => {
    expect(inspectArchive(bytes)).toMatchObject({ kind: 'unsafe' })
  })

  it.each([
    ['the network', { properties: { a: { $ref: 'http://169.254.169.254/latest' } } }],
    ['files', { allOf: [{ $ref: 'file:///etc/passwd' }] }],
    ['its own meta-schema', { $schema: 'https://example.com/schema' }],
    ['a relative place', { $id: 'https://example.com/', $dynamicRef: 'other.json' }],
  ])('tells of a schema that reads from %s', (_, content) => {
    expect(inspectArchive(tarFile([chart, schema(content)]))).toMatchObject({
      kind: 'safe',
      outsideSchema: expect.any(String) as string,
    })
  })

  it('tells of such a schema in a dependency, packed or not', () => {
    const outside = schema({ $ref: 'file:///x' }, 'sub/values.schema.json')
    const packed = { path: 'web/charts/sub-1.0.0.tgz', content: tarFile([outside]) }
    const plain = { ...outside, path: 'web/charts/sub/values.schema.json' }
    expect(inspectArchive(tarFile([chart, packed]))).toMatchObject({ outsideSchema: 'file:///x' })
    expect(inspectArchive(tarFile([chart, plain]))).toMatchObject({ outsideSchema: 'file:///x' })
  })

  it('knows the meta-schemas that helm has built in', () => {
    const content = { $schema: 'http://json-schema.org/draft-07/schema#' }
    expect(inspectArchive(tarFile([schema(content)]))).toMatchObject({ outsideSchema: undefined })
  })
})
