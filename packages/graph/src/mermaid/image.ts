import { GraphError } from '../errors.ts'
import type { Topology } from '../topology.ts'
import { mermaidCode, type MermaidOptions } from './code.ts'

/** The renderer answered with an error. */
export class MermaidHttpError extends GraphError {
  readonly status: number
  constructor(status: number, body: string) {
    super('http', `The mermaid renderer answered ${status}: ${body.slice(0, 500)}`)
    this.status = status
  }
}

export interface MermaidImageOptions extends MermaidOptions {
  /** default jpeg */
  readonly imageType?: 'jpeg' | 'png' | 'webp' | 'svg' | 'pdf'
  /** size the page to the drawing */
  readonly pdfFit?: boolean
  readonly pdfLandscape?: boolean
  readonly pdfPaper?: 'letter' | 'legal' | 'tabloid' | 'ledger' | 'a0' | 'a1' | 'a2' | 'a3' | 'a4' | 'a5' | 'a6'
  /** hex digits without #, or `!name` for a named colour */
  readonly backgroundColor?: string
  readonly theme?: 'default' | 'neutral' | 'dark' | 'forest'
  /** pixels */
  readonly width?: number
  readonly height?: number
  /** 1 to 3; needs width or height */
  readonly scale?: 1 | 2 | 3
  /** default `https://mermaid.ink` */
  readonly baseUrl?: string
  /** default the global fetch */
  readonly fetch?: (url: string) => Promise<Response>
}

const base64 = (text: string): string => {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  // in a path, + and / must not be read as what they are elsewhere
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_')
}

/** The address of the picture on mermaid.ink (or a renderer of your own with its addresses).
 *  @see https://mermaid.ink (read 2026-11-23) */
export const mermaidImageUrl = (topology: Topology, options: MermaidImageOptions = {}): string => {
  const { imageType = 'jpeg', baseUrl = 'https://mermaid.ink', scale, width, height } = options
  if (scale !== undefined && width === undefined && height === undefined)
    throw new TypeError('scale needs width or height.')
  const query = new URLSearchParams()
  if (imageType === 'pdf') {
    if (options.pdfFit) query.set('fit', '')
    if (options.pdfLandscape) query.set('landscape', '')
    if (options.pdfPaper !== undefined) query.set('paper', options.pdfPaper)
  } else if (imageType !== 'svg') query.set('type', imageType)
  if (options.backgroundColor !== undefined) query.set('bgColor', options.backgroundColor)
  if (options.theme !== undefined) query.set('theme', options.theme)
  if (width !== undefined) query.set('width', String(width))
  if (height !== undefined) query.set('height', String(height))
  if (scale !== undefined) query.set('scale', String(scale))
  const kind = imageType === 'pdf' || imageType === 'svg' ? imageType : 'img'
  const search = query.toString().replace(/=(?=&|$)/g, '')
  return `${baseUrl}/${kind}/${base64(mermaidCode(topology, options))}${search === '' ? '' : `?${search}`}`
}

/** Has the diagram drawn. @throws {MermaidHttpError} the renderer refuses */
export const mermaidImage = async (topology: Topology, options: MermaidImageOptions = {}): Promise<Uint8Array> => {
  const response = await (options.fetch ?? globalThis.fetch)(mermaidImageUrl(topology, options))
  if (!response.ok) throw new MermaidHttpError(response.status, await response.text())
  return new Uint8Array(await response.arrayBuffer())
}

/** The image type a file name asks for; jpg is jpeg. */
export const imageTypeOf = (path: string): MermaidImageOptions['imageType'] | undefined => {
  const suffix = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()
  if (suffix === 'jpg') return 'jpeg'
  return suffix === 'jpeg' || suffix === 'png' || suffix === 'webp' || suffix === 'svg' || suffix === 'pdf'
    ? suffix
    : undefined
}
