import type { FindingScope } from '../../core/domain/finding.ts'
import { templateNames, type TemplateName } from '../../core/domain/templates.ts'
import { directiveKinds, type DocumentKind } from './documents/kinds.ts'

/** What a path of the catalog repository holds. */
export type CatalogPath =
  | {
      readonly kind: 'document'
      /** Documents of one section are put together as one; a service with its versions is a section. */
      readonly section: string
      readonly kinds: readonly DocumentKind[]
      /** What `metadata.name` must be; undefined: free. */
      readonly name: string | undefined
      readonly scope: FindingScope
    }
  | {
      readonly kind: 'template'
      readonly section: 'templates'
      readonly name: TemplateName
      readonly scope: FindingScope
    }
  /** A YAML file where documents are read, but at a path that stands for none. */
  | {
      readonly kind: 'misplaced'
      readonly section: string
      readonly scope: FindingScope
      readonly expected: string
    }
  | { readonly kind: 'other' }

const catalogScope: FindingScope = { kind: 'catalog' }

interface Folder {
  readonly kinds: readonly DocumentKind[]
  readonly scope: (name: string) => FindingScope
}

const folders: Readonly<Record<string, Folder>> = {
  'deployment-groups': { kinds: ['DeploymentGroup'], scope: (name) => ({ kind: 'group', name }) },
  clusters: { kinds: ['Cluster'], scope: (name) => ({ kind: 'cluster', name }) },
  'chart-repositories': { kinds: ['ChartRepository'], scope: (name) => ({ kind: 'chartRepository', name }) },
  'source-repositories': {
    kinds: ['SourceRepository'],
    scope: (name) => ({ kind: 'sourceRepository', name }),
  },
  // An order that can not be read may be a Hold: until it can be, nothing moves.
  directives: { kinds: directiveKinds, scope: () => catalogScope },
}

/** Tells by its path alone what a file of the catalog repository is. */
export function classifyPath(path: string): CatalogPath {
  if (path === 'halyard.yaml') {
    return {
      kind: 'document',
      section: 'settings',
      kinds: ['Settings'],
      name: undefined,
      scope: catalogScope,
    }
  }
  if (!/\.ya?ml$/.test(path)) return { kind: 'other' }
  const [root = '', ...rest] = path.split('/')
  if (root === 'services') return classifyServicePath(rest)
  if (root === 'templates') return classifyTemplate(rest)
  const folder = Object.hasOwn(folders, root) ? folders[root] : undefined
  if (folder === undefined) return { kind: 'other' }
  const [file = '', ...deeper] = rest
  const name = file.replace(/\.ya?ml$/, '')
  const scope = folder.scope(name)
  if (deeper.length > 0 || !file.endsWith('.yaml')) {
    return { kind: 'misplaced', section: root, scope, expected: `${root}/<name>.yaml` }
  }
  return { kind: 'document', section: root, kinds: folder.kinds, name, scope }
}

function classifyServicePath([service = '', ...rest]: readonly string[]): CatalogPath {
  if (rest.length === 0) {
    return {
      kind: 'misplaced',
      section: 'services',
      scope: catalogScope,
      expected: 'services/<service>/service.yaml',
    }
  }
  const section = `services/${service}`
  const scope: FindingScope = { kind: 'service', name: service }
  const [folder, file = ''] = rest
  if (rest.length === 1 && folder === 'service.yaml')
    return { kind: 'document', section, kinds: ['Service'], name: service, scope }
  if (rest.length === 2 && folder === 'versions' && file.endsWith('.yaml')) {
    const name = `${service}-${file.slice(0, -'.yaml'.length)}`
    return { kind: 'document', section, kinds: ['ServiceVersion'], name, scope }
  }
  return {
    kind: 'misplaced',
    section,
    scope,
    expected: `${section}/service.yaml or ${section}/versions/<version>.yaml`,
  }
}

function classifyTemplate([file = '', ...deeper]: readonly string[]): CatalogPath {
  const name = templateNames.find((candidate) => `${candidate}.yaml` === file)
  if (name !== undefined && deeper.length === 0)
    return { kind: 'template', section: 'templates', name, scope: catalogScope }
  const expected = `templates/<name>.yaml with a name of ${templateNames.join(', ')}`
  return { kind: 'misplaced', section: 'templates', scope: catalogScope, expected }
}
