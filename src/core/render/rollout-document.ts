import type { Json, JsonObject } from '../domain/cluster.ts'
import type {
  CurrentRelease,
  FailedPlacement,
  Removal,
  RequirementReturn,
  Rollout,
} from '../domain/rollout.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import { formatInstant, type Instant } from '../domain/time.ts'
import { emitYaml } from './emit-yaml.ts'

/** `rollouts/<group>/<service>.yaml` as people read it: equal rollouts give equal bytes. */
export function formatRollout(rollout: Rollout): string {
  return header + emitYaml([rolloutDocument(rollout)])
}

const header = `# The ledger of a service in a group. Written by Halyard: order holds and rollbacks in the catalog's directives/.
# fence rises with every write; wayBack is what each moved cluster goes back to; rejected releases never return by themselves.
`

/** A plain mapping of the rollout's fields; times are RFC 3339 in UTC, absent fields are left out. */
export function rolloutDocument(rollout: Rollout): JsonObject {
  return {
    apiVersion: 'halyard.dev/v1',
    kind: 'Rollout',
    metadata: { name: `${rollout.group}-${rollout.service}` },
    spec: {
      service: rollout.service,
      group: rollout.group,
      fence: rollout.fence,
      ...(rollout.current === undefined ? {} : { current: currentDocument(rollout.current) }),
      proven: rollout.proven.map(({ release, at }) => ({ release: releaseDocument(release), at: time(at) })),
      rejected: rollout.rejected.map(({ release, at, reason, evidence, files }) => ({
        release: releaseDocument(release),
        at: time(at),
        reason,
        evidence: evidence.map(failedDocument),
        ...(files === undefined ? {} : { files }),
      })),
      wayBack: rollout.wayBack.map(({ attempt, release, blob, clusters }) => ({
        attempt,
        ...(release === undefined ? {} : { release }),
        ...(blob === undefined ? {} : { blob }),
        clusters,
      })),
      ...(rollout.returns === undefined ? {} : { returns: rollout.returns.map(returnDocument) }),
      ...(rollout.emptied === undefined
        ? {}
        : { emptied: rollout.emptied.map(({ blob, clusters }) => ({ blob, clusters })) }),
      ...(rollout.removal === undefined ? {} : { removal: removalDocument(rollout.removal) }),
    },
  }
}

function currentDocument(current: CurrentRelease): JsonObject {
  return {
    release: releaseDocument(current.release),
    state: current.state,
    attempt: current.attempt,
    startedAt: time(current.startedAt),
    waves: current.waves.map(({ openedAt, ...wave }) => ({ ...wave, openedAt: time(openedAt) })),
    failed: current.failed.map(failedDocument),
    superseded: current.superseded,
    ...(current.refresh === true ? { refresh: true } : {}),
    ...(current.catchUp === true ? { catchUp: true } : {}),
  }
}

function removalDocument({ attempt, startedAt, approval, waves, clusters }: Removal): JsonObject {
  return {
    attempt,
    startedAt: time(startedAt),
    ...(approval === undefined ? {} : { approval }),
    waves: waves.map(({ quota, openedAt }) => ({ quota, openedAt: time(openedAt) })),
    clusters: clusters.map(({ blob, clusters: names }) => ({ blob, clusters: names })),
  }
}

function returnDocument({ at, outcome, release, reason, clusters }: RequirementReturn): JsonObject {
  return { at: time(at), outcome, release, reason, clusters }
}

/** The service is the file's own. */
function releaseDocument({ version, revision, catalogCommit }: ServiceRelease): JsonObject {
  return { version, revision, catalogCommit }
}

function failedDocument({ cluster, at, evidence }: FailedPlacement): JsonObject {
  return { cluster, at: time(at), evidence }
}

function time(instant: Instant): Json {
  return formatInstant(instant)
}
