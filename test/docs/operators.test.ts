import { testPage } from './test-page.ts'

await testPage('operators', 'an operator', [
  'init fleet',
  'cluster add',
  'status',
  'explain',
  'freeze',
  'unfreeze',
  'cordon',
  'decommission',
])
