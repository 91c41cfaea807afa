export type { Lease } from '../adapters/fleet/port.ts'
