import type { Model } from '../models/model.ts'
import { TestModel } from './test-model.ts'

/** `test`, or `test:<name>`, as a model. */
export function createModel(modelName: string): Model {
  return new TestModel({ modelName })
}
