/** A tool the provider runs itself. Each kind has its own file beside this one and extends this contract. */
export interface NativeTool {
  readonly kind: string
  /** Two tools of one id are the same tool: the last one wins. Default: the kind. */
  readonly uniqueId?: string
  /** Dropped in silence where the model cannot run it; otherwise that is a `UserError`. Default `false`. */
  readonly optional?: boolean
}
