import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedExample, serveExample } from './served-example.ts'

let served: ServedExample
beforeAll(async () => {
  served = await serveExample()
})
afterAll(async () => served.close())

interface Message {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/** Follows the event stream until enough messages have come. */
async function follow(path: string, enough: (messages: readonly Message[]) => boolean, onOpen?: () => void) {
  const abort = new AbortController()
  const reply = await fetch(served.url + path, { signal: abort.signal })
  onOpen?.()
  const messages: Message[] = []
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of reply.body ?? []) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n')
    text = blocks.pop() ?? ''
    messages.push(...blocks.flatMap(parse))
    if (enough(messages)) break
  }
  abort.abort()
  return messages
}

function parse(block: string): readonly Message[] {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const event = fields.get('event')
  return event === undefined ? [] : [{ id: fields.get('id'), event, data: fields.get('data') ?? '' }]
}

const event = (text: string) => ({
  at: served.example.now,
  kind: 'proven',
  service: 'payments',
  group: 'prod',
  cluster: undefined,
  text,
  pullRequest: undefined,
})

test('an event is told as it happens, with the id to go on from', async () => {
  const messages = await follow(
    '/events?after=now',
    (all) => all.some(({ event }) => event === 'changed'),
    () => served.tell(event('told\nlive')),
  )
  expect(messages.map((message) => message.event)).toEqual(['story', 'changed'])
  expect(JSON.parse(messages[0]?.data ?? '')).toMatchObject({
    service: 'payments',
    text: 'told\nlive',
    at: expect.stringMatching(/Z$/),
  })
  expect(Number(messages[0]?.id)).toBeGreaterThan(0)
})

test('a reader that was away gets what it missed, in order, once', async () => {
  const [first] = await follow('/events', (all) => all.length > 0)
  served.tell(event('one'))
  served.tell(event('two'))
  const last = served.example.world.events.length
  const missed = await follow(`/events?after=${last}`, (all) => all.some(({ event }) => event === 'changed'))
  const ids = missed.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]))
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids[0]).toBe(last + 1)
  expect(missed.map(({ data }) => data).join('')).toMatch(/"one"[\s\S]*"two"/)
  expect(first?.event).toBe('story')
})

test('a step without an event still says that answers may have changed', async () => {
  const messages = await follow(
    '/events?after=now',
    (all) => all.length > 0,
    () => served.nudge(),
  )
  expect(messages[0]).toMatchObject({ event: 'changed' })
})

test('an id of a store that was lost does not silence the stream', async () => {
  const messages = await follow(
    '/events?after=999999',
    (all) => all.some(({ event }) => event === 'story'),
    () => served.tell(event('after the loss')),
  )
  expect(messages.some(({ data }) => data.includes('after the loss'))).toBe(true)
})

test('a store that fails ends the stream and never reaches whoever told of the change', async () => {
  let isBroken = false
  const other = await serveExample({
    events: () => {
      if (isBroken) throw new Error('the disk is full')
      return []
    },
  })
  try {
    const reply = await fetch(`${other.url}/events?after=now`)
    isBroken = true
    expect(() => other.nudge()).not.toThrow()
    await expect(reply.text()).rejects.toBeInstanceOf(Error)
    expect(other.errors).toHaveLength(1)
  } finally {
    await other.close()
  }
})

test('closing the server ends open streams', async () => {
  const other = await serveExample()
  const reply = await fetch(`${other.url}/events`)
  const reader = reply.body?.getReader()
  await reader?.read()
  await other.close()
  const ended = await (async () => {
    try {
      while ((await reader?.read())?.done === false);
      return 'ended'
    } catch {
      return 'ended'
    }
  })()
  expect(ended).toBe('ended')
})
