import type { Command } from 'commander'
import { given } from '../../operations/given.ts'

export interface ClusterOptions {
  readonly cluster?: readonly string[]
  readonly selector?: string
}

/** Options of orders that can be for some clusters only. */
export function addClusterOptions(command: Command, what: string): Command {
  return command
    .option('--cluster <glob...>', `${what}: their names, or globs; "!" excludes`)
    .option('--selector <labels>', 'the same by labels: env=prod,tier!=edge,region in (eu, us)')
}

export function clusterInput({ cluster, selector }: ClusterOptions) {
  return given({ clusters: cluster && [...cluster], selector })
}
