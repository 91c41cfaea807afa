import { expect, test } from 'vitest'
import { joinable } from '../../../src/core/plan/join-requirements.ts'
import { createRequiresGraph } from '../../../src/core/plan/requires-graph.ts'
import { catalogOf, service, version } from '../check/build-catalog.ts'

const requires = (name: string, number: string, on: string, range: string) => ({
  ...version(name, number),
  requires: [{ service: on, range }],
})
const services = [
  service('ledger'),
  service('payments'),
  service('shop'),
  service('mesh', { tier: 'foundation' }),
  service('audit', { dependsOn: ['payments'] }),
]
const catalog = catalogOf({
  services,
  versions: [
    version('mesh', '1.0.0'),
    version('ledger', '1.4.0'),
    version('ledger', '1.5.0'),
    requires('payments', '2.0.0', 'ledger', '>=1.5'),
    requires('shop', '3.0.0', 'payments', '>=2'),
    version('audit', '1.0.0'),
  ],
})
const joinsOf = (...words: readonly string[]) =>
  words.map((text) => {
    const [name = '', number = ''] = text.split(' ')
    const release = { service: name, version: number, revision: '0', catalogCommit: '' }
    return { service: name, release }
  })
const joined = (...words: readonly string[]): readonly string[] =>
  joinable(joinsOf(...words), createRequiresGraph(catalog), catalog.services).map(
    ({ service: name, release }) => `${name} ${release.version}`,
  )

test('a new cluster gets what fits together, foundation first, then dependencies', () => {
  expect(joined('audit 1.0.0', 'shop 3.0.0', 'payments 2.0.0', 'ledger 1.5.0', 'mesh 1.0.0')).toEqual([
    'mesh 1.0.0',
    'ledger 1.5.0',
    'payments 2.0.0',
    'audit 1.0.0',
    'shop 3.0.0',
  ])
})

test('what requires something that does not join with it waits for a wave, and so does what rests on it', () => {
  expect(joined('shop 3.0.0', 'payments 2.0.0', 'ledger 1.4.0')).toEqual(['ledger 1.4.0'])
  expect(joined('shop 3.0.0', 'ledger 1.5.0')).toEqual(['ledger 1.5.0'])
})
