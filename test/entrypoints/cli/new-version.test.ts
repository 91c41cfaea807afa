import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { git } from '../../adapters/git/real-git.ts'
import { halctl, type Run, scratchFolder } from './real-halctl.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
/** A clone of a bare catalog, of one test. */
let catalog: string
let bare: string
let tests = 0
let charts: Server
let chartsUrl: string
const archive = Buffer.from('no chart, but bytes with a digest')

beforeAll(async () => {
  scratch = await scratchFolder()
  charts = createServer((request, response) => {
    if (request.url === '/index.yaml')
      response.end('entries: { hello: [ { version: 2.0.0, urls: [hello-2.0.0.tgz] } ] }')
    else if (request.url === '/hello-2.0.0.tgz') response.end(archive)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => charts.listen(0, '127.0.0.1', resolve))
  const address = charts.address()
  chartsUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  await halctl(scratch.path, ['init', 'catalog', 'first', '--chart-repository', chartsUrl])
  await git(scratch.path, ['clone', '--quiet', '--bare', 'first', 'first.git'])
})

afterAll(async () => {
  await new Promise((resolve) => charts.close(resolve))
  await scratch.remove()
})

beforeEach(async () => {
  tests++
  bare = join(scratch.path, `catalog-${tests}.git`)
  catalog = join(scratch.path, `catalog-${tests}`)
  await cp(join(scratch.path, 'first.git'), bare, { recursive: true })
  await git(scratch.path, ['clone', '--quiet', bare, catalog])
})

const run = async (...args: readonly string[]): Promise<Run> =>
  halctl(catalog, ['new-version', 'hello', ...args])
const file = (version: string): string => join(catalog, `services/hello/versions/${version}.yaml`)
const status = async (): Promise<string> => git(catalog, ['status', '--porcelain', '--untracked-files=all'])

describe('halctl new-version', () => {
  it('writes a file that differs only in what was asked for', async () => {
    const { exitCode, stdout, stderr } = await run(
      '0.2.0',
      '--set',
      'image.tag=0.2.0',
      '--changelog',
      'Faster',
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('hello 0.2.0, made from 0.1.0\n')
    const [before, after] = [await readFile(file('0.1.0'), 'utf8'), await readFile(file('0.2.0'), 'utf8')]
    const expected = before
      .replace('hello-0.1.0', 'hello-0.2.0')
      .replace('  version: 0.1.0\n  chart', '  version: 0.2.0\n  chart')
      .replace('tag: "0.1.0"', 'tag: "0.2.0"')
      .replace('author: team-hello', 'author: kim@example.com')
      .replace('The first version', 'Faster')
    expect(after).toBe(expected)
    expect(await status()).toBe('?? services/hello/versions/0.2.0.yaml')
  })

  it('does the same again without a word of error, and never something else', async () => {
    await run('0.2.0', '--set', 'image.tag=0.2.0')
    const before = await readFile(file('0.2.0'), 'utf8')
    const again = await run('0.2.0', '--set', 'image.tag=0.2.0')
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is there already') })
    const other = await run('0.2.0', '--set', 'image.tag=0.2.1')
    expect(other).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('spec.values.image.tag') })
    expect(await readFile(file('0.2.0'), 'utf8')).toBe(before)
  })

  it('copies the newest version below it, or the one that is named', async () => {
    await run('2.0.0', '--set', 'image.tag=2.0.0')
    expect((await run('0.1.1', '--dry-run')).stdout).toContain('made from 0.1.0')
    expect((await run('2.1.0', '--dry-run')).stdout).toContain('made from 2.0.0')
    expect((await run('2.1.0', '--dry-run', '--from', '0.1.0')).stdout).toContain('made from 0.1.0')
    expect(await run('2.1.0', '--from', '0.1.9')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('did you mean'),
    })
  })

  it('replaces all values by those of a file, from standard input too, with their comments', async () => {
    await writeFile(join(catalog, '../values.yaml'), '---\n# why\nimage:\n  tag: "9"   # pinned\n')
    await run('0.2.0', '--values', '../values.yaml', '--set', 'replicas=3')
    expect(await readFile(file('0.2.0'), 'utf8')).toContain(
      '  values:\n    # why\n    image:\n      tag: "9"   # pinned\n    replicas: 3\n',
    )
    const piped = await halctl(
      catalog,
      ['new-version', 'hello', '0.3.0', '--values', '-'],
      {},
      '{"a": {"b": 1}}',
    )
    expect(piped.exitCode).toBe(0)
    expect(parse(await readFile(file('0.3.0'), 'utf8'))).toMatchObject({ spec: { values: { a: { b: 1 } } } })
    const broken = await halctl(
      catalog,
      ['new-version', 'hello', '0.4.0', '--values', '-'],
      {},
      'a: [1\n---\n',
    )
    expect(broken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no YAML mapping') })
  })

  it('says who and what it comes from as CI does, else as git does', async () => {
    const ci = { GITHUB_SHA: 'f00d', GITHUB_ACTOR: 'ana' }
    await halctl(catalog, ['new-version', 'hello', '0.2.0'], ci)
    expect(parse(await readFile(file('0.2.0'), 'utf8'))).toMatchObject({
      spec: { source: { commit: 'f00d', author: 'ana' } },
    })
    // The catalog's own commit says nothing of the service's code; that of another repository does.
    await run('0.3.0')
    expect(await readFile(file('0.3.0'), 'utf8')).not.toContain('commit:')
    const code = join(scratch.path, `code-${tests}`)
    await halctl(scratch.path, ['init', 'fleet', code])
    await halctl(code, ['new-version', 'hello', '0.4.0', '--catalog', catalog])
    const commit = await git(code, ['rev-parse', 'HEAD'])
    expect(parse(await readFile(file('0.4.0'), 'utf8'))).toMatchObject({
      spec: { source: { commit, author: 'kim@example.com' } },
    })
  })

  it('pins a chart by the digest that its repository has', async () => {
    const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`
    const unpinned = await run('0.2.0', '--chart-version', '2.0.0')
    expect(unpinned).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--resolve-digest') })
    expect((await run('0.2.0', '--chart-version', '2.0.0', '--resolve-digest')).exitCode).toBe(0)
    expect(parse(await readFile(file('0.2.0'), 'utf8'))).toMatchObject({
      spec: { chart: { version: '2.0.0', digest } },
    })
    const absent = await run('0.3.0', '--chart-version', '3.0.0', '--resolve-digest')
    expect(absent).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('does not list it') })
    const wrong = await run(
      '0.3.0',
      '--resolve-digest',
      '--chart-version',
      '2.0.0',
      '--digest',
      `sha256:${'1'.repeat(64)}`,
    )
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('find out which') })
  })

  it.each([
    [['v1.0.0'], 'is no semantic version'],
    [['latest'], 'is no semantic version'],
    [['1.0.0/../../x'], 'is no semantic version'],
    [['0.2.0', '--set', 'env.REGION=${cluster.labels.regio}'], 'has no label "regio"'],
    [['0.2.0', '--set', 'image.tag'], 'can not be read'],
    [['0.2.0', '--digest', 'latest'], 'digest'],
    [['0.2.0', '--changelog', 'x\u001b[2J'], 'control characters'],
    [['0.2.0', '--values', 'nowhere.yaml'], 'can not be read'],
    [['0.2.0', '--commit-to-branch=--upload-pack=x'], 'is no name of a branch'],
    [['0.2.0', '--commit-to-branch', '../x'], 'is no name of a branch'],
    [['0.2.0', '--commit-to-branch', 'main'], 'merged into'],
  ])('%j is refused and writes nothing', async (args, told) => {
    const { exitCode, stderr } = await run(...args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(told) })
    expect(stderr).not.toContain('\u001b')
    expect(await status()).toBe('')
  })

  it('refuses names that are paths or options', async () => {
    for (const service of ['../hello', 'hello/../..', '--', 'Hello']) {
      const { exitCode } = await halctl(catalog, ['new-version', '--', service, '0.2.0'])
      expect(exitCode).toBe(1)
    }
  })
})

describe('halctl new-version --commit-to-branch', () => {
  const branch = ['--commit-to-branch', 'release/hello-0.2.0']

  it('makes a branch beside what is checked out, and pushes it when told to', async () => {
    const head = await git(catalog, ['rev-parse', 'HEAD'])
    const { exitCode, stdout } = await run('0.2.0', ...branch, '--push', '-o', 'json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'committed',
      pushed: true,
      version: '0.2.0',
      from: '0.1.0',
    })
    expect(await git(bare, ['log', '--format=%an %s', 'main..release/hello-0.2.0'])).toBe(
      'Kim Olsen Add hello 0.2.0',
    )
    expect(await git(bare, ['diff', '--name-status', 'main', 'release/hello-0.2.0'])).toBe(
      'A\tservices/hello/versions/0.2.0.yaml',
    )
    expect({ head: await git(catalog, ['rev-parse', 'HEAD']), status: await status() }).toEqual({
      head,
      status: '',
    })
  })

  it('is done already when a build runs again, in another clone too', async () => {
    await run('0.2.0', ...branch, '--push')
    const commit = await git(bare, ['rev-parse', 'release/hello-0.2.0'])
    const again = await run('0.2.0', ...branch, '--push', '-o', 'json')
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'present', commit })
    await git(scratch.path, ['clone', '--quiet', bare, `${catalog}-other`])
    const other = await halctl(`${catalog}-other`, [
      'new-version',
      'hello',
      '0.2.0',
      ...branch,
      '--push',
      '-o',
      'json',
    ])
    expect(JSON.parse(other.stdout)).toMatchObject({ outcome: 'present', commit })
    const changed = await run('0.2.0', ...branch, '--push', '--set', 'image.tag=other')
    expect(changed).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is there already, with another'),
    })
    expect(await git(bare, ['rev-parse', 'release/hello-0.2.0'])).toBe(commit)
  })

  it('needs no work tree', async () => {
    const args = ['new-version', 'hello', '0.2.0', '--catalog', bare]
    expect(await halctl(scratch.path, args)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('--commit-to-branch'),
    })
    expect((await halctl(scratch.path, [...args, ...branch])).exitCode).toBe(0)
    expect(await halctl(scratch.path, [...args, ...branch])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('already'),
    })
    expect(await git(bare, ['show', '--format=', '--name-only', 'release/hello-0.2.0'])).toBe(
      'services/hello/versions/0.2.0.yaml',
    )
  })

  it('leaves no branch behind that could not be pushed', async () => {
    await writeFile(join(bare, 'hooks/pre-receive'), '#!/bin/sh\necho no new branches >&2\nexit 1\n')
    await chmod(join(bare, 'hooks/pre-receive'), 0o755)
    expect(await run('0.2.0', ...branch, '--push')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no new branches'),
    })
    expect(await git(catalog, ['branch', '--list'])).toBe('* main')
  })
})

describe('Ctrl-C in the middle of a commit', () => {
  /** A hook of the work tree that interrupts halctl as a terminal does, and then lets the commit through or not. */
  const interruptFrom = async (exitCode: 0 | 1): Promise<void> => {
    const hook = join(catalog, '.git/hooks/pre-commit')
    await mkdir(join(hook, '..'), { recursive: true })
    await writeFile(hook, `#!/bin/sh\nkill -INT $(ps -o ppid= -p $PPID)\nsleep 0.3\nexit ${exitCode}\n`)
    await chmod(hook, 0o755)
  }
  const hold = async (): Promise<Run> => halctl(catalog, ['hold', 'hello', '--reason', 'x', '--yes'])

  it('takes everything back that was begun, and ends with 130', async () => {
    await interruptFrom(1)
    expect((await hold()).exitCode).toBe(130)
    expect({ status: await status(), directives: await readdir(join(catalog, 'directives')) }).toEqual({
      status: '',
      directives: ['README.md'],
    })
  })

  it('says what was done where the commit was made all the same', async () => {
    await interruptFrom(0)
    const { exitCode, stdout } = await hold()
    expect({ exitCode, stdout }).toEqual({
      exitCode: 130,
      stdout: expect.stringMatching(/^committed [0-9a-f]{8} to main/m),
    })
    expect(await status()).toBe('')
  })
})

describe('halctl cluster', () => {
  const fleet = (): string => join(scratch.path, `fleet-${tests}.git`)
  const cluster = async (...args: readonly string[]): Promise<Run> =>
    halctl(catalog, ['cluster', ...args, '--fleet', fleet(), '--yes'])

  it('adds one that falls into a group, and tells what it gets', async () => {
    const added = await cluster(
      'add',
      'prod-2',
      '--label',
      'env=prod',
      '--label',
      'region=us-east-1',
      '--metadata',
      'size=large,zones=3',
    )
    expect(added).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('prod-2 is in group prod and gets 1 service: hello'),
    })
    expect(await readFile(join(catalog, 'clusters/prod-2.yaml'), 'utf8')).toBe(
      '# yaml-language-server: $schema=../.halyard/schemas/cluster.schema.json\napiVersion: halyard.dev/v1\nkind: Cluster\nmetadata:\n  name: prod-2\n  labels:\n    env: prod\n    region: us-east-1\nspec:\n  metadata:\n    size: large\n    zones: 3\n',
    )
    expect(await git(catalog, ['log', '-1', '--format=%an %s'])).toBe('Kim Olsen Add cluster prod-2')
  })

  it.each([
    [['add', 'x', '--label', 'env=test'], 'no deployment group selects x'],
    [['add', 'x'], 'no deployment group selects x'],
    [['add', 'devel-1', '--label', 'env=devel'], 'is there already'],
    [['add', 'a.b', '--label', 'env=devel'], 'is no name of a cluster'],
    [['add', '../x', '--label', 'env=devel'], 'is no name of a cluster'],
    [['add', 'x', '--label', 'env'], 'is no key=value'],
    [['add', 'x', '--label', 'env=devel', '--metadata', 'size'], 'can not be read'],
    [['remove', 'devel-7'], 'did you mean devel-1'],
    [['remove', 'devel-1'], 'selects no cluster'],
  ])('%j is refused', async (args, told) => {
    await halctl(scratch.path, ['init', 'fleet', fleet(), '--bare'])
    const { exitCode, stderr } = await cluster(...args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(told) })
    expect(await status()).toBe('')
  })

  it('is refused where two groups would have it', async () => {
    await writeFile(
      join(catalog, 'deployment-groups/more.yaml'),
      'apiVersion: halyard.dev/v1\nkind: DeploymentGroup\nmetadata: { name: more }\nspec: { clusterSelector: { matchLabels: { extra: "yes" } }, strategy: { waves: [100%], soak: 5m, deadline: 20m } }\n',
    )
    const { stderr } = await cluster('add', 'x', '--label', 'env=devel', '--label', 'extra=yes')
    expect(stderr).toContain('x would be in 2 deployment groups: devel, more')
  })

  it('is emptied by a line in its file, whose comments stay', async () => {
    const before = await readFile(join(catalog, 'clusters/prod-1.yaml'), 'utf8')
    const { stdout } = await cluster('decommission', 'prod-1')
    expect(stdout).toContain('prod-1 is emptied: 1 service: hello')
    expect(await readFile(join(catalog, 'clusters/prod-1.yaml'), 'utf8')).toBe(
      `${before}  decommission: true\n`,
    )
    expect(await status()).toBe('')
    expect(await cluster('decommission', 'prod-1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('already'),
    })
  })

  it('is not removed while services run there, unless they are to stay', async () => {
    await cluster(
      'add',
      'prod-2',
      '--label',
      'env=prod',
      '--label',
      'region=us-east-1',
      '--metadata',
      'size=large',
    )
    await halctl(scratch.path, ['init', 'fleet', `${fleet()}-tree`])
    const app = join(`${fleet()}-tree`, 'clusters/prod-2/apps/hello/hello.yaml')
    await mkdir(join(app, '..'), { recursive: true })
    await writeFile(
      app,
      '# halyard hello 0.1.0 12345678\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: hello }\n',
    )
    await git(`${fleet()}-tree`, ['add', '--all'])
    await git(`${fleet()}-tree`, [
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@example.com',
      'commit',
      '--quiet',
      '-m',
      'x',
    ])
    await git(scratch.path, ['clone', '--quiet', '--bare', `${fleet()}-tree`, fleet()])
    expect(await cluster('remove', 'prod-2')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('prod-2 still holds 1 service: hello\n  empty it first'),
    })
    const left = await cluster('remove', 'prod-2', '--leave-running')
    expect(left).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('left behind: 1 service: hello'),
    })
    expect(await readdir(join(catalog, 'clusters'))).not.toContain('prod-2.yaml')
  })
})

describe('names on the command line', () => {
  it.each([
    ['diff', '--cluster=--upload-pack=x'],
    ['diff', '--from=--upload-pack=x'],
    ['status', '--catalog=--upload-pack=x'],
    ['status', '--catalog=ext::sh -c id'],
    ['status', '--fleet=ssh://-oProxyCommand=id/x'],
    ['status', '\u001b[2J'],
    ['explain', '../../etc/passwd'],
    ['hold', '--group=../x', '--reason=x', '--yes'],
    ['render', 'hello', '--version=..'],
  ])('%s %s is an error, in plain text', async (...args) => {
    const { exitCode, stderr } = await halctl(catalog, args)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^error: .+\n {2}.+\n$/)
    expect(stderr).not.toContain('\u001b')
  })
})
