import type { Identity } from './fill-template.ts'
import type { ReleaseInputs } from './types.ts'

/** What an object of a service release is called and labelled. */
export function serviceIdentity({ service, version }: ReleaseInputs, name: string): Identity {
  return {
    name,
    namespace: service.namespace,
    labels: {
      'halyard.dev/service': labelValue(service.name),
      'halyard.dev/version': labelValue(version.version),
    },
  }
}

/** At most 63 characters of [A-Za-z0-9_.-], alphanumeric at both ends (Kubernetes label syntax); `+` is not among them. */
function labelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_.-]/g, '_')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
}
