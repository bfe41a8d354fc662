import type { ImageOutputSpec } from './output-spec.ts'

/** An image made by the model as the output. The model must support it, or the run throws a `UserError`. */
export const imageOutput: ImageOutputSpec = { kind: 'image-output' }
