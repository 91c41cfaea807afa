import type { Json, JsonObject } from '../domain/cluster.ts'
import type { FieldPath } from '../domain/finding.ts'
import type {
  CurrentRelease,
  FailedPlacement,
  OpenedWave,
  Removal,
  RemovedPlacements,
  RequirementReturn,
  Rollout,
  WayBack,
} from '../domain/rollout.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import { parseInstant, type Instant } from '../domain/time.ts'
import { isObject } from '../expressions/json-tree.ts'

/** A document that is no rollout, with the field at fault. */
export class RolloutFormatError extends Error {
  override readonly name = 'RolloutFormatError'
  readonly field: FieldPath

  constructor(field: FieldPath, expected: string, found: Json | undefined) {
    super(
      `${field.join('.') || 'the document'} must be ${expected}, found ${JSON.stringify(found) ?? 'nothing'}`,
    )
    this.field = field
  }
}

/** The inverse of `rolloutDocument`. Throws RolloutFormatError. */
export function rolloutFromDocument(document: Json): Rollout {
  const root: Field = { value: document, path: [] }
  expectText(at(root, 'apiVersion'), ['halyard.dev/v1'])
  expectText(at(root, 'kind'), ['Rollout'])
  const spec = at(root, 'spec')
  const service = text(at(spec, 'service'))
  return {
    service,
    group: text(at(spec, 'group')),
    fence: count(at(spec, 'fence')),
    current: optional(at(spec, 'current'), (field) => readCurrent(field, service)),
    proven: list(at(spec, 'proven'), (field) => ({
      release: readRelease(at(field, 'release'), service),
      at: instant(at(field, 'at')),
    })),
    rejected: list(at(spec, 'rejected'), (field) => ({
      release: readRelease(at(field, 'release'), service),
      at: instant(at(field, 'at')),
      reason: text(at(field, 'reason')),
      evidence: list(at(field, 'evidence'), readFailed),
      ...leftOut(
        optional(at(field, 'files'), (files) => list(files, text)),
        (files) => ({ files }),
      ),
    })),
    wayBack: list(at(spec, 'wayBack'), readWayBack),
    ...leftOut(
      optional(at(spec, 'returns'), (field) => list(field, readReturn)),
      (returns) => ({ returns }),
    ),
    ...leftOut(
      optional(at(spec, 'emptied'), (field) => list(field, readRemoved)),
      (emptied) => ({ emptied }),
    ),
    ...leftOut(optional(at(spec, 'removal'), readRemoval), (removal) => ({ removal })),
  }
}

function readCurrent(field: Field, service: string): CurrentRelease {
  return {
    release: readRelease(at(field, 'release'), service),
    state: expectText(at(field, 'state'), ['rolling', 'proven', 'rejected', 'halted']),
    attempt: count(at(field, 'attempt')),
    startedAt: instant(at(field, 'startedAt')),
    waves: list(at(field, 'waves'), readWave),
    failed: list(at(field, 'failed'), readFailed),
    superseded: list(at(field, 'superseded'), text),
    ...(at(field, 'refresh').value === true ? { refresh: true } : {}),
    ...(at(field, 'catchUp').value === true ? { catchUp: true } : {}),
  }
}

function readRelease(field: Field, service: string): ServiceRelease {
  return {
    service,
    version: text(at(field, 'version')),
    revision: text(at(field, 'revision')),
    catalogCommit: text(at(field, 'catalogCommit')),
  }
}

function readWave(field: Field): OpenedWave {
  const part = optional(at(field, 'part'), count)
  const parts = optional(at(field, 'parts'), count)
  return {
    quota: count(at(field, 'quota')),
    openedAt: instant(at(field, 'openedAt')),
    ...(part === undefined ? {} : { part }),
    ...(parts === undefined ? {} : { parts }),
  }
}

function readFailed(field: Field): FailedPlacement {
  return {
    cluster: text(at(field, 'cluster')),
    at: instant(at(field, 'at')),
    evidence: text(at(field, 'evidence')),
  }
}

function readRemoval(field: Field): Removal {
  return {
    attempt: count(at(field, 'attempt')),
    startedAt: instant(at(field, 'startedAt')),
    approval: optional(at(field, 'approval'), text),
    waves: list(at(field, 'waves'), readWave),
    clusters: list(at(field, 'clusters'), readRemoved),
  }
}

function readRemoved(field: Field): RemovedPlacements {
  return { blob: text(at(field, 'blob')), clusters: list(at(field, 'clusters'), text) }
}

function readWayBack(field: Field): WayBack {
  return {
    attempt: count(at(field, 'attempt')),
    release: optional(at(field, 'release'), text),
    blob: optional(at(field, 'blob'), text),
    clusters: list(at(field, 'clusters'), text),
  }
}

function readReturn(field: Field): RequirementReturn {
  return {
    at: instant(at(field, 'at')),
    outcome: expectText(at(field, 'outcome'), ['returned', 'broken']),
    release: text(at(field, 'release')),
    reason: text(at(field, 'reason')),
    clusters: list(at(field, 'clusters'), text),
  }
}

/** A value of the document and where it stands. */
interface Field {
  readonly value: Json | undefined
  readonly path: FieldPath
}

function at(field: Field, key: string): Field {
  return { value: mapping(field)[key], path: [...field.path, key] }
}

function mapping({ value, path }: Field): JsonObject {
  if (!isObject(value)) throw new RolloutFormatError(path, 'a mapping', value)
  return value
}

function text({ value, path }: Field): string {
  if (typeof value !== 'string') throw new RolloutFormatError(path, 'text', value)
  return value
}

function expectText<Text extends string>(field: Field, allowed: readonly Text[]): Text {
  const found = allowed.find((each) => each === field.value)
  if (found === undefined) throw new RolloutFormatError(field.path, allowed.join(' or '), field.value)
  return found
}

function count({ value, path }: Field): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new RolloutFormatError(path, 'a whole number', value)
  return value
}

function instant(field: Field): Instant {
  const found = parseInstant(text(field))
  if (found === undefined)
    throw new RolloutFormatError(field.path, 'a time like 2026-11-22T14:32:00Z', field.value)
  return found
}

function list<Item>({ value, path }: Field, read: (field: Field) => Item): readonly Item[] {
  if (!Array.isArray(value)) throw new RolloutFormatError(path, 'a list', value)
  return value.map((item: Json, index) => read({ value: item, path: [...path, index] }))
}

/** A field that is left out where it has no value. */
function leftOut<Item, Fields extends object>(
  item: Item | undefined,
  fieldsOf: (item: Item) => Fields,
): Fields | object {
  return item === undefined ? {} : fieldsOf(item)
}

function optional<Item>(field: Field, read: (field: Field) => Item): Item | undefined {
  return field.value === undefined || field.value === null ? undefined : read(field)
}
