import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { portOf } from './ports.ts'

export interface GitCredentials {
  readonly username: string
  readonly password: string
}

export interface GitServer {
  /** Of a bare repository of the folder. */
  urlOf(repository: string): string
  readonly credentials: GitCredentials
  /** Requests so far. */
  requests(): number
  close(): Promise<void>
}

/**
 * Serves the bare repositories of a folder by git's own smart HTTP server, for reading and for pushes, to whoever has
 * the credentials (git-http-backend(1); RFC 3875).
 */
export async function startGitServer(folder: string): Promise<GitServer> {
  const credentials = { username: 'flux', password: 'fleet-reader' }
  const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    runBackend(folder, credentials.username, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    credentials,
    requests: () => requests,
    urlOf: (repository) => `http://127.0.0.1:${portOf(server)}/${repository}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function runBackend(folder: string, user: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const { headers } = request
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      // Who is named may push.
      REMOTE_USER: user,
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
  })
  // A client that went away, or a backend that reads no body, ends the other half.
  backend.stdin.on('error', () => {})
  request.pipe(backend.stdin)
  response.on('close', () => backend.kill())
  backend.on('error', () => response.destroy())
  relay(backend.stdout, response)
}

/** Copies a CGI reply: its head until an empty line, then the body as it comes. */
function relay(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    output.off('data', onHead)
    const fields = head.subarray(0, end).toString('latin1').split('\r\n').map(splitField)
    const status = fields.find(([name]) => name === 'status')?.[1]
    response.writeHead(
      status === undefined ? 200 : Number.parseInt(status, 10),
      fields.filter(([name]) => name !== 'status').flat(),
    )
    response.write(head.subarray(end + 4))
    output.pipe(response)
  }
  output.on('data', onHead)
  output.on('end', () => {
    if (!response.headersSent) response.writeHead(500).end()
  })
}

function splitField(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
