import { BlockList, isIP } from 'node:net'

/** Where an address leads: `never` are ranges that no chart repository can have, cloud metadata among them. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'never'

/** IANA's special-purpose registries (RFC 6890 and its updates), and the ranges that carry IPv4 inside IPv6. */
const ranges: Readonly<Record<Exclude<AddressClass, 'public'>, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  never: [
    ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15'],
    ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
    ...['::/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'],
    ...['fe80::/10', 'fec0::/10', 'ff00::/8'],
  ],
}

const lists = (['loopback', 'private', 'never'] as const).map(
  (kind) => [kind, blockList(ranges[kind])] as const,
)

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/')
    list.addSubnet(network, Number(prefix), familyOf(network))
  }
  return list
}

/** An IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`) is judged as what it is. */
export function classifyAddress(address: string): AddressClass {
  return lists.find(([, list]) => list.check(address, familyOf(address)))?.[0] ?? 'public'
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** A host as URLs write it that means this machine by its very name. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return classifyAddress(host) === 'loopback'
  return host === 'localhost' || host.endsWith('.localhost')
}
