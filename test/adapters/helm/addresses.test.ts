import { describe, expect, it } from 'vitest'
import { classifyAddress, isLoopbackHost } from '../../../src/adapters/helm/addresses.ts'

describe('classifyAddress', () => {
  it.each([
    ['93.184.215.14', 'public'],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', 'public'],
    ['172.15.0.1', 'public'],
    ['172.16.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['169.254.169.254', 'never'],
    ['0.0.0.0', 'never'],
    ['64:ff9b::a00:1', 'never'],
    ['fe80::1', 'never'],
  ])('knows %s as %s', (address, kind) => {
    expect(classifyAddress(address)).toBe(kind)
  })
})

describe('isLoopbackHost', () => {
  it.each([
    ['localhost', true],
    ['charts.localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['localhost.example.com', false],
    ['10.0.0.1', false],
  ])('judges %s by its name alone', (host, is) => {
    expect(isLoopbackHost(host)).toBe(is)
  })
})
