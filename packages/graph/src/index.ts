export { graph, Graph } from './nodes/graph.ts'
export type { ResumeOptions, RunOptions } from './runnable-graph.ts'
export { GraphRun, type GraphRunResult } from './nodes/graph-run.ts'
export { node, edge, anyNode, type BaseNode, type Edge, type NodeBase } from './nodes/node.ts'
export { End } from './end.ts'
export { graphBuilder, GraphBuilder, type BuilderOptions, type ReducersOf } from './builder/builder.ts'
export { BuiltGraph } from './builder/built-graph.ts'
export { FlowRun, taskFor, type NextTask, type ReadyTask, type RunStep } from './builder/flow-run.ts'
export { goto } from './builder/goto.ts'
export type {
  AnyDepth,
  Branch,
  BranchOutput,
  Conditions,
  Depth,
  Dest,
  Env,
  Flow,
  Goto,
  Joined,
  JoinOptions,
  MapOptions,
  Step,
  StepOptions,
  StreamFlow,
  Subgraph,
  SubgraphOptions,
  SwitchOptions,
  WhenMethod,
} from './builder/flow-types.ts'
export {
  interruptPoint,
  type InterruptAnswer,
  type InterruptOptions,
  type InterruptPoint,
  type OpenInterrupt,
} from './interrupt.ts'
export { sqlStore, type SqlClient, type SqlStoreOptions } from './sql/sql-store.ts'
export { memoryStore, type MemoryStoreOptions } from './store/memory.ts'
export type {
  AcquireOptions,
  GraphStore,
  JournalRecord,
  Lease,
  ListOptions,
  ReadOptions,
  RunPage,
  RunRecord,
  RunStatus,
} from './store/store.ts'
export { type, withCodec, type Codec, type Schema } from './schema.ts'
export type { GraphRunContext, GraphTypeError, StepContext } from './types.ts'
export type { OnceCall, OnceOptions } from './kernel/once.ts'
export type { Settled } from './kernel/join.ts'
export type { ErrorRecord } from './kernel/model.ts'
export type { Migration, SavedRun } from './kernel/load.ts'
export type { Durability } from './kernel/journal.ts'
export type { GraphEvent, GraphEventType, TaskRef } from './events/event.ts'
export { append, addUp, takeLast, type StateReducer } from './state/merge.ts'
export type { PatchOp } from './state/patch.ts'
export { memoryCache, type CachePolicy, type CacheStore, type NodePolicy, type RetryPolicy } from './policy.ts'
export type {
  DoneOutcome,
  GraphOutcome,
  InterruptedOutcome,
  PausedOutcome,
  ResumeControls,
  RunControls,
  StoreControls,
} from './run-options.ts'
export { expectDone } from './run-options.ts'
export { mermaidCode, type MermaidOptions, type NodeIdent, type NodeRunStatus } from './mermaid/code.ts'
export {
  imageTypeOf,
  mermaidImage,
  mermaidImageUrl,
  MermaidHttpError,
  type MermaidImageOptions,
} from './mermaid/image.ts'
export { runColours } from './mermaid/run-colours.ts'
export { eventStream } from './events/event-stream.ts'
export { lastSeq, sseFrame, sseStream } from './events/sse.ts'
export { exportPydanticSnapshots, importPydanticSnapshots, type PydanticSnapshot } from './interop/pydantic.ts'
export type { HistoryEntry, HistoryPage, RunMoment } from './read-run.ts'
export type { Json } from './util/json.ts'
export type { NodeKind, Topology, TopologyEdge, TopologyNode } from './topology.ts'
export * from './errors.ts'
