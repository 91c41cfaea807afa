import { createServer, type Server } from 'node:net'

/** Ports of loopback that nobody listens on, all different. */
export async function freePorts<const Names extends readonly string[]>(
  ...names: Names
): Promise<Record<Names[number], number>> {
  // All are open at the same time, or the kernel might give one twice.
  const servers = await Promise.all(names.map(listen))
  const ports = servers.map(portOf)
  await Promise.all(servers.map(close))
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Names[number], number>
}

/** Of a server that listens. */
export function portOf(server: { address(): ReturnType<Server['address']> }): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return address.port
}

async function listen(): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server))
  })
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
