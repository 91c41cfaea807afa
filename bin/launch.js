import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import * as modules from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Plain JavaScript, so that an old Node parses it and can say what is missing. */
const neededMajor = 24

const here = fileURLToPath(import.meta.url)
// Node strips no types below node_modules, so an installed package runs what was compiled.
const isCheckout = !/[/\\]node_modules[/\\]/.test(here) && existsSync(file('../src/main.ts'))

/**
 * Runs a program of this package: `src/main.ts` in a checkout, else `dist/main.js`. Under a Node that is too old,
 * a checkout starts again with the Node that `npm ci` brought.
 * @param {'halctl' | 'halyard'} program the export of the main module to call: (argv) => Promise<exit code>
 */
export async function launch(program) {
  if (Number(process.versions.node.split('.')[0]) < neededMajor) {
    runWithBundledNode(program)
    return
  }
  // The reader went away (`halctl … | head`): end as a program does that dies of SIGPIPE.
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(141)
    throw error
  })
  keepCompiled()
  const main = await import(isCheckout ? '../src/main.ts' : '../dist/main.js')
  process.exitCode = await main[program](process.argv.slice(2))
}

/**
 * Types that were stripped and code that was compiled once are read back at the next start: half of a short command's time.
 * In the user's own cache folder, as what lies there is run.
 */
function keepCompiled() {
  try {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
    modules.enableCompileCache(process.env.NODE_COMPILE_CACHE || join(cache, 'halyard', 'code'))
  } catch {
    // A user without an entry and HOME, as in a container, has no cache.
  }
}

function runWithBundledNode(program) {
  const bundled = file('../node_modules/node/bin/node')
  if (!isCheckout || !existsSync(bundled) || realpathSync(bundled) === realpathSync(process.execPath)) {
    process.stderr.write(
      `${program} needs Node ${neededMajor} or newer, this is ${process.versions.node} (${process.execPath}).\n` +
        `Install it from https://nodejs.org. A checkout brings its own: \`npm ci\`, then \`npx ${program}\` or \`npm start\`.\n`,
    )
    process.exitCode = 1
    return
  }
  const child = spawn(bundled, process.argv.slice(1), { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both; whatever the child makes of it is the answer.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (exitCode, signal) => {
    if (signal === null) {
      process.exit(exitCode)
    } else {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
  })
}

function file(path) {
  return fileURLToPath(new URL(path, import.meta.url))
}
