import type { GitRepository, Oid, RefUpdate } from '../../git/port.ts'
import type { CommitStatus } from '../port.ts'
import { untilSettled } from './contention.ts'

/** A commit status with the blob that holds it, at `refs/halyard/statuses/<sha>`. */
export interface StoredStatus {
  readonly oid: Oid
  readonly status: CommitStatus
}

export interface Statuses {
  read(sha: Oid): Promise<StoredStatus | undefined>
  write(sha: Oid, status: CommitStatus): Promise<void>
  /** The ref update that forgets a status, failing its transaction when it is another one by now. */
  forget(sha: Oid, stored: StoredStatus | undefined): readonly RefUpdate[]
}

export function createStatuses(repository: GitRepository): Statuses {
  async function read(sha: Oid): Promise<StoredStatus | undefined> {
    const oid = await repository.resolve(statusRef(sha))
    if (oid === undefined) return undefined
    const [text = ''] = await repository.readBlobs([oid])
    return { oid, status: JSON.parse(text) as CommitStatus }
  }

  return {
    read,
    async write(sha, status) {
      const [oid] = await repository.writeBlobs([`${JSON.stringify(status)}\n`])
      await untilSettled(`set the status of ${sha}`, async () => {
        const expected = await repository.resolve(statusRef(sha))
        if (expected === oid) return 'updated'
        return repository.updateRefs([{ ref: statusRef(sha), expected, to: oid }])
      })
    },
    forget: (sha, stored) =>
      stored === undefined ? [] : [{ ref: statusRef(sha), expected: stored.oid, to: undefined }],
  }
}

function statusRef(sha: Oid): string {
  return `refs/halyard/statuses/${sha}`
}
