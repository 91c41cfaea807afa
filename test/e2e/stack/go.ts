import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { execa } from 'execa'

export interface Go {
  /** `go1.26.8` */
  readonly version: string
  /** Runs `go` in a folder and returns what it printed. Throws what it said when it fails. */
  run(folder: string, args: readonly string[]): Promise<string>
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
  const run = async (folder: string, args: readonly string[]): Promise<string> => {
    // Programs without cgo are the same on every machine and need no C compiler.
    const { stdout } = await execa(binary, args, { cwd: folder, env: { CGO_ENABLED: '0' }, stdin: 'ignore' })
    return stdout.trim()
  }
  return { version: await run('/', ['env', 'GOVERSION']), run }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
