import type { TSchema } from 'typebox'
import { ApproveSchema, type ApproveDocument } from './approve.ts'
import { ChartRepositorySchema, type ChartRepositoryDocument } from './chart-repository.ts'
import { ClusterSchema, type ClusterDocument } from './cluster.ts'
import { CordonSchema, type CordonDocument } from './cordon.ts'
import { DeploymentGroupSchema, type DeploymentGroupDocument } from './deployment-group.ts'
import { ExpediteSchema, type ExpediteDocument } from './expedite.ts'
import { FreezeSchema, type FreezeDocument } from './freeze.ts'
import { HoldSchema, type HoldDocument } from './hold.ts'
import { PinSchema, type PinDocument } from './pin.ts'
import { PromoteSchema, type PromoteDocument } from './promote.ts'
import { RetrySchema, type RetryDocument } from './retry.ts'
import { RollbackSchema, type RollbackDocument } from './rollback.ts'
import { ServiceSchema, type ServiceDocument } from './service.ts'
import { ServiceVersionSchema, type ServiceVersionDocument } from './service-version.ts'
import { SettingsSchema, type SettingsDocument } from './settings.ts'
import { SkipSchema, type SkipDocument } from './skip.ts'
import { SourceRepositorySchema, type SourceRepositoryDocument } from './source-repository.ts'
import { WithdrawSchema, type WithdrawDocument } from './withdraw.ts'

/** The schema of every kind of document, by kind. */
export const documentSchemas = {
  Settings: SettingsSchema,
  DeploymentGroup: DeploymentGroupSchema,
  Cluster: ClusterSchema,
  ChartRepository: ChartRepositorySchema,
  SourceRepository: SourceRepositorySchema,
  Service: ServiceSchema,
  ServiceVersion: ServiceVersionSchema,
  Hold: HoldSchema,
  Rollback: RollbackSchema,
  Freeze: FreezeSchema,
  Cordon: CordonSchema,
  Withdraw: WithdrawSchema,
  Expedite: ExpediteSchema,
  Skip: SkipSchema,
  Retry: RetrySchema,
  Promote: PromoteSchema,
  Pin: PinSchema,
  Approve: ApproveSchema,
} as const satisfies Readonly<Record<string, TSchema>>

export type DocumentKind = keyof typeof documentSchemas

export type CatalogDocument =
  | SettingsDocument
  | DeploymentGroupDocument
  | ClusterDocument
  | ChartRepositoryDocument
  | SourceRepositoryDocument
  | ServiceDocument
  | ServiceVersionDocument
  | DirectiveDocument

/** What people order. */
export type DirectiveDocument =
  | HoldDocument
  | RollbackDocument
  | FreezeDocument
  | CordonDocument
  | WithdrawDocument
  | ExpediteDocument
  | SkipDocument
  | RetryDocument
  | PromoteDocument
  | PinDocument
  | ApproveDocument

export const directiveKinds = [
  'Hold',
  'Rollback',
  'Freeze',
  'Cordon',
  'Withdraw',
  'Expedite',
  'Skip',
  'Retry',
  'Promote',
  'Pin',
  'Approve',
] as const satisfies readonly DirectiveDocument['kind'][]
