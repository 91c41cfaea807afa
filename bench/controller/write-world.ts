import { buildWorld } from './build-world.ts'
import { answerParent } from './parts.ts'

/** A child of `controller.ts`: `write-world.ts <catalog> <fleet> <clone>`; answers with the number of files. */
const [catalog = '', fleet = '', clone = ''] = process.argv.slice(2)
answerParent(await buildWorld({ catalog, fleet }, clone))
