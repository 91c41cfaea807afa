import { execa } from 'execa'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { eventually } from './harness/eventually.ts'
import { createSupervisor } from './harness/processes.ts'

const program = fileURLToPath(new URL('harness/start-and-die.ts', import.meta.url))

describe('Programs of the stack', () => {
  it('end when the process that started them is killed', async () => {
    const { stdout, signal } = await execa(process.execPath, [program, await logFile()], { reject: false })
    const pid = Number(stdout)
    expect(signal).toBe('SIGKILL')
    expect(pid).toBeGreaterThan(0)
    await eventually({ what: `process ${pid} ends`, seconds: 10 }, async () => !isAlive(pid) || undefined)
  })

  it('end when they are asked to, and can be started again', async () => {
    const supervisor = createSupervisor()
    const start = { name: 'sleep', path: 'sleep', args: ['600'], log: await logFile() }
    const first = supervisor.start(start)
    expect(isAlive(first.pid)).toBe(true)
    await first.stop()
    expect(first.hasEnded()).toBe(true)
    const second = supervisor.start(start)
    await supervisor.close()
    expect(second.hasEnded()).toBe(true)
  })
})

async function logFile(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'processes-')), 'log')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
