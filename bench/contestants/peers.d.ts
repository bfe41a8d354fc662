// What the benchmarks use of the peers, so that this folder compiles without them: `npm run bench` alone installs them.

declare module 'ai' {
  export interface LanguageModelV4 {
    readonly specificationVersion: 'v4'
    readonly provider: string
    readonly modelId: string
    readonly supportedUrls: Readonly<Record<string, never>>
    doGenerate(options: { readonly prompt: readonly unknown[] }): Promise<unknown>
    doStream(options: unknown): Promise<{ readonly stream: ReadableStream<LanguageModelV4StreamPart> }>
  }
  export type LanguageModelV4StreamPart =
    | { readonly type: 'stream-start'; readonly warnings: readonly never[] }
    | { readonly type: 'text-start' | 'text-end'; readonly id: string }
    | { readonly type: 'text-delta'; readonly id: string; readonly delta: string }
    | { readonly type: 'finish'; readonly usage: unknown; readonly finishReason: unknown }

  interface Tool {
    readonly description: string
  }
  interface CallOptions {
    readonly model: LanguageModelV4
    readonly prompt: string
    readonly tools?: Readonly<Record<string, Tool>>
    readonly stopWhen?: unknown
    readonly output?: unknown
  }
  export function generateText(options: CallOptions): Promise<{ readonly text: string }>
  export function streamText(options: CallOptions): {
    readonly textStream: AsyncIterable<string>
    readonly partialOutputStream: AsyncIterable<unknown>
    readonly elementStream: AsyncIterable<unknown>
  }
  export function tool<I>(options: {
    readonly description: string
    readonly inputSchema: { readonly '~standard': { readonly types?: { readonly output: I } } }
    readonly execute: (input: I) => Promise<unknown>
  }): Tool
  export function stepCountIs(count: number): unknown
  export const Output: {
    object(options: { readonly schema: unknown }): unknown
    array(options: { readonly element: unknown }): unknown
  }
}

declare module '@ai-sdk/amazon-bedrock' {
  import type { LanguageModelV4 } from 'ai'
  export function createAmazonBedrock(options: {
    readonly region: string
    readonly baseURL?: string
    readonly accessKeyId: string
    readonly secretAccessKey: string
  }): (modelId: string) => LanguageModelV4
}
