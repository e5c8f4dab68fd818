// For `doctor`: does the API server answer, may we do what a maintenance must do, and is the maintenance operator there?
import type { Finding, Severity } from '../../core/finding.ts';
import { showDuration } from '../../std/duration.ts';
import type { KubernetesApi } from './api.ts';
import { ApiAnswerError, lookAtCluster, whyOf, type Look } from './look.ts';
import { reviewObject } from './objects.ts';

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly severity: Severity;
}

/** What a maintenance asks of the API server beyond looking, which has been tried by then. */
const RIGHTS: readonly Right[] = [
  { verb: 'patch', group: '', resource: 'nodes', severity: 'error' },
  { verb: 'patch', group: '', resource: 'nodes', subresource: 'status', severity: 'warning' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'eviction', severity: 'error' },
  { verb: 'create', group: 'maintenance.nvidia.com', resource: 'nodemaintenances', severity: 'error' },
  { verb: 'delete', group: 'maintenance.nvidia.com', resource: 'nodemaintenances', severity: 'error' },
];

export async function diagnoseKubernetes(api: KubernetesApi, targets: readonly string[], signal: AbortSignal): Promise<Finding[]> {
  const { clock } = api.context;
  const began = clock.now();
  let look: Look;
  const findings: Finding[] = [];
  try {
    look = await lookAtCluster(api, signal);
    const message = `the API server told of ${look.nodes.size} nodes in ${showDuration(clock.now() - began)}`;
    findings.push(finding('info', 'kubernetes-answers', message), ...(await rightsFindings(api, signal)));
  } catch (error) {
    return [finding('error', 'kubernetes-answers', whyOf(error))];
  }
  if (look.maintenances === null) {
    const message = 'the maintenance operator (maintenance.nvidia.com/v1alpha1) is not installed: nodes cannot be reserved';
    findings.push(finding('error', 'kubernetes-maintenance-operator', message));
  }
  for (const target of targets) {
    const node = look.nodes.get(target);
    if (node === undefined) findings.push(finding('error', 'kubernetes-node-unknown', 'the API server does not list it', target));
    else if (node === null) findings.push(finding('error', 'kubernetes-node-shape', 'the API server lists it in another shape', target));
  }
  return findings;
}

async function rightsFindings(api: KubernetesApi, signal: AbortSignal): Promise<Finding[]> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const findings: Finding[] = [];
  for (const { severity, ...right } of RIGHTS) {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { ...right } } };
    const { status, body: answer } = await api.ask({ method: 'POST', path, body }, signal);
    const review = reviewObject.safeParse(answer);
    if (status >= 300 || !review.success) throw new ApiAnswerError(status, `POST ${path}: answered no review`);
    const what = `${right.verb} ${right.resource}${right.subresource ? `/${right.subresource}` : ''}${right.group ? `.${right.group}` : ''}`;
    if (!review.data.status.allowed)
      findings.push(finding(severity, 'kubernetes-rights', `our account may not ${what}: add it to its role`));
  }
  return findings;
}

function finding(severity: Severity, rule: string, message: string, target = 'kubernetes'): Finding {
  return { severity, target, rule, message };
}
