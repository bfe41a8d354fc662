import type { NativeTool } from './native-tool.ts'

/** Lets the model make and edit images. A provider ignores what it does not know. */
export interface ImageGenerationTool extends NativeTool {
  readonly kind: 'image_generation'
  readonly action?: 'generate' | 'edit' | 'auto'
  readonly background?: 'transparent' | 'opaque' | 'auto'
  /** How closely an edit keeps to the input image. */
  readonly inputFidelity?: 'high' | 'low'
  readonly moderation?: 'auto' | 'low'
  /** The provider's name of the image model. */
  readonly model?: string
  /** 0 to 100, for `jpeg` and `webp`. */
  readonly outputCompression?: number
  readonly outputFormat?: 'png' | 'webp' | 'jpeg'
  /** Previews while streaming, 0 to 3. */
  readonly partialImages?: number
  readonly quality?: 'low' | 'medium' | 'high' | 'auto'
  /** `WIDTHxHEIGHT` in pixels, `auto`, or a class such as `2K`. */
  readonly size?: string
  /** For example `16:9`. */
  readonly aspectRatio?: string
}
