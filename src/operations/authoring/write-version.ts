import { type Document, isMap, parseAllDocuments } from 'yaml'
import { KnownError } from '../known-error.ts'
import { pinOf } from './kustomize-pin.ts'
import { removeField, setBlock, setField, type Path } from './edit-yaml.ts'
import { parseSet } from './parse-set.ts'

export interface VersionChanges {
  readonly service: string
  readonly version: string
  readonly chartVersion?: string
  readonly digest?: string
  readonly revision?: string
  readonly values?: string
  readonly set?: readonly string[]
  readonly setString?: readonly string[]
  readonly changelog?: string
  readonly commit?: string
  readonly author?: string
}

/** The file of a version as a change of another one's, whose comments and formatting it keeps. Throws `KnownError`. */
export function writeVersion(base: string, changes: VersionChanges): string {
  const { service, version, chartVersion, digest, revision, values } = changes
  let text = setField(base, ['metadata', 'name'], `${service}-${version}`)
  text = setField(text, ['spec', 'version'], version)
  if (chartVersion !== undefined) text = setField(text, ['spec', 'chart', 'version'], chartVersion)
  const payload = pinOf(base) ? 'kustomize' : 'chart'
  if (digest !== undefined) text = setField(text, ['spec', payload, 'digest'], digest)
  if (revision !== undefined) text = setField(text, ['spec', 'kustomize', 'commit'], revision)
  if (values !== undefined) text = setBlock(text, ['spec', 'values'], valuesOf(values))
  for (const setting of changes.set ?? []) text = applySetting(text, setting, false)
  for (const setting of changes.setString ?? []) text = applySetting(text, setting, true)
  // What the copied version was made from says nothing about this one.
  for (const name of ['commit', 'author', 'changelog'] as const) {
    const path = ['spec', 'source', name]
    const value = changes[name]
    text = value === undefined ? removeField(text, path) : setField(text, path, value)
  }
  return text
}

/** The text of a values file without document marks. */
function valuesOf(text: string): string {
  const [document, further] = readAll(text)
  if (!document || document.errors.length > 0 || further || !isMap(document.contents))
    throw new KnownError(
      `the values are no YAML mapping${document?.errors[0] ? `: ${document.errors[0].message}` : ''}`,
      'give one document of names and values, as helm takes it',
    )
  return text
    .replace(/^﻿/, '')
    .replace(/^(?:\s*(?:#.*|%.*)?\n)*---[ \t]*\n/, '')
    .replace(/\n\.\.\.\s*$/, '\n')
}

function readAll(text: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, { version: '1.2', uniqueKeys: false, prettyErrors: false })
  return Array.isArray(documents) ? documents : []
}

function applySetting(text: string, setting: string, isText: boolean): string {
  return parseSet(setting, isText).reduce((changed, { path, value }) => {
    const field: Path = ['spec', 'values', ...path]
    try {
      return setField(changed, field, value)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new KnownError(
        `--set ${JSON.stringify(setting)}: ${error.message}`,
        'lists grow by one at their end',
      )
    }
  }, text)
}
