/** What a file below `clusters/` is rendered from; undefined: Halyard renders no file there. */
export type RenderedPath =
  | { readonly kind: 'sync'; readonly cluster: string }
  | { readonly kind: 'namespace'; readonly cluster: string; readonly namespace: string }
  | {
      readonly kind: 'service'
      readonly cluster: string
      readonly namespace: string
      readonly service: string
    }

/** The other direction of `core/render/paths.ts`, by what renders a file: markers come with what they keep. */
export function parseRenderedPath(path: string): RenderedPath | undefined {
  const [top, cluster = '', folder, ...rest] = path.split('/')
  if (top !== 'clusters') return undefined
  const place = rest.join('/')
  if (`${folder}/${place}` === 'flux-system/sync.yaml' || `${folder}/${place}` === 'namespaces/halyard.yaml')
    return { kind: 'sync', cluster }
  const [first = '', second, ...deeper] = rest
  if (folder === 'namespaces' && second === undefined && first.endsWith('.yaml'))
    return { kind: 'namespace', cluster, namespace: first.slice(0, -'.yaml'.length) }
  if (folder !== 'apps' || second === undefined || deeper.length > 0 || !second.endsWith('.yaml'))
    return undefined
  if (second === 'halyard.yaml') return { kind: 'namespace', cluster, namespace: first }
  return { kind: 'service', cluster, namespace: first, service: second.slice(0, -'.yaml'.length) }
}
