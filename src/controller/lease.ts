export type { Lease, LeaseOutcome } from '../adapters/fleet/port.ts'
