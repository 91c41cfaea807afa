import { expect, it } from 'vitest'
import type { PayloadKustomizationReport } from '../../src/core/domain/report.ts'
import { readyOf } from '../../src/simulate/evidence.ts'
import { condition, placementReport, ready } from '../core/plan/build-report.ts'

it('finds Ready of a Kustomization as of a HelmRelease, so that no kustomize payload counts as unwell by its kind', () => {
  const payloadKustomization: PayloadKustomizationReport = {
    generation: 2,
    spec: {},
    status: {
      observedGeneration: 2,
      lastAppliedRevision: '',
      lastAttemptedRevision: '',
      conditions: [condition('Reconciling', 'True', 'Progressing'), ready('True', 'ReconciliationSucceeded')],
      history: [],
    },
  }
  expect(readyOf(placementReport({ payloadKustomization }))).toMatchObject({ type: 'Ready', status: 'True' })
  expect(readyOf(placementReport({}))).toBeUndefined()
})
