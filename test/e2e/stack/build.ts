import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findGo, type Go } from './go.ts'
import { withLock } from './lock.ts'
import { linkerFlags, type ModuleSet, moduleSets } from './module-sets.ts'

/** The programs and files of the stack on this machine, as plain data so that test processes can be handed it. */
export interface StackFiles {
  /** Path of each program by its name. */
  readonly programs: Readonly<Record<string, string>>
  /** Folders of CustomResourceDefinitions. */
  readonly crds: readonly string[]
  /** Folder of kwok's stages, a file each. */
  readonly stages: string
  /** Folder of Gitea's templates and texts; undefined where Gitea can not be built. */
  readonly gitea: string | undefined
}

export type StackBuild =
  | { readonly kind: 'built'; readonly files: StackFiles; readonly milliseconds: number }
  | { readonly kind: 'noGo'; readonly message: string }

const modulesFolder = fileURLToPath(new URL('.', import.meta.url))
const buildFlags = ['-trimpath', '-buildvcs=false', `-ldflags=${linkerFlags}`]
const cgoBuildFlags = ({ tags, linkerFlags: flags }: NonNullable<ModuleSet['cgo']>): readonly string[] => [
  '-trimpath',
  '-buildvcs=false',
  `-tags=${tags.join(',')}`,
  `-ldflags=${flags}`,
]

/**
 * Builds what is not built yet, from the modules that are pinned here, into a cache outside of the checkout
 * ($HALYARD_E2E_CACHE, else the user's). A cold build takes about 20 minutes on 2 cores. One process builds at a time,
 * others wait for it. Throws what Go said when a build fails.
 */
export async function buildStack(log: (line: string) => void): Promise<StackBuild> {
  const go = await findGo()
  if (!go)
    return { kind: 'noGo', message: 'Go is not installed: end-to-end tests build a control plane with it' }
  const startedAt = performance.now()
  const cache = cacheFolder()
  await mkdir(cache, { recursive: true })
  const folders = new Map<string, string>()
  for (const set of moduleSets) {
    if (set.cgo === undefined || go.hasCompiler) folders.set(set.name, await buildSet(go, set, cache, log))
    else log(`there is no C compiler: what needs ${set.name} is skipped`)
  }
  return { kind: 'built', files: stackFiles(folders), milliseconds: performance.now() - startedAt }
}

function cacheFolder(): string {
  const { HALYARD_E2E_CACHE: own, XDG_CACHE_HOME: user } = process.env
  return own || join(user || join(homedir(), '.cache'), 'halyard', 'e2e')
}

/** The folder of a set's programs and files: there as a whole or not at all. */
async function buildSet(go: Go, set: ModuleSet, cache: string, log: (line: string) => void): Promise<string> {
  const target = join(cache, `${set.name}-${await keyOf(go, set)}`)
  if (existsSync(target)) return target
  const onWait = (): void => log(`waits for another process that builds ${set.name}`)
  return withLock(join(cache, `${set.name}.lock`), onWait, async () => {
    if (existsSync(target)) return target
    const unfinished = `${target}.unfinished`
    await rm(unfinished, { recursive: true, force: true })
    await compile(go, set, unfinished, log)
    await copyFiles(go, set, unfinished)
    await rename(unfinished, target)
    return target
  })
}

async function keyOf(go: Go, set: ModuleSet): Promise<string> {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(modulesFolder, set.name, file)))
  hash.update(JSON.stringify([go.version, process.platform, process.arch, buildFlags, set]))
  return hash.digest('hex').slice(0, 12)
}

async function compile(go: Go, set: ModuleSet, folder: string, log: (line: string) => void): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true })
  const programs = Object.entries(set.programs)
  for (const [index, [name, path]] of programs.entries()) {
    log(`builds ${name} (${index + 1} of ${programs.length} of ${set.name})`)
    const startedAt = performance.now()
    const flags = set.cgo === undefined ? buildFlags : cgoBuildFlags(set.cgo)
    await go.run(join(modulesFolder, set.name), ['build', ...flags, '-o', join(folder, 'bin', name), path], {
      cgo: set.cgo !== undefined,
    })
    log(`built ${name} in ${Math.round((performance.now() - startedAt) / 1000)} s`)
  }
}

async function copyFiles(go: Go, set: ModuleSet, folder: string): Promise<void> {
  for (const [target, sources] of Object.entries(set.files)) {
    const into = join(folder, target)
    await mkdir(into, { recursive: true })
    for (const { module, path } of sources) {
      const source = join(await moduleFolder(go, set, module), path)
      const isFolder = (await stat(source)).isDirectory()
      await cp(source, isFolder ? into : join(into, basename(path)), { recursive: true })
    }
    // Go's module cache is read-only, down to its copies.
    await chmod(into, 0o755)
  }
}

/** Where Go keeps a module, fetched when it is not there and checked against go.sum. */
async function moduleFolder(go: Go, set: ModuleSet, module: string): Promise<string> {
  const text = await go.run(join(modulesFolder, set.name), ['mod', 'download', '-json', module])
  const { Dir: folder } = JSON.parse(text) as { Dir?: unknown }
  if (typeof folder !== 'string') throw new Error(`go tells no folder of ${module}`)
  return folder
}

/** `folders`: of the sets that are built, by their name. */
function stackFiles(folders: ReadonlyMap<string, string>): StackFiles {
  const programs = moduleSets.flatMap((set) => {
    const folder = folders.get(set.name)
    return folder === undefined
      ? []
      : Object.keys(set.programs).map((name) => [name, join(folder, 'bin', name)] as const)
  })
  const places = (name: string): readonly string[] =>
    [...folders.values()].map((folder) => join(folder, name)).filter((folder) => existsSync(folder))
  const [stages] = places('stages')
  if (stages === undefined) throw new Error('no module of the stack holds stages')
  const [gitea] = places('gitea')
  return { programs: Object.fromEntries(programs), crds: places('crds'), stages, gitea }
}
