import { expect, test } from 'vitest'
import { createLogNotifier } from '../../../src/adapters/notify/log-notifier.ts'

test('a notification is one line, whatever its text holds', async () => {
  const lines: string[] = []
  const notifier = createLogNotifier((line) => lines.push(line))
  await notifier.notify({
    service: 'payments',
    owner: 'team-payments',
    group: 'prod',
    severity: 'page',
    title: '1.4.3 rejected',
    text: 'prod-1: CrashLoopBackOff\n  prod-2: timeout',
    key: 'rejected/payments/prod/1.4.3',
  })
  expect(lines).toEqual([
    'page team-payments  payments in prod: 1.4.3 rejected  prod-1: CrashLoopBackOff · prod-2: timeout',
  ])
})
