import { expect, it } from 'vitest'
import type { Page } from '../../../src/entrypoints/cli/session.ts'
import { createStyle } from '../../../src/entrypoints/cli/style.ts'
import { viewDiff } from '../../../src/entrypoints/cli/views/diff.ts'
import { viewExplain } from '../../../src/entrypoints/cli/views/explain.ts'
import { viewHistory } from '../../../src/entrypoints/cli/views/history.ts'
import { viewPlan } from '../../../src/entrypoints/cli/views/plan.ts'
import { viewRender } from '../../../src/entrypoints/cli/views/render.ts'
import { viewService, viewServices } from '../../../src/entrypoints/cli/views/status.ts'
import { viewValidate } from '../../../src/entrypoints/cli/views/validate.ts'
import * as answers from './answers.ts'

const now = Date.UTC(2026, 10, 22, 14, 21) / 1000
const page: Page = { isWide: false, width: 100, style: createStyle(false), isColoured: false, now }
const wide: Page = { ...page, isWide: true, width: undefined }

/** What people see, in files that a reviewer can read. */
const views: readonly [golden: string, text: () => string][] = [
  ['status', () => viewServices(answers.status, page)],
  ['status-wide', () => viewServices(answers.status, wide)],
  ['status-service', () => viewService(answers.status, answers.payments, page)],
  ['status-frozen', () => viewService(answers.status, answers.frozen, page)],
  ['status-unpublished', () => viewServices({ ...answers.status, publishedBy: null, services: [] }, page)],
  ['explain-cluster', () => viewExplain(answers.explain, page)],
  ['explain-refused', () => viewExplain(answers.refused, page)],
  ['plan', () => viewPlan(answers.plan, true, page)],
  ['diff', () => viewDiff(answers.diff, page)],
  ['history', () => viewHistory(answers.history, page)],
  ['history-wide', () => viewHistory(answers.history, wide)],
  ['render', () => viewRender(answers.render, page)],
  ['validate', () => viewValidate(answers.validate, page)],
]

it.each(views)('prints %s', async (golden, text) => {
  await expect(text()).toMatchFileSnapshot(`golden/${golden}.txt`)
})

it.each(views.filter(([golden]) => /^(status|plan|history)/.test(golden) && !golden.endsWith('wide')))(
  'keeps the table of %s within 100 columns',
  (_golden, text) => {
    const table = text().split('\n\n')[0] ?? ''
    expect(table.split('\n').filter((line) => Array.from(line).length > 100)).toEqual([])
  },
)

it('tells in a plan what leaves clusters, though nothing else moves', () => {
  const clusters = ['prod-euw1-01', 'prod-euw1-02']
  const removal = { group: 'prod', text: 'leaves 2 clusters: removal wave 1 of 1', clusters }
  const nothing = { frozenBy: null, groups: [], proposals: [], approvals: [], joins: [], validUntil: null }
  const services = [{ service: 'ledger', ...nothing, removals: [removal] }]
  expect(viewPlan({ ...answers.plan, services }, true, page)).toBe(`\
SERVICE  GROUP  RELEASE  DOES     WHAT
ledger   prod   -        removal  leaves 2 clusters: removal wave 1 of 1

leaves prod: prod-euw1-01, prod-euw1-02
`)
})

it('tells states by words too: without colour nothing is lost', () => {
  const coloured = viewService(answers.status, answers.payments, {
    ...page,
    style: createStyle(true),
    isColoured: true,
  })
  expect(coloured).toContain('\u001b[')
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(viewService(answers.status, answers.payments, page))
})
