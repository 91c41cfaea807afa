import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

export interface OciRegistry {
  /** `oci://127.0.0.1:<port>/charts` */
  readonly url: string
  /** Of the manifest, as catalogs pin it. */
  readonly digest: string
  close(): void
}

/** A registry on loopback that holds one chart (OCI distribution 1.1: pull; Helm's media types). */
export async function serveOciChart(name: string, archive: Uint8Array): Promise<OciRegistry> {
  const config = Buffer.from(JSON.stringify({ name, version: '1.3.0', apiVersion: 'v2' }))
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptor('application/vnd.cncf.helm.config.v1+json', config),
      layers: [descriptor('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)],
    }),
  )
  const contents = new Map<string, Uint8Array>([
    [`/v2/charts/${name}/manifests/${digestOf(manifest)}`, manifest],
    [`/v2/charts/${name}/blobs/${digestOf(config)}`, config],
    [`/v2/charts/${name}/blobs/${digestOf(archive)}`, archive],
  ])
  const server = createServer((request, response) => {
    const content = contents.get(request.url ?? '')
    if (!content) return response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
    const isManifest = content === manifest
    return response
      .writeHead(200, {
        'content-type': isManifest ? manifestType : 'application/octet-stream',
        'content-length': content.length,
        'docker-content-digest': digestOf(content),
      })
      .end(request.method === 'HEAD' ? undefined : content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `oci://127.0.0.1:${port}/charts`,
    digest: digestOf(manifest),
    close: () => server.close(),
  }
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'

function descriptor(mediaType: string, content: Uint8Array) {
  return { mediaType, digest: digestOf(content), size: content.length }
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
