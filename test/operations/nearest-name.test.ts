import { expect, it } from 'vitest'
import { nearestName, unknownName } from '../../src/operations/nearest-name.ts'

it.each([
  ['paymets', 'payments'],
  ['Payments', 'payments'],
  ['legder', 'ledger'],
])('takes %s for %s', (name, meant) => {
  expect(nearestName(name, ['ledger', 'payments', 'ingress'])).toBe(meant)
})

it('guesses nothing for a name that is far from all', () => {
  expect(nearestName('search', ['ledger', 'payments'])).toBeUndefined()
})

it('lists what is known where it can guess nothing', () => {
  expect(unknownName('service', 'search', ['ledger', 'payments']).remedy).toBe('known: ledger, payments')
})

it('says that there is none at all', () => {
  expect(unknownName('service', 'search', []).remedy).toBe('the catalog has no service')
})
