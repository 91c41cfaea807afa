import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTransport, type Transport } from '../../../../src/adapters/flux/kubernetes/transport.ts'

/** A server that takes connections and says nothing, as one does behind a broken load balancer. */
const silent = createServer((socket) => void socket.on('error', () => undefined).resume())
const { signal } = new AbortController()
let transport: Transport

beforeEach(async () => {
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  transport = createTransport({
    server: new URL(`https://127.0.0.1:${port}`),
    byProxy: false,
    requestOptions: async () => ({}),
  })
})
afterEach(async () => {
  transport.reset()
  silent.close()
  await once(silent, 'close')
})

async function ask(): Promise<{ readonly asked: Promise<unknown>; readonly ended: Promise<unknown> }> {
  const connected = once(silent, 'connection')
  const asked = transport.get('/version', signal)
  asked.catch(() => undefined)
  const [socket] = (await connected) as [Socket]
  return { asked, ended: once(socket, 'close') }
}

describe('a transport over TLS', () => {
  it('ends a connection that is still being made when it is dropped, so that nothing keeps the process', async () => {
    const { asked, ended } = await ask()
    transport.reset()
    await expect(asked).rejects.toThrow('ended while it was made')
    await ended
  })

  it('shares one connection among all that ask after a drop', async () => {
    const first = await ask()
    transport.reset()
    const second = transport.get('/version', signal)
    await expect(first.asked).rejects.toThrow('ended while it was made')
    const third = transport.get('/version', signal)
    const both = Promise.allSettled([second, third])
    await new Promise((resolve) => setImmediate(resolve))
    transport.reset()
    const [one, other] = (await both).map((ended) => (ended.status === 'rejected' ? ended.reason : undefined))
    expect(one).toBeInstanceOf(Error)
    expect(other).toBe(one)
    await first.ended
  })
})
