import type { JsonObject } from '../../core/domain/cluster.ts'

/** An answer for programs, all of it. */
export async function formatData(answer: unknown, output: 'json' | 'yaml'): Promise<string> {
  if (output === 'json') return `${escapeControls(JSON.stringify(answer, undefined, 2))}\n`
  const { emitYaml } = await import('../../core/render/emit-yaml.ts')
  return emitYaml([JSON.parse(JSON.stringify(answer)) as JsonObject])
}

/** JSON leaves C1 controls as they are, and terminals obey some of them. */
function escapeControls(json: string): string {
  return json.replaceAll(/[\u007f-\u009f]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)
}
