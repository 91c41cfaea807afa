import { spawn } from 'node:child_process'

/** A command of a page, with what the page shows of its output. */
export interface Shown {
  readonly line: number
  readonly command: string
  readonly exitCode: number
  readonly output: readonly string[]
}

export interface Ran {
  readonly exitCode: number
  readonly output: string
}

/**
 * The commands of a page's `console` blocks, in order (docs/code-style.md, "Pages that are run"). A command begins with
 * `$ `, goes on with `> `, and ends with `# exits with n` where n is not 0. Other lines are its output.
 */
export function readConsole(page: string): readonly Shown[] {
  const commands: { line: number; command: string; exitCode: number; output: string[] }[] = []
  let isInside = false
  for (const [index, text] of page.split('\n').entries()) {
    if (text.startsWith('```')) isInside = text === '```console'
    else if (isInside && text.startsWith('$ ')) {
      const [, command = '', exit = '0'] = /^\$ (.*?)(?:\s+# exits with (\d+))?$/.exec(text) ?? []
      commands.push({ line: index + 1, command, exitCode: Number(exit), output: [] })
    } else if (isInside) {
      const last = commands.at(-1)
      if (!last) throw new Error(`line ${index + 1}: output before any command`)
      if (text.startsWith('> ') && last.output.length === 0) last.command += `\n${text.slice(2)}`
      else last.output.push(text)
    }
  }
  return commands
}

/** Runs commands one after another in one bash, which keeps folder and variables, in a folder and an environment. */
export async function runConsole(
  commands: readonly Shown[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<readonly Ran[]> {
  const mark = '@@ended'
  const script = commands.map(({ command }) => `${command}\nprintf '\\n${mark} %d\\n' $?\n`).join('')
  const child = spawn('bash', ['--norc', '-s'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdin.end(`exec 2>&1\n${script}`)
  await new Promise((resolve) => child.on('close', resolve))
  const parts = output.split(new RegExp(`^${mark} (\\d+)\\n`, 'm'))
  return commands.map((_, index) => ({
    output: parts[2 * index] ?? '',
    exitCode: Number(parts[2 * index + 1] ?? -1),
  }))
}

/** The first line of a page that a command did not print; undefined: it printed all of them, in order. */
export function missingLine(shown: readonly string[], output: string): string | undefined {
  const printed = output.split('\n')
  let at = 0
  for (const line of shown) {
    if (line.trim() === '' || line.trim() === '…') continue
    const pattern = new RegExp(
      `^${line
        .trim()
        .split('…')
        .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
        .join('.*')}$`,
    )
    while (at < printed.length && !pattern.test((printed[at] ?? '').trim())) at++
    if (at >= printed.length) return line
    at++
  }
  return undefined
}
