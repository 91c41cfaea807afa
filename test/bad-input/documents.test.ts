import { expect, it } from 'vitest'
import { formatField } from '../../src/core/check/format-findings.ts'
import { applyFiles } from '../../src/adapters/catalog/sections.ts'
import { cluster, smallCatalog, version } from '../adapters/catalog/build-catalog.ts'

/**
 * What people write that is no document. YAML that is refused as such (further documents, tags, anchors, duplicate keys,
 * depth, size, NUL, `__proto__`, integers beyond 2^53) has its table in `adapters/catalog/read-yaml.test.ts`, fields that
 * break a schema in `adapters/catalog/parse-document.test.ts`.
 */
const group = smallCatalog()['deployment-groups/prod.yaml'] ?? ''
const service = smallCatalog()['services/payments/service.yaml'] ?? ''
const label = 'a DNS label: at most 63 of a-z, 0-9 and "-", starting and ending with a letter or digit'
const short = label.replace('63', '53')
const share = 'a count such as 3 or a percentage such as 10% (at most 100%)'

function withWaves(waves: string): string {
  return group.replace('[1, 50%, 100%]', waves)
}

it.each<[string, string, string, readonly string[]]>([
  [
    'an empty file',
    'clusters/a.yaml',
    '',
    ['clusters/a.yaml:1:1 : the file holds no document; write a Cluster'],
  ],
  [
    'comments alone',
    'clusters/a.yaml',
    '# soon\n',
    ['clusters/a.yaml:1:1 : the file holds no document; write a Cluster'],
  ],
  [
    'a list',
    'clusters/a.yaml',
    '- a\n',
    ['clusters/a.yaml:1:1 : the file holds no document; write a Cluster'],
  ],
  [
    'a binary file',
    'clusters/a.yaml',
    '\u007fELF\u0002\u0001\u0001\u0000\ufffd\ufffd',
    ['clusters/a.yaml:1:1 : the document holds a control character; remove it'],
  ],
  [
    'several documents',
    'clusters/a.yaml',
    `${cluster('a', 'prod')}---\n${cluster('b', 'prod')}`,
    [
      'clusters/a.yaml:8:1 : the file holds more than one document; write each document into a file of its own',
    ],
  ],
  [
    'a version that YAML reads as a number',
    'services/payments/versions/1.10.yaml',
    version('payments', '1.10'),
    [
      'services/payments/versions/1.10.yaml:6:12 spec.version: 1.10 is read as the number 1.1, where a text is wanted; write a semantic version such as 1.4.2 or 2.0.0-rc.1, in quotes',
    ],
  ],
  [
    'a name with upper case, which other file systems do not tell apart',
    'clusters/Prod-1.yaml',
    cluster('Prod-1', 'prod'),
    [`clusters/Prod-1.yaml:4:9 metadata.name: "Prod-1" is not accepted here; write ${label}`],
  ],
  [
    'a name that leads elsewhere',
    'clusters/...yaml',
    cluster('..', 'prod'),
    [`clusters/...yaml:4:9 metadata.name: ".." is not accepted here; write ${label}`],
  ],
  [
    'a namespace that leads elsewhere',
    'services/payments/service.yaml',
    service.replace('namespace: shop', 'namespace: ../../flux-system'),
    [
      `services/payments/service.yaml:4:41 spec.namespace: "../../flux-system" is not accepted here; write ${label}`,
    ],
  ],
  [
    'a release name that Helm does not take',
    'services/payments/service.yaml',
    service.replace('namespace: shop', `namespace: shop, releaseName: ${'a'.repeat(54)}`),
    [
      `services/payments/service.yaml:4:60 spec.releaseName: "${'a'.repeat(54)}" is not accepted here; write ${short}`,
    ],
  ],
  [
    'a wave of 0',
    'deployment-groups/prod.yaml',
    withWaves('[0, 100%]'),
    [`deployment-groups/prod.yaml:7:22 spec.strategy.waves[0]: 0 is not accepted here; write ${share}`],
  ],
  [
    'a wave of −1 %',
    'deployment-groups/prod.yaml',
    withWaves('[-1%, 100%]'),
    [`deployment-groups/prod.yaml:7:22 spec.strategy.waves[0]: "-1%" is not accepted here; write ${share}`],
  ],
  [
    'a wave of −1',
    'deployment-groups/prod.yaml',
    withWaves('[-1, 100%]'),
    [`deployment-groups/prod.yaml:7:22 spec.strategy.waves[0]: -1 is not accepted here; write ${share}`],
  ],
  [
    'a wave of 101 %',
    'deployment-groups/prod.yaml',
    withWaves('[101%]'),
    [`deployment-groups/prod.yaml:7:22 spec.strategy.waves[0]: "101%" is not accepted here; write ${share}`],
  ],
  [
    'a wave that is no number',
    'deployment-groups/prod.yaml',
    withWaves('[NaN, 100%]'),
    [`deployment-groups/prod.yaml:7:22 spec.strategy.waves[0]: "NaN" is not accepted here; write ${share}`],
  ],
  [
    'no waves',
    'deployment-groups/prod.yaml',
    withWaves('[]'),
    ['deployment-groups/prod.yaml:7:21 spec.strategy.waves: is empty; fill it or remove it'],
  ],
  [
    'valuesFrom, which could read what belongs to others',
    'services/payments/versions/1.0.0.yaml',
    version('payments', '1.0.0').replace('  values:', '  valuesFrom: [{kind: Secret, name: x}]\n  values:'),
    [
      'services/payments/versions/1.0.0.yaml:8:3 spec.valuesFrom: there is no field valuesFrom here; its fields are service, version, chart, kustomize, values, secrets, patches, requires, irreversible, source',
    ],
  ],
])('%s', (_, path, text, lines) => {
  const sections = applyFiles(new Map(), [{ path, text }], [])
  const files = [...sections.values()].flatMap((section) => [...section.values()])
  expect(files.map(({ entry }) => entry)).toEqual([undefined])
  expect(
    files
      .flatMap(({ findings }) => findings)
      .map(
        ({ file, position, field, message, remedy }) =>
          `${file}:${position?.line}:${position?.column} ${formatField(field)}: ${message}; ${remedy}`,
      ),
  ).toEqual(lines)
})
