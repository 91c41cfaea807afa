import { describe, expect, it } from 'vitest'
import { applyFiles } from '../../../src/adapters/catalog/sections.ts'
import { createAssembler } from '../../../src/adapters/catalog/snapshot.ts'
import { loadTemplates, readDefaultTemplates } from '../../../src/adapters/catalog/templates.ts'
import { templateNames } from '../../../src/core/domain/templates.ts'
import { plainTemplates, smallCatalog } from './build-catalog.ts'

const files = new Map(
  templateNames.map((name) => [name, `apiVersion: v1\nkind: ConfigMap\ndata: {name: ${name}}\n`]),
)

describe('loading', () => {
  it('parses each skeleton', () => {
    expect(loadTemplates(files).objects['namespace']).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { name: 'namespace' },
    })
  })

  it('gives one revision for the same texts in any order, another for another text', () => {
    const { revision } = loadTemplates(files)
    expect(revision).toMatch(/^[0-9a-f]{8}$/)
    expect(loadTemplates(new Map([...files].toReversed())).revision).toBe(revision)
    expect(
      loadTemplates(new Map([...files, ['namespace', 'apiVersion: v1\nkind: Namespace\n']])).revision,
    ).not.toBe(revision)
  })

  it('counts a skeleton that few services use apart from the others', () => {
    const loaded = loadTemplates(files)
    const edited = loadTemplates(new Map([...files, ['external-secret', 'apiVersion: v1\nkind: Secret\n']]))
    expect(edited.revision).toBe(loaded.revision)
    expect(edited.optionalRevisions['external-secret']).not.toBe(loaded.optionalRevisions['external-secret'])
  })

  it('throws when a skeleton is missing or broken', () => {
    expect(() => loadTemplates(new Map([...files].slice(1)))).toThrow(/is missing/)
    expect(() => loadTemplates(new Map([...files, ['namespace', 'a: 1\n']]))).toThrow(
      'templates/namespace.yaml: the skeleton is no Kubernetes object',
    )
  })

  it("finds the project's own skeletons", async () => {
    expect((await readDefaultTemplates()).objects['helm-release']['kind']).toBe('HelmRelease')
  })
})

describe("a catalog's own skeleton", () => {
  const assemble = createAssembler(plainTemplates())
  const templatesWith = (text: string, name = 'namespace') => {
    const own = { ...smallCatalog(), [`templates/${name}.yaml`]: text }
    const sections = applyFiles(
      new Map(),
      Object.entries(own).map(([path, content]) => ({ path, text: content })),
      [],
    )
    return assemble('worktree', sections)
  }

  it('replaces the default of its name and changes the revision', () => {
    const { catalog, findings } = templatesWith('apiVersion: v1\nkind: Namespace\n')
    expect(findings).toEqual([])
    expect(catalog.templates.objects['namespace']).toEqual({ apiVersion: 'v1', kind: 'Namespace' })
    expect(catalog.templates.objects['config-map']).toEqual({ apiVersion: 'v1', kind: 'ConfigMap' })
    expect(catalog.templates.revision).not.toBe('00000000')
  })

  it('changes no other revision when few services use it', () => {
    const { catalog } = templatesWith(
      'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n',
      'external-secret',
    )
    expect(catalog.templates.objects['external-secret']['kind']).toBe('ExternalSecret')
    expect(catalog.templates.revision).toBe('00000000')
    expect(catalog.templates.optionalRevisions['external-secret']).not.toBe('00000000')
  })

  it('leaves the default in place while it is broken, and stops everything', () => {
    const { catalog, findings } = templatesWith('kind: Namespace\n')
    expect(catalog.templates.revision).toBe('00000000')
    expect(findings).toMatchObject([{ scope: { kind: 'catalog' }, file: 'templates/namespace.yaml' }])
  })
})
