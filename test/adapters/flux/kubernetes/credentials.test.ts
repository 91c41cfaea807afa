import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createCredentials, type FoundAccess } from '../../../../src/adapters/flux/kubernetes/credentials.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

/** A kubeconfig with a context, server and token for each name; the first one is current. */
function kubeconfig(...names: readonly string[]): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': names[0],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
    clusters: names.map((name) => ({ name, cluster: { server: `https://${name}.example.com/prefix` } })),
    users: names.map((name) => ({ name, user: { token: `token-of-${name}` } })),
  })
}

async function reached(found: FoundAccess): Promise<{ host: string; authorization: unknown }> {
  if (found.kind === 'missing') throw new Error(found.reason)
  const { headers } = await found.access.requestOptions()
  const authorization = headers && 'Authorization' in headers ? headers['Authorization'] : undefined
  return { host: found.access.server.host, authorization }
}

it("finds a cluster's own file in the folder, by its current context", async () => {
  await writeFile(join(folder, 'c1.kubeconfig'), kubeconfig('one', 'two'))
  const found = await createCredentials({ folder }).find('c1', undefined)
  expect(await reached(found)).toEqual({ host: 'one.example.com', authorization: 'Bearer token-of-one' })
})

it('finds a context named like the cluster in the one file for all', async () => {
  const file = join(folder, 'config')
  await writeFile(file, kubeconfig('c0', 'c1'))
  const credentials = createCredentials({ file })
  expect(await reached(await credentials.find('c1', undefined))).toMatchObject({ host: 'c1.example.com' })
  expect(await credentials.find('c2', undefined)).toEqual({
    kind: 'missing',
    reason: `${file} has no context c2`,
  })
})

it('follows the file and the context that the document of a cluster names', async () => {
  await writeFile(join(folder, 'eu.kubeconfig'), kubeconfig('one', 'two'))
  const credentials = createCredentials({ folder })
  const named = { kubeconfig: { file: 'eu.kubeconfig', context: 'two' } }
  expect(await reached(await credentials.find('c1', named))).toMatchObject({ host: 'two.example.com' })
})

it.each([
  ['nothing', 'no kubeconfig is given for c1', ''],
  ['no such file', 'does not exist', undefined],
  ['no YAML', 'is no kubeconfig', 'users: [{ token: secret-token ]'],
  ['no cluster', 'names no cluster', JSON.stringify({ contexts: [], 'current-context': 'x' })],
  ['no URL', 'the server is no URL', kubeconfig('one').replace('https://one.example.com/prefix', 'one')],
])('says what is missing, without a word of the credential: %s', async (what, reason, text) => {
  if (text) await writeFile(join(folder, 'c1.kubeconfig'), text)
  const places = what === 'nothing' ? {} : { folder }
  const found = await createCredentials(places).find('c1', undefined)
  expect(found).toMatchObject({ kind: 'missing', reason: expect.stringContaining(reason) })
  expect(JSON.stringify(found)).not.toMatch(/secret-token|token-of/)
})

it('tells a credential that changed from the one before', async () => {
  const path = join(folder, 'c1.kubeconfig')
  const credentials = createCredentials({ folder })
  const digest = async (): Promise<string> => {
    const found = await credentials.find('c1', undefined)
    return found.kind === 'found' ? found.digest : ''
  }
  await writeFile(path, kubeconfig('one'))
  const before = await digest()
  expect(await digest()).toBe(before)
  await writeFile(path, kubeconfig('one').replace('token-of-one', 'another'))
  expect(await digest()).not.toBe(before)
})
