import { GraphSetupError } from '../errors.ts'
import type { TaskContext } from '../kernel/context.ts'
import type { NodePolicy } from '../policy.ts'
import type { NodeDefinition } from '../program.ts'
import { codecOf, validate } from '../schema.ts'
import type { TopologyEdge } from '../topology.ts'
import type { Json } from '../util/json.ts'
import { declaredEdges, decodeNode, encodeNode, isNodeClass, type NodeClass } from './node.ts'

/** Class nodes as definitions of the kernel. @param endId where End goes; the builder and the class front end share this */
export const classDefinitions = (classes: readonly unknown[], endId: string): NodeDefinition[] => {
  const byId = new Map<string, NodeClass>()
  for (const nodeClass of classes) {
    if (!isNodeClass(nodeClass))
      throw new GraphSetupError(
        `${String(nodeClass)} is not a node class. Make one with: class X extends node('X') { … }`,
      )
    const twin = byId.get(nodeClass.nodeId)
    if (twin === nodeClass) throw new GraphSetupError(`Node "${nodeClass.nodeId}" is listed twice.`)
    if (twin !== undefined)
      throw new GraphSetupError(
        `Two classes have the node id "${nodeClass.nodeId}": ${twin.name} and ${nodeClass.name}. Rename one.`,
      )
    byId.set(nodeClass.nodeId, nodeClass)
  }
  const missing: string[] = []
  const definitions = [...byId.values()].map(nodeClass => classDefinition(nodeClass, { byId, endId, missing }))
  if (missing.length === 1) throw new GraphSetupError(`${missing[0]!} Add it to the nodes.`)
  if (missing.length > 1) throw new GraphSetupError(`Nodes are missing from the graph:\n- ${missing.join('\n- ')}`)
  return definitions
}

const classDefinition = (
  nodeClass: NodeClass,
  { byId, endId, missing }: { byId: Map<string, NodeClass>; endId: string; missing: string[] },
): NodeDefinition => {
  const id = nodeClass.nodeId
  if (typeof (nodeClass.prototype as { run?: unknown }).run !== 'function')
    throw new GraphSetupError(`Node "${id}" has no run method.`)
  const edges: TopologyEdge[] = []
  let goesAnywhere = false
  for (const { to, label } of declaredEdges(nodeClass)) {
    const labelled = label === undefined ? {} : { label }
    if (to === 'any') goesAnywhere = true
    else if (to === 'end') edges.push({ to: endId, ...labelled })
    else if ('stepId' in to) edges.push({ to: to.stepId, ...labelled })
    else if (byId.get(to.nodeId) === to) edges.push({ to: to.nodeId, ...labelled })
    else missing.push(`Node "${to.nodeId}", where "${id}" goes, is not in the graph.`)
  }
  // statics a class may have; `next` and `run` were checked above
  const { note, label, policy } = nodeClass as { note?: string; label?: string; policy?: NodePolicy }
  const decode = decodeNode(nodeClass)
  const { schema } = nodeClass
  const isPlain = schema !== undefined && codecOf(schema) === undefined
  return {
    id,
    kind: 'class',
    edges,
    isDispatch: true,
    ...(goesAnywhere ? { goesAnywhere } : {}),
    ...(note === undefined ? {} : { note }),
    ...(label === undefined ? {} : { label }),
    ...(policy === undefined ? {} : { policy }),
    run: context => (context.input as { run(context: TaskContext): unknown }).run(context),
    encode: encodeNode(nodeClass),
    decode,
    // the schema's output is JSON where it has no codec: the compiler saw to it
    read: isPlain ? json => decode(validate(schema, json, `data of node "${id}"`) as Json) : decode,
  }
}
