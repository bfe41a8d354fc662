export { estimateOutputTokens, estimateTokens, estimateUsage } from './estimate-usage.ts'
export {
  FunctionModel,
  type AnswerFunction,
  type FunctionAnswer,
  type FunctionModelInfo,
  type FunctionModelOptions,
  type StreamFunction,
  type StreamPiece,
  type ThinkingPiece,
  type ToolCallPiece,
} from './function-model.ts'
export { generateData } from './generate-data.ts'
export { TestModel, type TestModelOptions } from './test-model.ts'
export { areModelRequestsAllowed, setModelRequestsAllowed, withoutModelRequests } from '../models/request-switch.ts'
export { TestEmbeddingModel, type TestEmbeddingModelOptions } from './test-embedding-model.ts'
