/** Whose move a failure is: the service's owner, the platform's people, or whoever runs the cluster. */
export type Fault = 'service' | 'platform' | 'cluster'

export interface Ailment {
  /** The cluster reports nothing any more. */
  readonly silent: boolean
  /** Whether the cluster ever had the desired spec: before that the service had no chance to fail. */
  readonly observed: boolean
  /** What `assess` said of the placement; undefined: nothing but that it is not healthy. */
  readonly evidence: string | undefined
}

/**
 * Evidence that speaks of how a file gets to the cluster: Kustomization, object, chart source. The words are those of
 * `assess` and the reasons of helm-controller (api/v2/condition_types.go) and source-controller.
 */
const deliveryFailure =
  /^(?:Kustomization[ /]|HelmRelease\/|chart |revision |SourceNotReady:|ArtifactFailed:|HelmChartFailed:|suspended )/

/**
 * Pods that the cluster gives no place, takes down, or no way to the registry, as scheduler and kubelet word it. What a pod
 * asks for too much of, or of the wrong nodes, is its service's own.
 */
const clusterFailure = [
  /\bUnschedulable \((?!.*(?:Insufficient|didn't match Pod))/,
  /\b(?:NodeLost|NodeShutdown|NodeAffinity|Shutdown) \(/,
  /\b(?:ImagePullBackOff|ErrImagePull) \(.*(?:dial tcp|i\/o timeout|connection refused|no such host|unauthorized|x509)/,
]

/** Tells whose fault it is that a placement is not healthy. */
export function faultOf({ silent, observed, evidence }: Ailment): Fault {
  if (silent) return 'cluster'
  if (!observed) return 'platform'
  if (evidence === undefined) return 'service'
  if (deliveryFailure.test(evidence) || clusterFailure.some((each) => each.test(evidence))) return 'platform'
  return 'service'
}

/** The fault behind a recorded failure: a verdict is only passed on what the cluster has observed. */
export function faultOfEvidence(evidence: string): Fault {
  return faultOf({ silent: false, observed: true, evidence })
}

/** Evidence with whose fault it is: `timeout waiting for … (service fault)`. */
export function withFault(evidence: string, fault: Fault = faultOfEvidence(evidence)): string {
  return `${evidence} (${fault} fault)`
}
