import { describe, expect, it } from 'vitest'
import { pinOf, requirePin } from '../../../src/operations/authoring/kustomize-pin.ts'
import { writeVersion } from '../../../src/operations/authoring/write-version.ts'

const commit = 'a'.repeat(40)
const digest = `sha256:${'b'.repeat(64)}`
const file = (pin: string) => `kind: ServiceVersion
metadata: { name: proxy-1.0.0 }
spec:
  service: proxy
  version: 1.0.0
  kustomize: # what the platform team keeps
    repository: deploy
    ${pin}
    path: ./proxy
  source:
    commit: ${'c'.repeat(40)}
`

describe('a version with a kustomize payload', () => {
  it('is taken at another commit, which is not that of the source code', () => {
    const next = { service: 'proxy', version: '1.1.0', revision: 'd'.repeat(40), commit: 'e'.repeat(40) }
    const text = writeVersion(file(`commit: ${commit}`), next)
    expect(text).toContain(
      `kustomize: # what the platform team keeps\n    repository: deploy\n    commit: ${'d'.repeat(40)}\n`,
    )
    expect(text).toContain(`  source:\n    commit: ${'e'.repeat(40)}\n`)
  })

  it('is taken at another digest', () => {
    const next = { service: 'proxy', version: '1.1.0', digest: `sha256:${'d'.repeat(64)}` }
    expect(writeVersion(file(`digest: "${digest}"`), next)).toContain(
      `    digest: "sha256:${'d'.repeat(64)}"\n`,
    )
  })

  it('is told apart from a chart by how it is pinned', () => {
    expect(pinOf(file(`commit: ${commit}`))).toBe('commit')
    expect(pinOf(file(`digest: ${digest}`))).toBe('digest')
    expect(pinOf('spec:\n  chart: { name: web }\n')).toBeUndefined()
  })

  it.each([
    [undefined, { revision: commit }, 'the version to copy has no kustomize payload'],
    ['commit', { digest }, 'the payload of the version to copy is pinned to a commit'],
    ['digest', { revision: commit }, 'the payload of the version to copy is pinned by its digest'],
    ['commit', { chartVersion: '1.0.0' }, 'the version to copy has a kustomize payload and no chart'],
    ['digest', { resolveDigest: true }, 'the version to copy has a kustomize payload and no chart'],
    ['commit', { revision: 'main' }, '"main" is no whole commit'],
  ] as const)('pinned by %s refuses %j', (pin, asked, message) => {
    expect(() => requirePin(pin, asked)).toThrow(message)
  })
})
