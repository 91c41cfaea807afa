import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { createExampleWorld, writeExample } from '../../operations/example-world.ts'
import { halctl, type Run, scratchFolder } from './real-halctl.ts'

/** Repositories as an example left them. */
export interface OrderWorld {
  readonly folder: string
  /** A copy of the catalog, which one test may write to. */
  freshCatalog(): Promise<string>
  /** Runs `halctl` on a catalog and the fleet. */
  run(catalog: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Run>
  remove(): Promise<void>
}

export async function createOrderWorld(): Promise<OrderWorld> {
  const { path: folder, remove } = await scratchFolder()
  await writeExample(await createExampleWorld(), folder)
  let catalogs = 0
  return {
    folder,
    async freshCatalog() {
      const path = join(folder, `catalog-${++catalogs}.git`)
      await cp(join(folder, 'catalog.git'), path, { recursive: true })
      return path
    },
    run: async (catalog, args, env) =>
      halctl(folder, ['--catalog', catalog, '--fleet', join(folder, 'fleet.git'), ...args], env),
    remove,
  }
}
