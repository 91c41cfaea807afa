import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { execa } from 'execa'

export interface Go {
  /** `go1.26.8` */
  readonly version: string
  /** Whether this machine has the C compiler that cgo asks for. */
  readonly hasCompiler: boolean
  /** Runs `go` in a folder and returns what it printed. Throws what it said when it fails. */
  run(folder: string, args: readonly string[], options?: { readonly cgo: boolean }): Promise<string>
}

/** Where Go's own installer puts it, for shells whose PATH lacks it. */
const usualFolder = '/usr/local/go/bin'

/** The Go of this machine; undefined where there is none. */
export async function findGo(): Promise<Go | undefined> {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute), usualFolder]) {
    const binary = join(folder, 'go')
    if (await isExecutable(binary)) return openGo(binary)
  }
  return undefined
}

async function openGo(binary: string): Promise<Go> {
  const run: Go['run'] = async (folder, args, { cgo } = { cgo: false }) => {
    // Programs without cgo are the same on every machine and need no C compiler.
    const env = { CGO_ENABLED: cgo ? '1' : '0' }
    const { stdout } = await execa(binary, args, { cwd: folder, env, stdin: 'ignore' })
    return stdout.trim()
  }
  const [version = '', compiler = ''] = (await run('/', ['env', 'GOVERSION', 'CC'])).split('\n')
  return { version, hasCompiler: await isOnPath(compiler), run }
}

/** Whether a command, with or without its folder, can be run. */
async function isOnPath(command: string): Promise<boolean> {
  if (isAbsolute(command)) return isExecutable(command)
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)
  const found = await Promise.all(folders.map(async (folder) => isExecutable(join(folder, command))))
  return command !== '' && found.includes(true)
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
