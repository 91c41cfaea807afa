import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface AddOptions extends OrderOptions {
  readonly label: readonly string[]
  readonly metadata: readonly string[]
  readonly reason?: string
}

interface RemoveOptions extends OrderOptions {
  readonly leaveRunning?: boolean
  readonly reason?: string
}

export function addClusterCommands(program: Command, session: Session): Command {
  const cluster = program
    .command('cluster')
    .summary('add, empty and remove clusters')
    .description('Makes clusters exist, empties them, and stops managing them: a file each, under your name.')
    .usage('<add|decommission|remove> [options]')
  addAdd(cluster, session)
  addDecommission(cluster, session)
  addRemove(cluster, session)
  return cluster.addHelpText(
    'after',
    `
Examples:
  halctl cluster add prod-euw1-05 --label env=prod --label region=eu-west-1 --metadata size=large
  halctl cluster decommission prod-euw1-05
  halctl cluster remove prod-euw1-05`,
  )
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function addAdd(cluster: Command, session: Session): void {
  const command = cluster
    .command('add')
    .summary('make a cluster exist')
    .description(
      'Writes clusters/<name>.yaml. Its labels must put it in one deployment group; tells which, and how many services it gets.',
    )
    .argument('<name>', 'it never changes')
    .option('--label <key=value>', 'what selectors match; may be repeated', collect, [])
    .option(
      '--metadata <path=value>',
      'facts that values read, typed as helm --set does; may be repeated',
      collect,
      [],
    )
    .option('--reason <text>', 'why, for the commit')
  addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl cluster add prod-euw1-05 --label env=prod --label region=eu-west-1 --metadata size=large
  halctl cluster add devel-9 --label env=devel --dry-run`,
    )
    .action(async (name: string, options: AddOptions, self: Command) => {
      const { addCluster } = await import('../../../operations/orders/add-cluster.ts')
      const { label, metadata, reason } = options
      const input = { cluster: name, labels: [...label], metadata: [...metadata], ...given({ reason }) }
      await session.order(self, { order: addCluster, input, options: orderOptions(options) })
    })
}

function addDecommission(cluster: Command, session: Session): void {
  const command = cluster
    .command('decommission')
    .summary('empty a cluster')
    .description(
      'Marks a cluster to be emptied: every service leaves it, dependents before what they depend on.',
    )
    .argument('<cluster>')
    .option('--reason <text>', 'why, for the commit')
  addOrderOptions(command, { canWait: false })
    .addHelpText('after', '\nExamples:\n  halctl cluster decommission prod-euw1-05 --reason "end of lease"')
    .action(async (name: string, options: RemoveOptions, self: Command) => {
      const { decommissionCluster } = await import('../../../operations/orders/decommission-cluster.ts')
      const input = { cluster: name, ...given({ reason: options.reason }) }
      await session.order(self, { order: decommissionCluster, input, options: orderOptions(options) })
    })
}

function addRemove(cluster: Command, session: Session): void {
  const command = cluster
    .command('remove')
    .summary('stop managing a cluster')
    .description(
      'Removes the file of a cluster: Halyard stops managing it, and takes nothing away. Refused while services run there.',
    )
    .argument('<cluster>')
    .option('--leave-running', 'also while services run there, which nobody manages afterwards')
    .option('--reason <text>', 'why, for the commit')
  addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl cluster remove prod-euw1-05
  halctl cluster remove prod-euw1-05 --leave-running --reason "handed over to another team"`,
    )
    .action(async (name: string, options: RemoveOptions, self: Command) => {
      const { removeCluster } = await import('../../../operations/orders/remove-cluster.ts')
      const { leaveRunning, reason } = options
      const input = { cluster: name, ...given({ leaveRunning, reason }) }
      await session.order(self, { order: removeCluster, input, options: orderOptions(options) })
    })
}
