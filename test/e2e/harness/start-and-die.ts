import { createSupervisor } from './processes.ts'

// Starts a program, tells its pid, and dies without a chance to clean up.
const [log = ''] = process.argv.slice(2)
const { pid } = createSupervisor().start({ name: 'sleep', path: 'sleep', args: ['600'], log })
process.stdout.write(`${pid}\n`, () => process.kill(process.pid, 'SIGKILL'))
