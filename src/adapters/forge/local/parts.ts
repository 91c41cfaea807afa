import type { Instant } from '../../../core/domain/time.ts'
import type { GitRepository } from '../../git/port.ts'
import type { PullRecords } from './pull-records.ts'
import type { Statuses } from './statuses.ts'

/** What the steps of the forge share. */
export interface LocalForgeParts {
  readonly repository: GitRepository
  readonly records: PullRecords
  readonly statuses: Statuses
  readonly clock: () => Instant
}
