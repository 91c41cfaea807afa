import { testPage } from './test-page.ts'

await testPage('owners', 'an owner', [
  'init catalog',
  'init fleet',
  'new-version',
  'validate',
  'diff',
  'merge',
  'status',
  'hold',
  'rollback',
])
